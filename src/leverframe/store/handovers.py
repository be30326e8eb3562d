"""Who has coordinated which change, one after the other?"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, select

from leverframe.nouns.handovers import Handover
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

handovers = Table(
    "handovers",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("giver", String, nullable=False),
    Column("taker", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("by", String, nullable=False),
    Column("because", Text, nullable=False),
)
_C = handovers.c


def add(db: Db, one: Handover) -> None:
    """Write down who took over from whom."""
    row = {"giver": one.giver, "taker": one.taker, "at": one.at, "by": one.by, "because": one.because}
    db.execute(handovers.insert().values(change=one.change, **row))


def of_change(db: Db, change: str) -> list[Handover]:
    """List those of one change, the first first."""
    asked = select(_C.change, _C.giver, _C.taker, _C.at, _C.by, _C.because).where(_C.change == change)
    return [Handover(*row) for row in db.execute(asked.order_by(_C.id))]
