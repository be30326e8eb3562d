"""What is owed, by whom, until when?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Select, String, Table, Text, select
from sqlalchemy import update as sql_update

from leverframe.nouns.follow_ups import Debt, FollowUp
from leverframe.nouns.verdicts import NotFound
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, in_parts, metadata

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
    Column("what", Text, nullable=False),
    Column("team", String, nullable=False),
    Column("opens_at", Utc, nullable=False),
    Column("opened_at", Utc),
    Column("remind_at", Utc, nullable=False),
    Column("done_by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("dropped", Boolean, nullable=False),
)
_is_open = follow_ups.c.done_at.is_(None)
Index(
    "uq_follow_ups_open",
    follow_ups.c.subject,
    follow_ups.c.kind,
    follow_ups.c.what,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
Index("ix_follow_ups_due_at", follow_ups.c.due_at)
Index("ix_follow_ups_remind_at", follow_ups.c.remind_at, sqlite_where=_is_open, postgresql_where=_is_open)

debts = Table(
    "debts",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("subject", String, nullable=False, index=True),
    Column("what", String, nullable=False),
    Column("due_at", Utc, nullable=False, index=True),
    Column("because", Text, nullable=False),
    Column("owner", String, nullable=False),
    Column("paid_at", Utc),
)


def owe(
    db: Db,
    subject: str,
    kind: str,
    due_at: datetime,
    owner: str,
    because: str,
    *,
    what: str = "",
    team: str = "",
    opens_at: datetime | None = None,
    opened_at: datetime | None = None,
    remind_at: datetime | None = None,
) -> bool:
    """Write a duty, unless the same one is open on this subject; say whether it is new.

    It opens when it is due where nothing else is said; its owner is reminded from `remind_at` on, else from then.
    """
    opens = opens_at or due_at
    row = {"subject": subject, "kind": kind, "due_at": due_at, "owner": owner, "because": because, "what": what}
    when = {"opens_at": opens, "opened_at": opened_at, "remind_at": remind_at or opens}
    added = db.insert(follow_ups).values(**row, **when, team=team, done_by="", note="", dropped=False)
    return db.execute(added.on_conflict_do_nothing().returning(follow_ups.c.id)).scalar_one_or_none() is not None


def get(db: Db, id: int) -> FollowUp:
    """Return one duty; raises NotFound."""
    found = _follow_ups(db, _FOLLOW_UPS.where(follow_ups.c.id == id))
    if not found:
        raise NotFound(f"There is no follow-up {id}.", remedy="The list of follow-ups has them all.")
    return found[0]


def done(db: Db, subject: str, kind: str, at: datetime, by: str = "") -> bool:
    """Note that a duty was done; say whether it was open."""
    is_open = (follow_ups.c.subject == subject) & (follow_ups.c.kind == kind) & _is_open
    return db.execute(sql_update(follow_ups).where(is_open).values(done_at=at, done_by=by)).rowcount > 0


def end(db: Db, id: int, at: datetime, by: str, note: str, *, dropped: bool) -> bool:
    """Note that a duty was done, or dropped, by whom and with which words; say whether it was open."""
    ended = {"done_at": at, "done_by": by, "note": note, "dropped": dropped}
    return db.execute(sql_update(follow_ups).where(follow_ups.c.id == id, _is_open).values(**ended)).rowcount > 0


def hand(db: Db, id: int, owner: str, remind_at: datetime) -> bool:
    """Give an open duty to another person, who is told of it from a moment on; say whether it was open."""
    handed = sql_update(follow_ups).where(follow_ups.c.id == id, _is_open)
    return db.execute(handed.values(owner=owner, remind_at=remind_at)).rowcount > 0


def reminded(db: Db, id: int, remind_at: datetime, opened_at: datetime | None = None) -> None:
    """Note when the owner of a duty is told next, and when they first were."""
    told = {"remind_at": remind_at, **({"opened_at": opened_at} if opened_at else {})}
    db.execute(sql_update(follow_ups).where(follow_ups.c.id == id).values(**told))


def to_remind(db: Db, now: datetime) -> tuple[int, ...]:
    """List the open duties of which somebody is to be told now, the longest waiting first."""
    query = select(follow_ups.c.id).where(_is_open, follow_ups.c.remind_at <= now)
    return tuple(db.execute(query.order_by(follow_ups.c.remind_at, follow_ups.c.id)).scalars())


def open_ones(db: Db, *, subject: str = "", owner: str = "", kind: str = "") -> list[FollowUp]:
    """List the open duties, of one subject, owner or kind where they are named; the next due first."""
    query = _FOLLOW_UPS.where(_is_open)
    if subject:
        query = query.where(follow_ups.c.subject == subject)
    if owner:
        query = query.where(follow_ups.c.owner == owner)
    if kind:
        query = query.where(follow_ups.c.kind == kind)
    return _follow_ups(db, query)


def due(db: Db, now: datetime) -> list[FollowUp]:
    """List the open duties whose time has come; the longest due first."""
    return _follow_ups(db, _FOLLOW_UPS.where(_is_open, follow_ups.c.due_at <= now))


def of_subject(db: Db, subject: str) -> list[FollowUp]:
    """List every duty that a subject left behind, done or open."""
    return _follow_ups(db, _FOLLOW_UPS.where(follow_ups.c.subject == subject))


def owe_debt(db: Db, subject: str, what: str, due_at: datetime, because: str, *, owner: str = "") -> Debt:
    """Write down evidence that was skipped and is owed."""
    row = {"subject": subject, "what": what, "due_at": due_at, "because": because, "owner": owner}
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


def debts_of(db: Db, subjects: Sequence[str]) -> dict[str, list[Debt]]:
    """Return the debts of several subjects, paid or not, the earliest due first."""
    found: dict[str, list[Debt]] = {subject: [] for subject in subjects}
    for some in in_parts(list(found)):
        query = select(debts).where(debts.c.subject.in_(some)).order_by(debts.c.due_at, debts.c.id)
        for row in db.execute(query):
            found[row.subject].append(Debt(**row._mapping))
    return found


def all_debts(db: Db, limit: int) -> list[Debt]:
    """List the debts, open ones first, then the newest paid."""
    query = select(debts).order_by(debts.c.paid_at.is_not(None), debts.c.due_at, debts.c.id).limit(limit)
    return [Debt(**row._mapping) for row in db.execute(query)]


_FOLLOW_UPS = select(follow_ups).order_by(follow_ups.c.due_at, follow_ups.c.id)


def _follow_ups(db: Db, query: Select[Any]) -> list[FollowUp]:
    return [FollowUp(**row._mapping) for row in db.execute(query)]
