"""What is owed, by whom, until when?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Select, String, Table, Text, select
from sqlalchemy import update as sql_update

from leverframe.nouns.follow_ups import Debt, FollowUp
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("subject", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("owner", String, nullable=False),
    Column("because", Text, nullable=False),
    Column("done_at", Utc),
)
Index(
    "uq_follow_ups_open",
    follow_ups.c.subject,
    follow_ups.c.kind,
    unique=True,
    sqlite_where=follow_ups.c.done_at.is_(None),
    postgresql_where=follow_ups.c.done_at.is_(None),
)
Index("ix_follow_ups_due_at", follow_ups.c.due_at)

debts = Table(
    "debts",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("subject", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("due_at", Utc, nullable=False, index=True),
    Column("because", Text, nullable=False),
    Column("paid_at", Utc),
)


def owe(db: Db, subject: str, kind: str, due_at: datetime, owner: str, because: str) -> bool:
    """Write a duty, unless the same one is open on this subject; say whether it is new."""
    row = {"subject": subject, "kind": kind, "due_at": due_at, "owner": owner, "because": because}
    added = db.insert(follow_ups).values(**row).on_conflict_do_nothing().returning(follow_ups.c.id)
    return db.execute(added).scalar_one_or_none() is not None


def done(db: Db, subject: str, kind: str, at: datetime) -> bool:
    """Note that a duty was done; say whether it was open."""
    is_open = (follow_ups.c.subject == subject) & (follow_ups.c.kind == kind) & follow_ups.c.done_at.is_(None)
    return db.execute(sql_update(follow_ups).where(is_open).values(done_at=at)).rowcount > 0


def open_ones(db: Db, *, subject: str = "", owner: str = "") -> list[FollowUp]:
    """List the open duties, of one subject or owner where they are named; the next due first."""
    query = _FOLLOW_UPS.where(follow_ups.c.done_at.is_(None))
    if subject:
        query = query.where(follow_ups.c.subject == subject)
    if owner:
        query = query.where(follow_ups.c.owner == owner)
    return _follow_ups(db, query)


def due(db: Db, now: datetime) -> list[FollowUp]:
    """List the open duties whose time has come; the longest due first."""
    return _follow_ups(db, _FOLLOW_UPS.where(follow_ups.c.done_at.is_(None), follow_ups.c.due_at <= now))


def of_subject(db: Db, subject: str) -> list[FollowUp]:
    """List every duty that a subject left behind, done or open."""
    return _follow_ups(db, _FOLLOW_UPS.where(follow_ups.c.subject == subject))


def owe_debt(db: Db, subject: str, what: str, due_at: datetime, because: str) -> Debt:
    """Write down evidence that was skipped and is owed."""
    row = {"subject": subject, "what": what, "due_at": due_at, "because": because}
    return Debt(db.execute(debts.insert().values(**row).returning(debts.c.id)).scalar_one(), **row)


def pay(db: Db, id: int, at: datetime) -> bool:
    """Note that a debt was paid; say whether it was open."""
    is_open = (debts.c.id == id) & debts.c.paid_at.is_(None)
    return db.execute(sql_update(debts).where(is_open).values(paid_at=at)).rowcount > 0


def open_debts(db: Db, *, subject: str = "") -> list[Debt]:
    """List the debts that are not paid, of one subject where it is named; the next due first."""
    query = select(debts).where(debts.c.paid_at.is_(None)).order_by(debts.c.due_at, debts.c.id)
    rows = db.execute(query.where(debts.c.subject == subject) if subject else query)
    return [Debt(**row._mapping) for row in rows]


_FOLLOW_UPS = select(follow_ups).order_by(follow_ups.c.due_at, follow_ups.c.id)


def _follow_ups(db: Db, query: Select[Any]) -> list[FollowUp]:
    return [FollowUp(**row._mapping) for row in db.execute(query)]
