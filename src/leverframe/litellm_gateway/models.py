"""Which of Leverframe's models is a model of this proxy, and back?

Leverframe names a model `<platform>.<model>`; a proxy names its models as it likes. What serves is exact: the name
that the operator has mapped to the key, else the key itself. What stops is wide: every name that is mapped to the
key, the key itself, and every deployment whose `litellm_params.model` is the key written with a slash.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from leverframe.nouns.verdicts import Fault, Invalid


class Models:
    """The operator's map of Leverframe's model keys to this proxy's model names, the one that serves first."""

    def __init__(self, names: Mapping[str, tuple[str, ...]] | None = None) -> None:
        self._names = dict(names or {})
        self._keys: dict[str, set[str]] = {}
        for key, known in self._names.items():
            for name in known:
                self._keys.setdefault(name, set()).add(key)

    def name_of(self, key: str) -> str:
        """Return the proxy's model that serves a key."""
        known = self._names.get(key)
        return known[0] if known else key

    def keys_of(self, names: Iterable[str]) -> set[str]:
        """Return every key that one of these may be: a model name, an alias, or a deployment's `provider/model`."""
        found: set[str] = set()
        for name in names:
            found |= {name, dotted(name), *self._keys.get(name, ())}
        return found


def dotted(model: str) -> str:
    """Write `provider/model` as Leverframe's key."""
    return model.replace("/", ".", 1)


def read_models(path: Path | None) -> Models:
    """Read the map from JSON: a name, or a list of names, by key. Raises Invalid with every fault."""
    if path is None:
        return Models()
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise Invalid([Fault(path.name, f"it cannot be read as JSON ({fault}).")]) from fault
    if not isinstance(document, dict):
        raise Invalid([Fault(path.name, "it is not an object of model names by model key.")])
    read = {key: _names(value) for key, value in document.items()}
    if wrong := [key for key, names in read.items() if not names]:
        remedy = 'Write "openai.gpt-4o": "gpt-4o", or a list of names.'
        raise Invalid(Fault(f"{path.name}: {key}", "it has no model name of the proxy.", remedy) for key in wrong)
    return Models(read)


def _names(value: Any) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [value]
    return tuple(given) if all(isinstance(name, str) and name for name in given) else ()
