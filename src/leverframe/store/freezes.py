"""Which freezes were declared, and which of them stand?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, Select, String, Table, Text, func, or_, select
from sqlalchemy import update as sql_update

from leverframe.nouns.calendar import Freeze
from leverframe.nouns.freezes import PREFIX, DeclaredFreeze
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

freezes = Table(
    "declared_freezes",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("freeze", Noun(Freeze), nullable=False),
    Column("declared_by", String, nullable=False),
    Column("declared_at", Utc, nullable=False),
    Column("source", String, nullable=False),
    Column("uid", String, nullable=False),
    Column("replaces", String, nullable=False),
    Column("told_at", Utc),
    Column("ended_at", Utc, index=True),
    Column("ended_by", String, nullable=False),
    Column("ended_because", Text, nullable=False),
)
Index("ix_declared_freezes_source", freezes.c.source, freezes.c.uid)

_REVISION = select(func.max(freezes.c.id), func.count(freezes.c.ended_at))


def add(db: Db, freeze: DeclaredFreeze) -> DeclaredFreeze:
    """Write a new freeze and return it with its id."""
    names = ("freeze", "declared_by", "declared_at", "source", "uid", "replaces", "told_at")
    row = {name: getattr(freeze, name) for name in names} | {"ended_by": "", "ended_because": ""}
    return replace(freeze, id=_name(db.execute(freezes.insert().values(**row).returning(freezes.c.id)).scalar_one()))


def end(db: Db, id: str, by: str, at: datetime, because: str) -> DeclaredFreeze:
    """End a freeze that stands; raises Conflict where it has ended already, NotFound."""
    ended = {"ended_at": at, "ended_by": by, "ended_because": because}
    standing = (freezes.c.id == _number(id)) & freezes.c.ended_at.is_(None)
    if not db.execute(sql_update(freezes).where(standing).values(**ended)).rowcount:
        raise Conflict(f"{id} was ended by {get(db, id).ended_by} already", remedy="look at it again")
    return get(db, id)


def get(db: Db, id: str) -> DeclaredFreeze:
    """Return one freeze; raises NotFound."""
    row = db.execute(select(freezes).where(freezes.c.id == _number(id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no freeze {id}.", remedy="The list of freezes has them all.")
    return _freeze(row)


def standing(db: Db) -> list[DeclaredFreeze]:
    """List the freezes that nobody has lifted or replaced, the earliest declared first."""
    return _all(db, select(freezes).where(freezes.c.ended_at.is_(None)))


def standing_at(db: Db, at: datetime) -> list[DeclaredFreeze]:
    """List the freezes that stood at a moment, the earliest declared first."""
    stood = or_(freezes.c.ended_at.is_(None), freezes.c.ended_at > at)
    return _all(db, select(freezes).where(freezes.c.declared_at <= at, stood))


def of_source(db: Db, source: str) -> dict[str, DeclaredFreeze]:
    """Return the standing freezes that were imported from a file, by their name there."""
    query = select(freezes).where(freezes.c.source == source, freezes.c.ended_at.is_(None))
    return {freeze.uid: freeze for freeze in _all(db, query)}


def every(db: Db) -> list[DeclaredFreeze]:
    """List every freeze that was ever declared, the earliest first."""
    return _all(db, select(freezes))


def untold(db: Db) -> list[DeclaredFreeze]:
    """List the standing freezes of which the people whose changes they meet were not told yet."""
    query = select(freezes).where(freezes.c.told_at.is_(None), freezes.c.ended_at.is_(None))
    return _all(db, query)


def told(db: Db, id: str, at: datetime) -> bool:
    """Note that people were told; say whether they had not been before."""
    unsaid = (freezes.c.id == _number(id)) & freezes.c.told_at.is_(None)
    return db.execute(sql_update(freezes).where(unsaid).values(told_at=at)).rowcount > 0


def revision(db: Db) -> tuple[int, int]:
    """Return what differs whenever a freeze is declared or ended."""
    newest, ended = tuple(db.execute(_REVISION).one())
    return newest or 0, ended


def _all(db: Db, query: Select[Any]) -> list[DeclaredFreeze]:
    return [_freeze(row) for row in db.execute(query.order_by(freezes.c.id))]


def _freeze(row: Row[Any]) -> DeclaredFreeze:
    return DeclaredFreeze(**{**row._mapping, "id": _name(row.id)})


def _name(number: int) -> str:
    return f"{PREFIX}{number}"


def _number(id: str) -> int:
    number = id.removeprefix(PREFIX)
    if not number.isdigit() or len(number) > 18:
        raise NotFound(f"There is no freeze {id}.", remedy=f"Their names are like {PREFIX}7.")
    return int(number)
