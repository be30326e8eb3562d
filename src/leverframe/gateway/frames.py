"""What does a table's frame say?

A frame is one RouteTable document. It is read member by member, so that no other thread waits long for the
interpreter, and a feature is made into objects only when it is first asked for: of 10,000 features a gateway
process serves a few.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from leverframe.nouns.documents import from_document
from leverframe.nouns.tables import FeatureRoute, Number, RouteTable

FORMAT = 1
UNIT_MEMBERS = ("prompt", "model", "index", "code_ref", "config_digest")
T = TypeVar("T")

_decode = json.JSONDecoder().raw_decode


class Features(Mapping[str, FeatureRoute]):
    """The features of one table, each read on its first use."""

    __slots__ = ("_read", "_texts")

    def __init__(self, texts: dict[str, str]) -> None:
        self._texts = texts
        self._read: dict[str, FeatureRoute] = {}

    def __getitem__(self, feature: str) -> FeatureRoute:
        """Return one feature's route; raises KeyError."""
        known = self._read.get(feature)
        if known is None:
            known = from_document(FeatureRoute, json.loads(self._texts[feature]))
            self._read[feature] = known
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def read_frame(text: str) -> RouteTable:
    """Return the table of a frame; raises ValueError for what this gateway must not obey.

    That is a malformed document, an unknown format, or an empty table.
    """
    try:
        document = dict(_members(text, _open(text, 0, "{"), "}", _member))
    except (IndexError, RecursionError):
        raise ValueError("the frame is cut off, or no table") from None
    if document.get("format") != FORMAT:
        raise ValueError(f"the table has format {document.get('format')!r}; this gateway reads format {FORMAT}")
    if not document.get("features"):
        raise ValueError("the table is empty")
    return _table(document)


def _table(document: Mapping[str, Any]) -> RouteTable:
    lease = document.get("candidate_lease_seconds", 300.0)
    if isinstance(lease, bool) or not isinstance(lease, int | float) or not lease >= 0:
        raise ValueError("candidate_lease_seconds is not a number of seconds")
    return RouteTable(
        number=_number(document.get("number")),
        features=document["features"],
        thrown_features=frozenset(_names(document, "thrown_features", list)),
        thrown_models=_chains(document.get("thrown_models", {})),
        thrown_tenants=frozenset(_names(document, "thrown_tenants", list)),
        rings=dict(_names(document, "rings", dict)),
        candidate_lease_seconds=float(lease),
        format=FORMAT,
    )


def _chains(given: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, dict) or not all(_are_names(chain) for chain in given.values()):
        raise ValueError("thrown_models is not a map of lists of names")
    return {model: tuple(chain) for model, chain in given.items()}


def _number(given: Any) -> Number:
    if not isinstance(given, list) or len(given) != 2 or not all(type(part) is int and part >= 0 for part in given):
        raise ValueError("the table's number is not an epoch and a generation")
    return Number(*given)


def _names(document: Mapping[str, Any], member: str, kind: type[T]) -> T:
    given = document.get(member, kind())
    values = given.values() if isinstance(given, dict) else given
    if not isinstance(given, kind) or not all(isinstance(value, str) for value in values):  # pyright: ignore[reportGeneralTypeIssues]
        raise ValueError(f"{member} is not a {'list' if kind is list else 'map'} of names")
    return given


def _member(text: str, at: int) -> tuple[tuple[str, Any], int]:
    """Read one member of the document; the long ones piece by piece."""
    name, at = _name(text, at)
    if name == "features":
        pieces = _pieces(text, _open(text, at, "{"), "}", _feature)
        return (name, Features(dict(pieces[0]))), pieces[1]
    if name == "thrown_tenants" and text[_skip(text, at)] == "[":
        tenants, at = _pieces(text, _open(text, at, "["), "]", _value)
        return (name, tenants), at
    if name == "rings" and text[_skip(text, at)] == "{":
        rings, at = _pieces(text, _open(text, at, "{"), "}", _pair)
        return (name, dict(rings)), at
    value, at = _value(text, at)
    return (name, value), at


def _feature(text: str, at: int) -> tuple[tuple[str, str], int]:
    """Keep a feature as text, once it is known to be one."""
    name, at = _name(text, at)
    start = _skip(text, at)
    document, end = _decode(text, start)
    if not _is_feature(document):
        raise ValueError(f"feature {name} is malformed")
    return (name, text[start:end]), end


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


def _pair(text: str, at: int) -> tuple[tuple[str, Any], int]:
    name, at = _name(text, at)
    value, at = _value(text, at)
    return (name, value), at


def _name(text: str, at: int) -> tuple[str, int]:
    name, at = _decode(text, _skip(text, at))
    if not isinstance(name, str):
        raise ValueError("a member has no name")
    return name, _open(text, at, ":")


def _value(text: str, at: int) -> tuple[Any, int]:
    return _decode(text, _skip(text, at))


def _members(text: str, at: int, end: str, read: Callable[[str, int], tuple[T, int]]) -> list[T]:
    pieces, at = _pieces(text, at, end, read)
    if text[at:].strip():
        raise ValueError("something follows the table")
    return pieces


def _pieces(text: str, at: int, end: str, read: Callable[[str, int], tuple[T, int]]) -> tuple[list[T], int]:
    """Read pieces with commas between them up to `end`; return them, and where they ended."""
    pieces: list[T] = []
    at = _skip(text, at)
    if text[at] == end:
        return pieces, at + 1
    while True:
        piece, at = read(text, at)
        pieces.append(piece)
        at = _skip(text, at)
        if text[at] == end:
            return pieces, at + 1
        at = _open(text, at, ",")


def _open(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at] != mark:
        raise ValueError(f"{mark} is missing at character {at}")
    return at + 1


def _skip(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at
