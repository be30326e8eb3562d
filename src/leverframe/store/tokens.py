"""Which API tokens are there? Each is kept as a hash, with its scopes and its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Row, String, Table, or_, select
from sqlalchemy import update as sql_update

from leverframe.store.accounts import accounts
from leverframe.store.columns import Noun, Utc
from leverframe.store.database import Db, metadata

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", String, nullable=False, unique=True),
    Column("account", String, ForeignKey("accounts.name"), nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("scopes", Noun(frozenset[str]), nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc),
    Column("last_used_at", Utc),
    Column("revoked_at", Utc),
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an account: what it is called, what it may do, until when."""

    id: str
    hash: str
    account: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


def add(db: Db, token: Token) -> None:
    """Write a new token."""
    db.execute(tokens.insert().values({column.name: getattr(token, column.name) for column in tokens.c}))


def get(db: Db, id: str) -> Token | None:
    """Return one token by its id, whether it still holds or not."""
    return _token(db.execute(select(tokens).where(tokens.c.id == id)).one_or_none())


def by_hash(db: Db, hash: str, now: datetime) -> Token | None:
    """Return a token that holds: neither revoked nor at its end, of an enabled account."""
    holds = or_(tokens.c.expires_at.is_(None), tokens.c.expires_at > now) & tokens.c.revoked_at.is_(None)
    query = select(tokens).join(accounts).where(tokens.c.hash == hash, holds, accounts.c.disabled_at.is_(None))
    return _token(db.execute(query).one_or_none())


def of_account(db: Db, account: str = "") -> list[Token]:
    """List the tokens of one account, of all where none is named; the newest first."""
    query = select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.id)
    rows = db.execute(query.where(tokens.c.account == account) if account else query)
    return [Token(**row._mapping) for row in rows]


def used(db: Db, id: str, at: datetime) -> None:
    """Note that a token was used."""
    db.execute(sql_update(tokens).where(tokens.c.id == id).values(last_used_at=at))


def revoke(db: Db, id: str, at: datetime) -> bool:
    """Take a token back; say whether it stood until now."""
    standing = (tokens.c.id == id) & tokens.c.revoked_at.is_(None)
    return db.execute(sql_update(tokens).where(standing).values(revoked_at=at)).rowcount > 0


def revoke_all_of(db: Db, account: str, at: datetime) -> int:
    """Take every token of an account back; return how many stood until now."""
    standing = (tokens.c.account == account) & tokens.c.revoked_at.is_(None)
    return db.execute(sql_update(tokens).where(standing).values(revoked_at=at)).rowcount


def _token(row: Row[Any] | None) -> Token | None:
    return None if row is None else Token(**row._mapping)
