"""Which route tables were published, and in which epoch are we?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Integer, Table, Text, select

from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.nouns.verdicts import Conflict
from leverframe.store import settings
from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata, on_both

route_tables = Table(
    "route_tables",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("published_at", Utc, nullable=False, index=True),
    Column("because", Text, nullable=False),
)


def newest_number(db: Db) -> Number:
    """Return the newest number that was published, NO_NUMBER before the first."""
    row = db.execute(_NEWEST_NUMBER).one_or_none()
    return NO_NUMBER if row is None else Number(*row)


def next_number(db: Db) -> Number:
    """Return the number to publish under, and keep every other publisher waiting until this transaction ends.

    Ask it before the table's facts are gathered: what another publisher writes meanwhile would be missing.
    """
    return numbers(db)[1]


def numbers(db: Db) -> tuple[Number, Number]:
    """Return the newest number, and the next one as `next_number` does."""
    stands = db.execute(_LOCKED_EPOCH).scalar_one_or_none()
    last = newest_number(db)
    return last, Number(int(stands or 1), last.generation + 1)


def insert(db: Db, number: Number, published_at: datetime, because: str, *, last: Number | None = None) -> None:
    """Write down that a table is being published; raises Conflict where its number is not above all others.

    `last` is the newest number, where that is at hand.
    """
    last = newest_number(db) if last is None else last
    if number <= last:
        raise Conflict(f"The table {number} cannot follow {last}.")
    row = {"epoch": number.epoch, "generation": number.generation, "published_at": published_at, "because": because}
    if db.execute(_ADD(db), row).scalar_one_or_none() is None:
        raise Conflict(f"Another process has just published the table {number}.")


@dataclass(frozen=True, slots=True)
class Publication:
    """One table that was published: its number, when, and why."""

    number: Number
    at: datetime
    because: str


def published_since(db: Db, since: datetime) -> list[Publication]:
    """List the tables published at or after a time, the newest first."""
    columns = (route_tables.c.epoch, route_tables.c.generation, route_tables.c.published_at, route_tables.c.because)
    query = select(*columns).where(route_tables.c.published_at >= since)
    rows = db.execute(query.order_by(route_tables.c.published_at.desc(), *_NEWEST_FIRST).limit(500))
    return [Publication(Number(row.epoch, row.generation), row.published_at, row.because) for row in rows]


def epoch(db: Db) -> int:
    """Return the epoch in which tables are published."""
    return int(settings.get(db, "epoch") or 1)


def raise_epoch(db: Db, *, above: int = 0) -> int:
    """Begin a new epoch, above this one and above `above`; return it."""
    raised = max(epoch(db), above) + 1
    settings.put(db, "epoch", str(raised))
    return raised


def alarm(db: Db) -> Number | None:
    """Return the number that a gateway reported and that was never published here, while that stands."""
    text = settings.get(db, "number_alarm")
    return None if text is None else Number.parse(text.split(" ")[0])


def set_alarm(db: Db, number: Number, at: datetime) -> None:
    """Note that a gateway reported more than was published; the highest number is kept."""
    known = alarm(db)
    if known is None or number > known:
        settings.put(db, "number_alarm", f"{number} {at.isoformat()}")


def clear_alarm(db: Db) -> None:
    """Note that an administrator has confirmed that this database is the truth."""
    settings.remove(db, "number_alarm")


_NEWEST_FIRST = (route_tables.c.epoch.desc(), route_tables.c.generation.desc())
_NUMBER = (route_tables.c.epoch, route_tables.c.generation)
_NEWEST_NUMBER = select(*_NUMBER).order_by(*_NEWEST_FIRST).limit(1)
_LOCKED_EPOCH = select(settings.settings.c.value).where(settings.settings.c.key == "epoch").with_for_update()
_ADD = on_both(lambda insert: insert(route_tables).on_conflict_do_nothing().returning(route_tables.c.epoch))
