"""Which eval tool's file is this, and what did it find?

Each format is one file of this folder: a module with `NAME`, `recognise(body)` and `read(body, candidate, deployed,
said)`. It is found by being there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from leverframe.nouns.evidence import EvalImport, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.json_values import parse_json


@dataclass(frozen=True, slots=True)
class Format:
    """An eval tool's output: its name, how to know it, how to read it (raises Invalid with all faults)."""

    name: str
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes, Unit, Unit | None, Said], EvalImport]


@cache
def formats() -> Mapping[str, Format]:
    """Return the formats by name, in alphabetical order."""
    names = sorted(module.name for module in iter_modules(__path__))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.NAME: Format(module.NAME, module.recognise, module.read) for module in modules}


def read_evals(
    body: bytes, *, candidate: Unit, deployed: Unit | None, format: str = "", said: Said | None = None
) -> EvalImport:
    """Read an eval tool's file whole, or raise Invalid with all its faults and read none of it.

    `candidate` and `deployed` tell which columns are whose, and `said` what the file does not; `format` names the
    tool where the file is not to be recognised by itself.
    """
    known = formats()
    if format and format not in known:
        raise Invalid([Fault("format", f"{format} is not a known eval format", _known())])
    found = known[format] if format else next((f for f in known.values() if f.recognise(body)), None)
    if found is None and body.lstrip()[:1] == b"{":
        parse_json(body)
    if found is None:
        raise Invalid([Fault("file", "it is not the output of a known eval tool", _known())])
    return found.read(body, candidate, deployed, said or Said())


def _known() -> str:
    return f"known formats: {', '.join(formats())}"
