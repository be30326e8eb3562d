"""Which meetings has the CAB held, what was on their agendas, and what did it send back?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Integer, Row, Select, String, Table, Text, func, select
from sqlalchemy import update as sql_update

from leverframe.nouns.cab import CabReturn, Item, Meeting, MeetingState, ReturnReason
from leverframe.nouns.verdicts import NotFound
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

meetings = Table(
    "cab_meetings",
    metadata,
    Column("id", String, primary_key=True),
    Column("starts_at", Utc, nullable=False, index=True),
    Column("state", String, nullable=False, index=True),
    Column("body", Noun(Meeting), nullable=False),
)
items = Table(
    "cab_items",
    metadata,
    Column("meeting", String, primary_key=True),
    Column("change", String, primary_key=True, index=True),
    Column("position", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("body", Noun(Item), nullable=False),
)
returns = Table(
    "cab_returns",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, nullable=False, index=True),
    Column("meeting", String, nullable=False),
    Column("by", String, nullable=False),
    Column("role", String, nullable=False),
    Column("content_digest", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("ended_because", Text, nullable=False),
)

_OPEN = (MeetingState.PENDING.value, MeetingState.IN_PROGRESS.value)


def add(db: Db, meeting: Meeting) -> bool:
    """Write a new meeting with its agenda; say whether it is ours: of two that build one, the first wins."""
    row = {"id": meeting.id, **_columns(meeting)}
    added = db.insert(meetings).values(**row).on_conflict_do_nothing().returning(meetings.c.id)
    if db.execute(added).scalar_one_or_none() is None:
        return False
    for item in meeting.items:
        db.execute(items.insert().values(meeting=meeting.id, change=item.change, **_item_columns(item)))
    return True


def get(db: Db, id: str) -> Meeting:
    """Return one meeting; raises NotFound."""
    return _one(db, id, select(meetings.c.body).where(meetings.c.id == id))


def lock(db: Db, id: str) -> Meeting:
    """Return one meeting and keep other writers from it until this transaction ends; raises NotFound."""
    return _one(db, id, select(meetings.c.body).where(meetings.c.id == id).with_for_update())


def exists(db: Db, id: str) -> bool:
    """Say whether the agenda of a meeting was built."""
    return db.execute(select(meetings.c.id).where(meetings.c.id == id)).scalar_one_or_none() is not None


def save(db: Db, meeting: Meeting) -> Meeting:
    """Write a meeting that was locked, with its items."""
    db.execute(sql_update(meetings).where(meetings.c.id == meeting.id).values(**_columns(meeting)))
    for item in meeting.items:
        this = (items.c.meeting == meeting.id) & (items.c.change == item.change)
        db.execute(sql_update(items).where(this).values(**_item_columns(item)))
    return meeting


def open_ones(db: Db) -> list[str]:
    """List the meetings that are not over, the earliest first."""
    query = select(meetings.c.id).where(meetings.c.state.in_(_OPEN)).order_by(meetings.c.starts_at)
    return list(db.execute(query).scalars())


def newest(db: Db, *, limit: int = 20) -> list[Meeting]:
    """List meetings without their items, the newest first."""
    query = select(meetings.c.body).order_by(meetings.c.starts_at.desc()).limit(limit)
    return list(db.execute(query).scalars())


def items_of(db: Db, changes: Iterable[str]) -> dict[str, tuple[tuple[str, Item], ...]]:
    """Return by change on which meetings it was, and as which item, the newest first."""
    asked = list(changes)
    query = (
        select(items.c.meeting, items.c.change, items.c.body)
        .join(meetings, meetings.c.id == items.c.meeting)
        .where(items.c.change.in_(asked))
        .order_by(meetings.c.starts_at.desc())
    )
    found: dict[str, list[tuple[str, Item]]] = {change: [] for change in asked}
    for row in db.execute(query):
        found[row.change].append((row.meeting, row.body))
    return {change: tuple(rows) for change, rows in found.items()}


def send_back(db: Db, sent: CabReturn) -> CabReturn:
    """Write that a change was sent back, and return it with its number."""
    names = ("change", "meeting", "by", "role", "content_digest", "note", "at")
    row = {name: getattr(sent, name) for name in names} | {"reason": sent.reason.value, "ended_because": ""}
    return replace(sent, id=db.execute(returns.insert().values(**row).returning(returns.c.id)).scalar_one())


def standing_returns(db: Db, changes: Iterable[str]) -> dict[str, tuple[CabReturn, ...]]:
    """Return by change what sends it back and was not taken back, the first first."""
    asked = list(changes)
    query = select(returns).where(returns.c.change.in_(asked), returns.c.ended_at.is_(None)).order_by(returns.c.id)
    found: dict[str, list[CabReturn]] = {change: [] for change in asked}
    for row in db.execute(query):
        found[row.change].append(_return(row))
    return {change: tuple(rows) for change, rows in found.items()}


def returns_of(db: Db, change: str) -> list[CabReturn]:
    """List every time that a change was sent back, the first first."""
    return [
        _return(row) for row in db.execute(select(returns).where(returns.c.change == change).order_by(returns.c.id))
    ]


def take_back(db: Db, id: int, at: datetime, because: str) -> None:
    """End a return that stands."""
    standing = (returns.c.id == id) & returns.c.ended_at.is_(None)
    db.execute(sql_update(returns).where(standing).values(ended_at=at, ended_because=because))


def count_returns(db: Db, since: datetime, until: datetime) -> dict[ReturnReason, int]:
    """Count the returns of a stretch by their reason; `until` is not in it."""
    query = (
        select(returns.c.reason, func.count().label("number"))
        .where(returns.c.at >= since, returns.c.at < until)
        .group_by(returns.c.reason)
        .order_by(returns.c.reason)
    )
    return {ReturnReason(row.reason): row.number for row in db.execute(query)}


def _one(db: Db, id: str, query: Select[Any]) -> Meeting:
    meeting = db.execute(query).scalar_one_or_none()
    if meeting is None:
        raise NotFound(f"There is no meeting {id} of the CAB.", remedy="The page /cab has those that there are.")
    agenda = select(items.c.body).where(items.c.meeting == id).order_by(items.c.position)
    return replace(meeting, items=tuple(db.execute(agenda).scalars()))


def _columns(meeting: Meeting) -> dict[str, Any]:
    body = replace(meeting, items=())
    return {"starts_at": meeting.starts_at, "state": meeting.state.value, "body": body}


def _item_columns(item: Item) -> dict[str, Any]:
    return {"position": item.position, "state": item.state.value, "body": item}


def _return(row: Row[Any]) -> CabReturn:
    return CabReturn(**{**row._mapping, "reason": ReturnReason(row.reason)})
