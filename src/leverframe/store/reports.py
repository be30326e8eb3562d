"""What have the gateways of each control-plane process reported?

One row a process: it is written over when something changes or a heartbeat has passed, and outlives the process, so
that its gateways are awaited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, delete, select

from leverframe.store.columns import Noun, Utc
from leverframe.store.database import Db, metadata


@dataclass(frozen=True, slots=True)
class Reported:
    """One boot of one gateway instance, as its process knew it when the row was written.

    `age_seconds` is since it was last heard, `known_seconds` since it was first heard.
    """

    gateway: str
    instance: str
    boot: str
    number: str
    age_seconds: float
    known_seconds: float
    connected: bool
    had_traffic: bool


reports = Table(
    "gateway_reports",
    metadata,
    Column("process", String, primary_key=True),
    Column("written_at", Utc, nullable=False),
    Column("body", Noun(tuple[Reported, ...]), nullable=False),
)


def write(db: Db, process: str, reported: tuple[Reported, ...], now_wall: datetime) -> None:
    """Write what one process knows, over what it wrote before."""
    row = {"written_at": now_wall, "body": reported}
    written = db.insert(reports).values(process=process, **row)
    db.execute(written.on_conflict_do_update(index_elements=["process"], set_=row))


def of_others(db: Db, process: str) -> list[tuple[datetime, tuple[Reported, ...]]]:
    """Return what every other process has written, each with when it did, on its wall clock."""
    query = select(reports.c.written_at, reports.c.body).where(reports.c.process != process)
    return [(row.written_at, row.body) for row in db.execute(query)]


def forget(db: Db, before: datetime) -> None:
    """Forget the processes that have written nothing since a time."""
    db.execute(delete(reports).where(reports.c.written_at < before))
