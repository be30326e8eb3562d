"""Who was nudged, by whom, when, for which gate of which change?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Select, String, Table, Text, select

from leverframe.nouns.nudges import Nudge
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

nudges = Table(
    "nudges",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("gate", String, nullable=False),
    Column("whom", String, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("because", Text, nullable=False),
)
_C = nudges.c
_SELECT: Select[Any, Any, Any, Any, Any, Any] = select(_C.change, _C.gate, _C.whom, _C.by, _C.at, _C.because)


def add(db: Db, one: Nudge) -> None:
    """Write a nudge down."""
    told = {"gate": one.gate, "whom": one.whom, "by": one.by, "at": one.at, "because": one.because}
    db.execute(nudges.insert().values(change=one.change, **told))


def of_change(db: Db, change: str) -> list[Nudge]:
    """List those about one change, the newest first."""
    return [Nudge(*row) for row in db.execute(_SELECT.where(_C.change == change).order_by(_C.id.desc()))]


def of_person(db: Db, whom: str, since: datetime) -> list[Nudge]:
    """List those that one person was sent since a moment, the newest first."""
    mine = (_C.whom == whom) & (_C.at >= since)
    return [Nudge(*row) for row in db.execute(_SELECT.where(mine).order_by(_C.id.desc()))]
