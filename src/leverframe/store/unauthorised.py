"""Which units were served that no change explains, and what did people make of them?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, Select, String, Table, func, select
from sqlalchemy import update as sql_update

from leverframe.nouns.unauthorised import PREFIX, UnauthorisedUnit
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

unauthorised_units = Table(
    "unauthorised_units",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("target", String, nullable=False),
    Column("unit", String, nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False),
    Column("settled_at", Utc, index=True),
    Column("body", Noun(UnauthorisedUnit), nullable=False),
)
Index("ix_unauthorised_units_unit", unauthorised_units.c.target, unauthorised_units.c.unit)

_C = unauthorised_units.c
_SELECT = select(_C.id, _C.body)
_LOCK = 0x554E4131
"""The number of the advisory lock under which records are added: no unit is found twice."""


def queue(db: Db) -> None:
    """Wait for whoever adds a record, and let nobody else until this transaction ends."""
    if not db.is_sqlite:
        db.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def add(db: Db, found: UnauthorisedUnit) -> UnauthorisedUnit:
    """Write a new record and return it with its id."""
    query = unauthorised_units.insert().values(**_columns(found)).returning(_C.id)
    return replace(found, id=_name(db.execute(query).scalar_one()))


def update(db: Db, found: UnauthorisedUnit) -> None:
    """Write how far a record goes."""
    db.execute(sql_update(unauthorised_units).where(_C.id == _number(found.id)).values(**_columns(found)))


def settle(db: Db, settled: UnauthorisedUnit) -> None:
    """Write what a person made of it; raises Conflict where another did before."""
    is_open = (_C.id == _number(settled.id)) & _C.settled_at.is_(None)
    if not db.execute(sql_update(unauthorised_units).where(is_open).values(**_columns(settled))).rowcount:
        stands = get(db, settled.id).settled
        by = stands.by if stands else "somebody"
        raise Conflict(f"{settled.id} was settled by {by} already", remedy="look at it again")


def lock(db: Db, id: str) -> UnauthorisedUnit:
    """Return one record and keep other writers from it until this transaction ends; raises NotFound."""
    return _one(db, id, _SELECT.with_for_update())


def get(db: Db, id: str) -> UnauthorisedUnit:
    """Return one record; raises NotFound."""
    return _one(db, id, _SELECT)


def of_unit(db: Db, target: str, unit: str) -> list[UnauthorisedUnit]:
    """List the records of one unit, the newest first."""
    return _all(db, _SELECT.where(_C.target == target, _C.unit == unit))


def open_ones(db: Db) -> list[UnauthorisedUnit]:
    """List the records that nobody has settled, the newest first."""
    return _all(db, _SELECT.where(_C.settled_at.is_(None)))


def every(db: Db) -> list[UnauthorisedUnit]:
    """List all records, the newest first."""
    return _all(db, _SELECT)


def between(db: Db, since: datetime, until: datetime) -> list[UnauthorisedUnit]:
    """List the records of units that were served at or after one time and before another, the newest first."""
    return _all(db, _SELECT.where(_C.last_at >= since, _C.first_at < until))


def _one(db: Db, id: str, query: Select[Any, Any]) -> UnauthorisedUnit:
    row = db.execute(query.where(_C.id == _number(id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no record {id}.", remedy="The list of unauthorised units has them all.")
    return _record(row)


def _all(db: Db, query: Select[Any, Any]) -> list[UnauthorisedUnit]:
    rows: Iterable[Row[Any]] = db.execute(query.order_by(_C.id.desc()))
    return [_record(row) for row in rows]


def _record(row: Row[Any]) -> UnauthorisedUnit:
    return replace(row.body, id=_name(row.id))


def _columns(found: UnauthorisedUnit) -> dict[str, Any]:
    names = ("target", "unit", "first_at", "last_at")
    at = found.settled.at if found.settled else None
    return {name: getattr(found, name) for name in names} | {"settled_at": at, "body": found}


def _name(number: int) -> str:
    return f"{PREFIX}{number}"


def _number(id: str) -> int:
    number = id.removeprefix(PREFIX)
    if not number.isdecimal() or len(number) > 18:
        raise NotFound(f"There is no record {id}.", remedy=f"Their names are like {PREFIX}7.")
    return int(number)
