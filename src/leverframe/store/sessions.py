"""Who is signed in? Sessions are kept under the hash of their id: the database alone lets nobody in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, bindparam, delete, select
from sqlalchemy import update as sql_update

from leverframe.store.accounts import accounts
from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String, primary_key=True),
    Column("account", String, ForeignKey("accounts.name"), nullable=False, index=True),
    Column("csrf", String, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False, index=True),
    Column("last_seen_at", Utc, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Session:
    """One person's session, with the token that their forms must carry."""

    hash: str
    account: str
    csrf: str
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime


def add(db: Db, session: Session) -> None:
    """Begin a session."""
    db.execute(sessions.insert().values({name: getattr(session, name) for name in _FIELDS}))


def get(db: Db, hash: str, now: datetime) -> Session | None:
    """Return a session that has not ended and whose account is enabled."""
    row = db.execute(_ALIVE, {"hash": hash, "now": now}).one_or_none()
    return None if row is None else Session(**row._mapping)


def touch(db: Db, hash: str, now: datetime) -> None:
    """Note that a session was used."""
    db.execute(sql_update(sessions).where(sessions.c.hash == hash).values(last_seen_at=now))


def end(db: Db, hash: str) -> None:
    """End one session."""
    db.execute(delete(sessions).where(sessions.c.hash == hash))


def end_all_of(db: Db, account: str) -> int:
    """End every session of an account; return how many there were."""
    return db.execute(delete(sessions).where(sessions.c.account == account)).rowcount


def sweep(db: Db, now: datetime) -> int:
    """Remove the sessions that have ended by themselves; return how many there were."""
    return db.execute(delete(sessions).where(sessions.c.expires_at <= now)).rowcount


_FIELDS = ("hash", "account", "csrf", "created_at", "expires_at", "last_seen_at")
_SELECT = select(*(sessions.c[name] for name in _FIELDS))
_ALIVE = _SELECT.join_from(sessions, accounts).where(
    sessions.c.hash == bindparam("hash"), sessions.c.expires_at > bindparam("now"), accounts.c.disabled_at.is_(None)
)
