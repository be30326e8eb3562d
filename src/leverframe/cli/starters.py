"""With which policy does a new organisation begin?

The texts lie in `starter/`, commented for whoever makes them their own; names stand in them as `{{admin}}`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from zoneinfo import ZoneInfo

from leverframe.nouns.verdicts import Fault, Invalid

COLLEAGUE = "catalog/colleague.yaml"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Named:
    """What a starter's texts name."""

    admin: str
    colleague: str
    organisation: str
    zone: str


def starter(named: Named, *, solo: bool) -> dict[str, str]:
    """Return the files of a starting policy by path; raises Invalid for names that cannot be."""
    faults = tuple(_faults(named, solo=solo))
    if faults:
        raise Invalid(faults)
    texts = dict(_texts(files("leverframe.cli").joinpath("starter"), ""))
    if solo:
        del texts[COLLEAGUE]
    words = {
        "admin": named.admin,
        "colleague": named.colleague,
        "organisation": json.dumps(named.organisation, ensure_ascii=False),
        "zone": named.zone,
        "solo": "true" if solo else "false",
    }
    return {path: re.sub(r"\{\{(\w+)\}\}", lambda found: words[found[1]], text) for path, text in texts.items()}


def _texts(folder: Traversable, under: str) -> Iterator[tuple[str, str]]:
    for part in folder.iterdir():
        if part.is_dir():
            yield from _texts(part, f"{under}{part.name}/")
        elif part.name.endswith((".yaml", ".md")):
            yield f"{under}{part.name}", part.read_text("utf-8")


def _faults(named: Named, *, solo: bool) -> Iterator[Fault]:
    for option, name in (("--admin", named.admin), ("--colleague", named.colleague)):
        if not _NAME.fullmatch(name):
            yield Fault(option, f"`{name}` is no account's name", "letters, digits, dots and dashes")
    if not solo and named.admin == named.colleague:
        yield Fault("--colleague", "the two people are one", "name another person, or begin with --solo")
    if not named.organisation.strip() or re.search(r"[\x00-\x1f]", named.organisation):
        yield Fault(
            "--organisation", "the organisation's name is empty or holds control characters", "write its name"
        )
    if not _is_zone(named.zone):
        yield Fault("--zone", f"`{named.zone}` is no IANA time zone", "write it as Europe/London")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
