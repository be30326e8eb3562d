"""What was read of a change's pull request?"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, select

from leverframe.nouns.pull_requests import ReadPullRequest
from leverframe.store.columns import Noun, RunningId
from leverframe.store.database import Db, metadata

pull_requests = Table(
    "pull_requests",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("body", Noun(ReadPullRequest), nullable=False),
)
"""Each time that it told something else than before; the newest stands."""


def add(db: Db, change: str, read: ReadPullRequest) -> None:
    """Write what was read."""
    db.execute(pull_requests.insert().values(change=change, body=read))


def newest(db: Db, change: str) -> ReadPullRequest | None:
    """Return what was read last, or None."""
    query = select(pull_requests.c.body).where(pull_requests.c.change == change)
    return db.execute(query.order_by(pull_requests.c.id.desc()).limit(1)).scalar_one_or_none()
