"""How is a noun written as JSON, and read back?

One codec for every frozen noun: dataclasses become objects, enums their values, datetimes RFC 3339 in UTC,
sets sorted lists. The type hints of the noun are the schema.
"""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_document(value: Any) -> Any:
    """Return plain JSON values for a noun, a container of nouns, or a plain value."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if names := _names(kind):
        return {name: to_document(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key if type(key) is str else str(to_document(key)): to_document(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(to_document(item) for item in value)
    return _written(value)


def _written(value: Any) -> Any:
    """Write what is neither plain, nor a noun, nor a map or set."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat() if value.tzinfo is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    if is_dataclass(value):
        return {}
    return [to_document(item) for item in value]


def from_document(kind: type[T], document: Any) -> T:
    """Return the noun of type `kind` that `to_document` wrote; a missing key takes the noun's default."""
    return typing.cast(T, _reader(kind)(document))


def canonical(value: Any) -> bytes:
    """Return the bytes that are hashed and signed: sorted keys, no spaces, UTF-8."""
    return json.dumps(to_document(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(value: Any) -> str:
    """Return `sha256:<hex>` over the canonical bytes of a noun or document."""
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


_PLAIN = frozenset((str, int, float, bool, type(None)))


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Name the fields of a noun's type; what is none has none."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


_Reader = Callable[[Any], Any]


@cache
def _reader(kind: Any) -> _Reader:
    """Work out once how a type is read; a missing value is read as None everywhere."""
    read = _reader_of(kind)
    return lambda document: None if document is None else read(document)


def _reader_of(kind: Any) -> _Reader:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _reader(next((member for member in arguments if member is not type(None)), Any))
    if origin is not None:
        return _container_reader(origin, arguments)
    if isinstance(kind, type) and issubclass(kind, tuple):
        return lambda document: kind(*document)
    if isinstance(kind, type) and is_dataclass(kind):
        return _noun_reader(kind)
    if kind is datetime:
        return datetime.fromisoformat
    if kind in (date, time):
        return kind.fromisoformat
    if kind is float or (isinstance(kind, type) and issubclass(kind, Enum)):
        return kind
    return lambda document: document


def _noun_reader(kind: type) -> _Reader:
    """Read a noun by the hints of its fields, which are looked up at the first use: a noun may hold its own kind."""
    readers: dict[str, _Reader] = {}

    def read(document: Any) -> Any:
        if not readers:
            readers.update({name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()})
        return kind(**{name: reader(document[name]) for name, reader in readers.items() if name in document})

    return read


def _container_reader(origin: Any, arguments: tuple[Any, ...]) -> _Reader:
    if origin is tuple and not (len(arguments) == 2 and arguments[1] is Ellipsis):
        parts = [_reader(argument) for argument in arguments]
        return lambda document: tuple(part(item) for part, item in zip(parts, document, strict=True))
    first = _reader(arguments[0])
    if origin is tuple:
        return lambda document: tuple(map(first, document))
    if origin in (frozenset, set, AbstractSet):
        return lambda document: frozenset(map(first, document))
    if issubclass(origin, Mapping):
        second = _reader(arguments[1])
        return lambda document: {first(key): second(item) for key, item in document.items()}
    return lambda document: list(map(first, document))
