"""How is a noun written as JSON, and read back?

One codec for every frozen noun: dataclasses become objects, enums their values, datetimes RFC 3339 in UTC,
sets sorted lists. The type hints of the noun are the schema.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_document(value: Any) -> Any:
    """Return plain JSON values for a noun, a container of nouns, or a plain value."""
    if value is None or (isinstance(value, str | int | float | bool) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if is_dataclass(value):
        return {field.name: to_document(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(to_document(key)): to_document(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(to_document(item) for item in value)
    return [to_document(item) for item in value]


def from_document(kind: type[T], document: Any) -> T:
    """Return the noun of type `kind` that `to_document` wrote; a missing key takes the noun's default."""
    return typing.cast(T, _read(kind, document))


def canonical(value: Any) -> bytes:
    """Return the bytes that are hashed and signed: sorted keys, no spaces, UTF-8."""
    return json.dumps(to_document(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Any) -> str:
    """Return `sha256:<hex>` over the canonical bytes of a noun or document."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(kind: Any, document: Any) -> Any:
    if kind is Any or document is None:
        return document
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _read_union(arguments, document)
    if origin is not None:
        return _read_container(origin, arguments, document)
    if isinstance(kind, type) and issubclass(kind, tuple):
        return kind(*document)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _read(hints[name], document[name]) for name in hints if name in document})
    if kind is datetime:
        return datetime.fromisoformat(document)
    if kind in (date, time):
        return kind.fromisoformat(document)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(document)
    return float(document) if kind is float else document


def _read_union(members: tuple[Any, ...], document: Any) -> Any:
    for member in members:
        if member is not type(None):
            return _read(member, document)
    return document


def _read_container(origin: Any, arguments: tuple[Any, ...], document: Any) -> Any:
    if origin is tuple:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return tuple(_read(arguments[0], item) for item in document)
        return tuple(_read(kind, item) for kind, item in zip(arguments, document, strict=True))
    if origin in (frozenset, set):
        return frozenset(_read(arguments[0], item) for item in document)
    if issubclass(origin, Mapping):
        return {_read(arguments[0], key): _read(arguments[1], item) for key, item in document.items()}
    return [_read(arguments[0], item) for item in document]
