"""Which changes were let past which gates, by whom and until when?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Integer, Row, Select, String, Table, select
from sqlalchemy import update as sql_update

from leverframe.nouns.break_glass import PREFIX, BreakGlass
from leverframe.nouns.changes import State
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.changes import changes
from leverframe.store.columns import Noun, RunningId
from leverframe.store.database import Db, metadata

break_glasses = Table(
    "break_glasses",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("body", Noun(BreakGlass), nullable=False),
)
_C = break_glasses.c
_SELECT = select(_C.id, _C.version, _C.body)


def add(db: Db, glass: BreakGlass) -> BreakGlass:
    """Write a new one and return it with its id."""
    query = break_glasses.insert().values(change=glass.change, version=1, body=glass).returning(_C.id)
    return replace(glass, id=f"{PREFIX}{db.execute(query).scalar_one()}")


def update(db: Db, glass: BreakGlass, version: int) -> BreakGlass:
    """Write one over the version it was read at; raises Conflict where another wrote first."""
    mine = (_C.id == _number(glass.id)) & (_C.version == version)
    if not db.execute(sql_update(break_glasses).where(mine).values(version=version + 1, body=glass)).rowcount:
        raise Conflict(f"{glass.id} was changed by someone else", remedy="look at it again")
    return glass


def of_change(db: Db, change: str) -> list[BreakGlass]:
    """List those of one change, the newest first."""
    rows = db.execute(_SELECT.where(_C.change == change).order_by(_C.id.desc()))
    return [_glass(row) for row in rows]


def newest(db: Db, change: str) -> tuple[BreakGlass, int]:
    """Return the newest of a change with the version at which it stands; raises NotFound."""
    query: Select[Any, Any, Any] = _SELECT.where(_C.change == change).order_by(_C.id.desc()).limit(1)
    row = db.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"Nobody has asked to bypass a gate of {change}.", remedy="Ask for it first.")
    return _glass(row), row.version


def expired(db: Db, states: Collection[State], now: datetime) -> list[BreakGlass]:
    """List those whose time is over, that nobody ended, of changes in these states."""
    theirs = changes.c.state.in_([state.value for state in states])
    rows = db.execute(_SELECT.join(changes, changes.c.id == _C.change).where(theirs).order_by(_C.id))
    glasses = (_glass(row) for row in rows)
    return [each for each in glasses if each.ended_at is None and each.until is not None and each.until <= now]


def _glass(row: Row[Any]) -> BreakGlass:
    return replace(row.body, id=f"{PREFIX}{row.id}")


def _number(id: str) -> int:
    return int(id.removeprefix(PREFIX))
