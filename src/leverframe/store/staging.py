"""What is recorded of a change on staging?"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, select

from leverframe.nouns.staging import StagingRecord
from leverframe.store.columns import Noun, RunningId
from leverframe.store.database import Db, metadata

staging_records = Table(
    "staging_records",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("body", Noun(StagingRecord), nullable=False),
)


def add(db: Db, change: str, record: StagingRecord) -> None:
    """Write what was done on staging."""
    db.execute(staging_records.insert().values(change=change, body=record))


def of(db: Db, change: str) -> list[StagingRecord]:
    """List what was done on staging with a change, the earliest first."""
    query = select(staging_records.c.body).where(staging_records.c.change == change)
    return list(db.execute(query.order_by(staging_records.c.id)).scalars())
