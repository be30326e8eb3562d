"""How does a column hold a time, or a whole noun, the same way on both databases?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

from leverframe.nouns.documents import from_document, to_document

NOUNS_KEPT = 4096

RunningId = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives: SQLite counts only INTEGER keys by itself."""


class Utc(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive time is a bug and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC, without the zone where the database keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone: the store keeps instants only")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Noun(TypeDecorator[Any]):
    """A whole noun of type `kind` as JSON text, so that both databases keep the very same characters."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any = Any) -> None:
        self.kind = kind
        super().__init__()

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Write the noun as JSON."""
        return None if value is None else json.dumps(to_document(value), separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read the noun back; nouns are frozen, so that the same text may be the same noun."""
        return None if value is None else _read(self.kind, value)


@lru_cache(maxsize=NOUNS_KEPT)
def _read(kind: Any, text: str) -> Any:
    return from_document(kind, json.loads(text))
