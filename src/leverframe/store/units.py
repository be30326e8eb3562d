"""Which unit runs on each target, and which ran before?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Index, String, Table, func, select

from leverframe.nouns.units import Unit
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

adoptions = Table(
    "unit_adoptions",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("target", String, nullable=False),
    Column("unit", Noun(Unit), nullable=False),
    Column("by", String, nullable=False),
    Column("change", String, nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_unit_adoptions_target_id", adoptions.c.target, adoptions.c.id)


_newest = select(func.max(adoptions.c.id)).group_by(adoptions.c.target)
_ALL_CURRENT = (
    select(adoptions.c.target, adoptions.c.unit).where(adoptions.c.id.in_(_newest)).order_by(adoptions.c.target)
)


@dataclass(frozen=True, slots=True)
class Adoption:
    """One unit becoming a target's current: by whom, by which change (empty: adopted on day zero), when."""

    unit: Unit
    by: str
    change: str
    at: datetime


def adopt(db: Db, target: str, unit: Unit, by: str, change: str, at: datetime) -> None:
    """Make a unit a target's current; `change` is empty where none stands behind it."""
    db.execute(adoptions.insert().values(target=target, unit=unit, by=by, change=change, at=at))


def current(db: Db, target: str) -> Unit | None:
    """Return the unit that runs on a target, or None where none was adopted."""
    return next((adoption.unit for adoption in history(db, target, limit=1)), None)


def former(db: Db, target: str) -> Unit | None:
    """Return the unit that ran before the current one."""
    return next((adoption.unit for adoption in history(db, target, limit=2)[1:]), None)


def all_current(db: Db) -> dict[str, Unit]:
    """Return the current unit of every target that has one."""
    return {row.target: row.unit for row in db.execute(_ALL_CURRENT)}


def history(db: Db, target: str, limit: int = 1000) -> list[Adoption]:
    """List what was adopted on a target, the newest first."""
    query = select(adoptions.c.unit, adoptions.c.by, adoptions.c.change, adoptions.c.at)
    newest_first = query.where(adoptions.c.target == target).order_by(adoptions.c.id.desc()).limit(limit)
    return [Adoption(*row) for row in db.execute(newest_first)]
