"""What stands in a JSON document of somebody else's, and what is wrong with it?

Each question notes what is wrong with its place and goes on with an empty value, so that a reader finds all faults.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any, NoReturn

from leverframe.nouns.verdicts import Fault, Invalid


def parse_json(body: bytes) -> Any:
    """Read JSON whose numbers can be compared; raises Invalid."""
    try:
        return json.loads(body, parse_constant=_not_a_number)
    except (ValueError, RecursionError) as wrong:
        raise Invalid([Fault("file", f"it is not JSON: {wrong}")]) from None


def _not_a_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number that can be compared")


def is_object_with(body: bytes, *keys: str) -> bool:
    """Say whether this is a JSON object that has these members."""
    try:
        document = parse_json(body)
    except Invalid:
        return False
    return isinstance(document, dict) and all(key in document for key in keys)


def take_number(values: dict[str, float], metric: str, value: Any, place: str, faults: list[Fault]) -> None:
    """Add one number to a row, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
        faults.append(Fault(place, f"{value!r:.40} is not a number"))
    else:
        values[metric] = float(value)


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:
        return False


KINDS = {dict: "an object", list: "a list", int: "a whole number", bool: "true or false", str: "a text"}


def member(holder: Any, key: str, kind: type, place: str, faults: list[Fault], tool: str) -> Any:
    """Return a member of the right kind, or note its fault and return an empty one."""
    value = holder.get(key) if isinstance(holder, dict) else None
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    said = KINDS[kind]
    because = f"{key} is missing" if value is None else f"{key} is not {said}"
    faults.append(Fault(place, because, f"{tool} writes {key} as {said}"))
    return kind()


def word(holder: Mapping[str, Any], key: str, place: str, faults: list[Fault]) -> str:
    """Return a text that may be missing."""
    value = holder.get(key, "")
    if isinstance(value, str):
        return value.strip()
    faults.append(Fault(f"{place}.{key}", f"{value!r:.40} is not a text"))
    return ""


def need_all(told: int, there: int, place: str, faults: list[Fault]) -> None:
    """Say that a file holds fewer results than its own summary counts, or more."""
    if told != there:
        because = f"it holds {there:,} where the file's own summary counts {told:,}"
        faults.append(Fault(place, because, "send the whole file"))
