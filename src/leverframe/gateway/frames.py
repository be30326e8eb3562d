"""What does a frame say?

It is read line by line (rules/framing.py writes it), so that no other thread waits long for the interpreter, and a
feature is read only when it is first asked for: of 10,000 features a gateway process serves a few, and one that is
malformed is off by itself; it keeps no kill out.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from sys import intern
from typing import Any, NamedTuple

from leverframe.nouns.documents import from_document
from leverframe.nouns.frames import BODY, FORMAT, OVERLAY
from leverframe.nouns.tables import FeatureRoute, Number

COMMON = frozenset(("model", "fallback", "regions", "rings"))
"""Members whose names many features have in common."""
UNIT_MEMBERS = ("prompt", "model", "index", "code_ref", "config_digest")
FEATURE, GONE = b'{"features":{"', b'":null}}'
LINES_IN_A_SLICE = 50
LONGEST_SECONDS = 1e9

Found = dict[str, dict[str, Any]]
"""What a section changes: by kind and key the new value, None for what is gone; a feature is still its line."""
Lines = Iterator[bytes]
"""The lines of a frame, without their newlines."""


class Section(NamedTuple):
    """How many lines a section has, and their SHA-256."""

    lines: int
    digest: str


class Head(NamedTuple):
    """What a frame says of itself; `after` is None where it is a whole table."""

    number: Number
    after: Number | None
    overlay: Section
    body: Section


class Features(Mapping[str, FeatureRoute]):
    """The features of one table, each read on its first use."""

    __slots__ = ("_lines", "_read")

    def __init__(self, lines: dict[str, bytes], read: dict[str, FeatureRoute] | None = None) -> None:
        self._lines = lines
        self._read: dict[str, FeatureRoute] = read or {}

    def __getitem__(self, feature: str) -> FeatureRoute:
        """Return one feature's route; raises KeyError, and ValueError for one that is malformed."""
        known = self._read.get(feature)
        if known is None:
            document = _members(self._lines[feature])["features"][feature]
            if not _is_feature(document):
                raise ValueError(f"the feature {feature} is malformed")
            known = self._read[feature] = from_document(FeatureRoute, document)
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def amended(self, changes: Mapping[str, bytes | None]) -> Features:
        """Return these features with changes made; those that stay are shared, and those that were read stay read."""
        lines, read = self._lines.copy(), self._read.copy()
        for feature, line in changes.items():
            read.pop(feature, None)
            if line is None:
                lines.pop(feature, None)
            else:
                lines[feature] = line
        return Features(lines, read)


def _members(line: bytes) -> dict[str, Any]:
    return json.loads(line, object_pairs_hook=_sharing)


def _sharing(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose common names are one text for all features: a quarter of what 10,000 of them weigh."""
    return {intern(name): _shared(value) if name in COMMON else value for name, value in members}


def _shared(value: Any) -> Any:
    if isinstance(value, list):
        return [_shared(each) for each in value]
    return intern(value) if isinstance(value, str) else value


def read_head(lines: Lines, check: Callable[[bytes, bytes], None]) -> Head:
    """Read the first two lines; `check` is told the head and its signature's line, and raises ValueError."""
    head, signature = _next(lines), _next(lines)
    document = _document(head)
    if document.get("format") != FORMAT:
        raise ValueError(f"the table has format {document.get('format')!r}; this gateway reads format {FORMAT}")
    check(head, signature)
    after = document.get("after")
    return Head(
        _number(document.get("number")),
        None if after is None else _number(after),
        _section(document.get("overlay")),
        _section(document.get("body")),
    )


def read_overlay(lines: Lines, head: Head) -> Found:
    """Read what stops something; raises ValueError for what this gateway must not obey."""
    return _read(lines, head.overlay, OVERLAY, whole=head.after is None)


def read_body(lines: Lines, head: Head) -> Found:
    """Read all else; other threads are let in between slices."""
    return _read(lines, head.body, BODY, whole=head.after is None)


def _read(lines: Lines, section: Section, kinds: Sequence[str], *, whole: bool) -> Found:
    found: Found = {kind: {} for kind in kinds}
    digest = hashlib.sha256()
    for place in range(section.lines):
        line = _next(lines)
        digest.update(line + b"\n")
        kind, values = _parts(line)
        if kind not in found:
            raise ValueError(f"the table has parts of a kind that is not known here: {kind}")
        if whole and None in values.values():
            raise ValueError("a whole table says of a part that it is gone")
        found[kind].update(values)
        if place % LINES_IN_A_SLICE == LINES_IN_A_SLICE - 1:
            time.sleep(0)
    if digest.hexdigest() != section.digest:
        raise ValueError("the digest is not that of the lines; the table was cut off or altered")
    return found


def _parts(line: bytes) -> tuple[str, dict[str, Any]]:
    """Read one line: some parts of one kind; a feature stays a line, but for its name."""
    if line.startswith(FEATURE):
        return "features", {_name(line): None if line.endswith(GONE) else line}
    document = _document(line)
    if len(document) != 1:
        raise ValueError("a line of the table is not of one kind")
    kind, values = document.popitem()
    if not isinstance(values, dict):
        raise ValueError(f"{kind} is not a map")
    good = _GOOD.get(kind)
    if good is not None and not all(value is None or good(value) for value in values.values()):
        raise ValueError(f"{kind} is malformed: {line[:80].decode('utf-8', 'replace')}")
    return kind, values


def _name(line: bytes) -> str:
    """Return the name of a feature's line; one with an escape in it is read as JSON."""
    end = line.find(b'"', len(FEATURE))
    name = line[len(FEATURE) : end]
    if end < 0 or b"\\" in name:
        features = _document(line).get("features")
        if not isinstance(features, dict) or len(features) != 1:
            raise ValueError(f"a line of features is malformed: {line[:80].decode('utf-8', 'replace')}")
        return next(iter(features))
    return name.decode()


def _next(lines: Lines) -> bytes:
    line = next(lines, None)
    if line is None:
        raise ValueError("the table is cut off")
    return line


def _document(line: bytes) -> dict[str, Any]:
    try:
        document = json.loads(line)
    except RecursionError:
        document = None
    except ValueError:
        raise ValueError(f"this is no line of a table: {line[:80].decode('utf-8', 'replace')}") from None
    if not isinstance(document, dict):
        raise ValueError("a line of the table is not an object")
    return document


def _number(given: Any) -> Number:
    if not isinstance(given, list) or len(given) != 2 or not all(type(part) is int and part >= 0 for part in given):
        raise ValueError("the table's number is not an epoch and a generation")
    return Number(*given)


def _section(given: Any) -> Section:
    if not isinstance(given, list) or len(given) != 2 or type(given[0]) is not int or not isinstance(given[1], str):
        raise ValueError("a section of the table is not a count of lines and their digest")
    return Section(*given)


def _is_feature(document: Any) -> bool:
    if not isinstance(document, dict) or "current" not in document:
        return False
    current, candidate = document["current"], document.get("candidate")
    names = (document.get(member, ()) for member in ("regions", "rings", "models"))
    if not isinstance(document.get("fallback", ""), str) or not all(_are_names(each) for each in names):
        return False
    return (current is None or _is_unit(current)) and (candidate is None or _is_candidate(candidate))


def _is_candidate(document: Any) -> bool:
    if not isinstance(document, dict) or not _is_unit(document.get("unit")):
        return False
    cohorts, stage = document.get("cohorts", {}), document.get("stage")
    if type(stage) is not int or not _are_bounds(document.get("below")):
        return False
    if not isinstance(cohorts, dict) or not all(_are_bounds(bounds) for bounds in cohorts.values()):
        return False
    return isinstance(document.get("change"), str) and isinstance(document.get("salt"), str)


def _are_bounds(given: Any) -> bool:
    return isinstance(given, dict) and all(type(each) is int for each in given.values())


def _is_unit(document: Any) -> bool:
    return isinstance(document, dict) and all(isinstance(document.get(name, ""), str) for name in UNIT_MEMBERS)


def _are_names(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(isinstance(each, str) for each in given)


def _is_name(given: Any) -> bool:
    return isinstance(given, str)


def _is_slice(given: Any) -> bool:
    if not isinstance(given, dict) or type(given.get("below", 0)) is not int:
        return False
    names = (given.get(name, "") for name in ("tenant", "subject", "salt"))
    return _are_names(given.get("instead", ())) and all(isinstance(name, str) for name in names)


def _is_true(given: Any) -> bool:
    return given is True


def _is_seconds(given: Any) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= LONGEST_SECONDS


_GOOD: Mapping[str, Callable[[Any], bool]] = {
    "thrown_tenants": _is_true,
    "thrown_features": _is_true,
    "thrown_models": _are_names,
    "exercises": _is_slice,
    "settings": _is_seconds,
    "rings": _is_name,
}
