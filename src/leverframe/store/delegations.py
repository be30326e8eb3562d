"""Who signs for whom?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Select, String, Table, Text, select
from sqlalchemy import update as sql_update

from leverframe.nouns.delegations import PREFIX, Delegation
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

delegations = Table(
    "delegations",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("member", String, nullable=False),
    Column("delegate", String, nullable=False),
    Column("role", String, nullable=False),
    Column("starts_at", Utc, nullable=False),
    Column("ends_at", Utc, nullable=False, index=True),
    Column("because", Text, nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("revoked_at", Utc),
    Column("revoked_because", Text, nullable=False),
)


def add(db: Db, delegation: Delegation) -> Delegation:
    """Write a delegation and return it with its id."""
    names = ("member", "delegate", "role", "starts_at", "ends_at", "because", "made_at")
    row = {name: getattr(delegation, name) for name in names} | {"revoked_because": ""}
    added = delegations.insert().values(**row).returning(delegations.c.id)
    return replace(delegation, id=f"{PREFIX}{db.execute(added).scalar_one()}")


def get(db: Db, id: str) -> Delegation:
    """Return one delegation; raises NotFound."""
    row = db.execute(select(delegations).where(delegations.c.id == _number(id))).one_or_none()
    if row is None:
        raise NotFound(f"There is no delegation {id}.", remedy="The page /cab/delegations has them all.")
    return _delegation(row)


def revoke(db: Db, id: str, at: datetime, because: str) -> Delegation:
    """End a delegation now; raises Conflict where it was revoked already, NotFound."""
    standing = (delegations.c.id == _number(id)) & delegations.c.revoked_at.is_(None)
    if not db.execute(
        sql_update(delegations).where(standing).values(revoked_at=at, revoked_because=because)
    ).rowcount:
        get(db, id)
        raise Conflict(f"{id} was revoked already", remedy="look at it again")
    return get(db, id)


def standing(db: Db, roles: Iterable[str]) -> tuple[Delegation, ...]:
    """Return those for some roles that nobody has revoked, past ones too: what was signed under them stands."""
    query = select(delegations).where(delegations.c.role.in_(list(roles)), delegations.c.revoked_at.is_(None))
    return tuple(_all(db, query))


def current(db: Db, now: datetime) -> list[Delegation]:
    """List those that hold now or later, the first to begin first."""
    query = select(delegations).where(delegations.c.ends_at > now, delegations.c.revoked_at.is_(None))
    return sorted(_all(db, query), key=lambda each: (each.starts_at, each.id))


def _all(db: Db, query: Select[Any]) -> list[Delegation]:
    return [_delegation(row) for row in db.execute(query.order_by(delegations.c.id))]


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(**{**row._mapping, "id": f"{PREFIX}{row.id}"})


def _number(id: str) -> int:
    number = id.removeprefix(PREFIX)
    if not number.isdigit() or len(number) > 18:
        raise NotFound(f"There is no delegation {id}.", remedy=f"Their names are like {PREFIX}7.")
    return int(number)
