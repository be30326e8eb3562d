"""Which few facts does this installation keep about itself?"""

from __future__ import annotations

from sqlalchemy import Column, String, Table, Text, bindparam, delete, select

from leverframe.store.database import Db, metadata

settings = Table(
    "settings",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Text, nullable=False),
)

_VALUE = select(settings.c.value).where(settings.c.key == bindparam("key"))


def get(db: Db, key: str) -> str | None:
    """Return what is kept under a key."""
    return db.execute(_VALUE, {"key": key}).scalar_one_or_none()


def put(db: Db, key: str, value: str) -> None:
    """Keep a value under a key, in place of what stood there."""
    written = db.insert(settings).values(key=key, value=value)
    db.execute(written.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def remove(db: Db, key: str) -> None:
    """Forget what is kept under a key."""
    db.execute(delete(settings).where(settings.c.key == key))


def install_id(db: Db) -> str:
    """Return the random name of this installation, given when its database was made."""
    return get(db, "install_id") or ""
