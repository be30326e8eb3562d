"""What must be told to the outside, and has it been?

Messages are written in the transaction of the act that they tell of, and sent after it: repeated after a crash,
never lost. `Message.told_as` is the idempotency key that the receiver sees.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text, func, or_, select
from sqlalchemy import update as sql_update

from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata, on_both
from leverframe.store.tables import epoch

AT_ONCE = 500
"""So many keys are looked up in one go."""

messages = Table(
    "outbox",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False),
    Column("key", String, nullable=False, unique=True),
    Column("body", Noun(dict[str, Any]), nullable=False),
    Column("epoch", Integer, nullable=False, default=1),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Utc),
    Column("done_at", Utc),
    Column("error", Text, nullable=False),
)
Index(
    "ix_outbox_waiting",
    messages.c.id,
    sqlite_where=messages.c.done_at.is_(None),
    postgresql_where=messages.c.done_at.is_(None),
)
_given_up = messages.c.done_at.is_not(None) & (messages.c.error != "")
Index("ix_outbox_given_up", messages.c.id, sqlite_where=_given_up, postgresql_where=_given_up)


_PUT = on_both(lambda insert: insert(messages).on_conflict_do_nothing().returning(messages.c.id))
_WAITING = select(func.count()).select_from(messages).where(messages.c.done_at.is_(None))


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell; `attempts` counts those begun, this one included, `epoch` is that of its writing."""

    id: int
    epoch: int
    topic: str
    key: str
    body: Mapping[str, Any]
    attempts: int
    error: str

    @property
    def told_as(self) -> str:
        """Return the idempotency key: after a restore the ids are given again, in another epoch."""
        return f"msg-{self.epoch}-{self.id}"


def put(db: Db, topic: str, body: Mapping[str, Any], key: str) -> bool:
    """Write a message; one that has the key of an earlier one is the same and is dropped. Say whether it is new."""
    row = {"topic": topic, "key": key, "body": dict(body), "epoch": epoch(db), "attempts": 0, "error": ""}
    return db.execute(_PUT(db), row).scalar_one_or_none() is not None


def known(db: Db, keys: Collection[str]) -> frozenset[str]:
    """Return those of some keys under which a message was ever written, delivered or not."""
    found: set[str] = set()
    asked = sorted(keys)
    for at in range(0, len(asked), AT_ONCE):
        query = select(messages.c.key).where(messages.c.key.in_(asked[at : at + AT_ONCE]))
        found.update(db.execute(query).scalars())
    return frozenset(found)


def due(db: Db, now: datetime, limit: int, *, hold_seconds: float = 60.0) -> list[Message]:
    """Take up to `limit` messages to send, the oldest first; needs `write()`.

    Nobody else gets them for `hold_seconds`; what is neither `done` nor `failed` by then is due again.
    """
    ready = messages.c.done_at.is_(None) & or_(messages.c.due_at.is_(None), messages.c.due_at <= now)
    chosen = select(messages.c.id).where(ready).order_by(messages.c.id).limit(limit).with_for_update(skip_locked=True)
    until = now + timedelta(seconds=hold_seconds)
    taken = sql_update(messages).where(messages.c.id.in_(chosen.scalar_subquery()))
    taken = taken.values(due_at=until, attempts=messages.c.attempts + 1)
    columns = (
        messages.c.id,
        messages.c.epoch,
        messages.c.topic,
        messages.c.key,
        messages.c.body,
        messages.c.attempts,
        messages.c.error,
    )
    return sorted((Message(*row) for row in db.execute(taken.returning(*columns))), key=lambda message: message.id)


def done(db: Db, id: int, at: datetime) -> None:
    """Note that a message has arrived."""
    db.execute(sql_update(messages).where(messages.c.id == id).values(done_at=at, error=""))


def failed(db: Db, id: int, retry_at: datetime, error: str) -> None:
    """Note that a message did not arrive, why, and when to try again."""
    db.execute(sql_update(messages).where(messages.c.id == id).values(due_at=retry_at, error=error))


def drop(db: Db, id: int, at: datetime, error: str) -> None:
    """Give a message up for good; its error stays to be seen."""
    db.execute(sql_update(messages).where(messages.c.id == id).values(done_at=at, error=error))


def waiting(db: Db) -> int:
    """Count the messages that have not arrived."""
    return db.execute(_WAITING).scalar_one()


def given_up(db: Db) -> int:
    """Count the messages that were dropped for good."""
    return db.execute(select(func.count()).select_from(messages).where(_given_up)).scalar_one()
