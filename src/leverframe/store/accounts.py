"""Who has an account?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, String, Table, func, select
from sqlalchemy import update as sql_update

from leverframe.nouns.verdicts import Conflict
from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("name", String, primary_key=True),
    Column("password_hash", String, nullable=False),
    Column("first_administrator", Boolean, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("disabled_at", Utc),
)


@dataclass(frozen=True, slots=True)
class Account:
    """One local account. An empty hash lets nobody in; `first_administrator` is who came by the one-time link."""

    name: str
    password_hash: str
    created_at: datetime
    first_administrator: bool = False
    disabled_at: datetime | None = None

    @property
    def is_enabled(self) -> bool:
        """Say whether its person may come in."""
        return self.disabled_at is None


def add(db: Db, account: Account) -> None:
    """Write a new account; raises Conflict where the name is taken."""
    row = {name: getattr(account, name) for name in _FIELDS}
    added = db.insert(accounts).values(row).on_conflict_do_nothing().returning(accounts.c.name)
    if db.execute(added).scalar_one_or_none() is None:
        raise Conflict(f"There is already an account {account.name}.")


def get(db: Db, name: str) -> Account | None:
    """Return one account."""
    row = db.execute(_SELECT.where(accounts.c.name == name)).one_or_none()
    return None if row is None else Account(**row._mapping)


def all_accounts(db: Db) -> list[Account]:
    """List all accounts by name."""
    return [Account(**row._mapping) for row in db.execute(_SELECT.order_by(accounts.c.name))]


def count(db: Db) -> int:
    """Count the accounts; a fresh server has none."""
    return db.execute(select(func.count()).select_from(accounts)).scalar_one()


def set_password(db: Db, name: str, password_hash: str) -> bool:
    """Give an account another password; say whether there is one of that name."""
    return _set(db, name, password_hash=password_hash)


def disable(db: Db, name: str, at: datetime) -> bool:
    """Keep an account's person out; say whether there is one of that name."""
    return _set(db, name, disabled_at=at)


def enable(db: Db, name: str) -> bool:
    """Let an account's person in again; say whether there is one of that name."""
    return _set(db, name, disabled_at=None)


_FIELDS = ("name", "password_hash", "created_at", "first_administrator", "disabled_at")
_SELECT = select(*(accounts.c[name] for name in _FIELDS))


def _set(db: Db, name: str, **values: Any) -> bool:
    return db.execute(sql_update(accounts).where(accounts.c.name == name).values(**values)).rowcount > 0
