"""Which commits of the switch file were judged, who pushed them, and what did the file say last?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, delete, func, select
from sqlalchemy import update as sql_update

from leverframe.nouns.switch_files import SwitchFile
from leverframe.nouns.verdicts import Conflict
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

THE_ONE = 1
AT_ONCE = 500
PUSHES_KEPT = timedelta(days=30)
MOST_PUSHES = 1000

switch_file = Table(
    "switch_file",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("body", Noun(SwitchFile), nullable=False),
)

commits = Table(
    "switch_file_commits",
    metadata,
    Column("id", String, primary_key=True),
    Column("ours", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
)

pushes = Table(
    "switch_file_pushes",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("commit", String, nullable=False),
    Column("before", String, nullable=False),
    Column("login", String, nullable=False),
    Column("told_by", String, nullable=False),
    Column("at", Utc, nullable=False),
)
Index("ix_switch_file_pushes_at", pushes.c.at)


@dataclass(frozen=True, slots=True)
class Push:
    """What the git host has told: who pushed a commit, and with it all that came after `before` (empty: it alone)."""

    commit: str
    before: str
    login: str
    told_by: str
    at: datetime


def get(db: Db) -> SwitchFile:
    """Return the file as it was seen last; version 0 before it ever was."""
    return db.execute(select(switch_file.c.body)).scalar_one_or_none() or SwitchFile()


def put(db: Db, file: SwitchFile, *, over: int) -> None:
    """Write the file over the version it was read at; raises Conflict where another process was first."""
    if over == 0:
        row = {"id": THE_ONE, "version": file.version, "body": file}
        written = db.insert(switch_file).values(row).on_conflict_do_nothing().returning(switch_file.c.id)
        fits = db.execute(written).scalar_one_or_none() is not None
    else:
        stands = (switch_file.c.id == THE_ONE) & (switch_file.c.version == over)
        written = sql_update(switch_file).where(stands).values(version=file.version, body=file)
        fits = db.execute(written).rowcount > 0
    if not fits:
        raise Conflict("Another process has just read the switch file.")


def judged(db: Db, ids: Collection[str]) -> dict[str, bool]:
    """Return those of some commits that were judged before, each with whether it is one of ours."""
    found: dict[str, bool] = {}
    asked = sorted(ids)
    for at in range(0, len(asked), AT_ONCE):
        query = select(commits.c.id, commits.c.ours).where(commits.c.id.in_(asked[at : at + AT_ONCE]))
        found |= {row.id: row.ours for row in db.execute(query)}
    return found


def note_judged(db: Db, ids: Collection[str], at: datetime, *, ours: bool = False) -> None:
    """Write down that commits are judged, or that one is ours, so that none is acted on twice."""
    asked = sorted(ids)
    for first in range(0, len(asked), AT_ONCE):
        rows = [{"id": id, "ours": ours, "at": at} for id in asked[first : first + AT_ONCE]]
        db.execute(db.insert(commits).on_conflict_do_nothing(), rows)


def note_push(db: Db, push: Push) -> None:
    """Write down who pushed a commit; what was told of it before counts no more, and old pushes are forgotten."""
    row = {"commit": push.commit, "before": push.before, "login": push.login, "told_by": push.told_by, "at": push.at}
    db.execute(pushes.insert().values(row))
    db.execute(delete(pushes).where(pushes.c.at < push.at - PUSHES_KEPT))


def pushes_told(db: Db) -> list[Push]:
    """List the pushes that were told, the newest first."""
    query = select(pushes.c.commit, pushes.c.before, pushes.c.login, pushes.c.told_by, pushes.c.at)
    return [Push(*row) for row in db.execute(query.order_by(pushes.c.id.desc()).limit(MOST_PUSHES))]


def last_push(db: Db) -> int:
    """Return the running number of the push that was told last; 0 where none was."""
    return db.execute(select(func.max(pushes.c.id))).scalar_one_or_none() or 0
