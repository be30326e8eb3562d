"""Which one-time links are out, such as the first administrator's?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ColumnElement, String, Table, select
from sqlalchemy import update as sql_update

from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

links = Table(
    "one_time_links",
    metadata,
    Column("hash", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)


def add(db: Db, hash: str, purpose: str, expires_at: datetime) -> None:
    """Write a new link, by the hash of its key."""
    db.execute(links.insert().values(hash=hash, purpose=purpose, expires_at=expires_at))


def holds(db: Db, hash: str, purpose: str, now: datetime) -> bool:
    """Say whether a link may still be used."""
    return db.execute(select(links.c.hash).where(_standing(hash, purpose, now))).scalar_one_or_none() is not None


def use(db: Db, hash: str, purpose: str, now: datetime) -> bool:
    """Use a link up; say whether it could be, which is true once."""
    return db.execute(sql_update(links).where(_standing(hash, purpose, now)).values(used_at=now)).rowcount > 0


def withdraw(db: Db, purpose: str, now: datetime) -> int:
    """Use up every link of a purpose, as when a newer one replaces them; return how many there were."""
    standing = (links.c.purpose == purpose) & links.c.used_at.is_(None)
    return db.execute(sql_update(links).where(standing).values(used_at=now)).rowcount


def _standing(hash: str, purpose: str, now: datetime) -> ColumnElement[bool]:
    same = (links.c.hash == hash) & (links.c.purpose == purpose)
    return same & links.c.used_at.is_(None) & (links.c.expires_at > now)
