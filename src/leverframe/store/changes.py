"""Where are changes kept, and how is one found?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy import update as sql_update

from leverframe.nouns.changes import Change, State
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, Utc
from leverframe.store.database import Db, metadata

_PER_YEAR = 10_000_000

changes = Table(
    "changes",
    metadata,
    Column("id", String, primary_key=True),
    Column("ordinal", BigInteger, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("path", String, nullable=False),
    Column("author", String, nullable=False),
    Column("filed_at", Utc, nullable=False, index=True),
    Column("settled_at", Utc),
    Column("words", Text, nullable=False),
    Column("body", Noun(Change), nullable=False),
)
Index("ix_changes_state_ordinal", changes.c.state, changes.c.ordinal)
Index("ix_changes_author_ordinal", changes.c.author, changes.c.ordinal)

change_targets = Table(
    "change_targets",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("target", String, primary_key=True, index=True),
)

change_numbers = Table(
    "change_numbers",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

_BODY = select(changes.c.body).where(changes.c.id == bindparam("id"))
_BODIES = select(changes.c.id, changes.c.body).where(changes.c.id.in_(bindparam("ids", expanding=True)))


def next_id(db: Db, year: int) -> str:
    """Return the year's next id, `CHG-2026-00001`: running and never used twice."""
    first = db.insert(change_numbers).values(year=year, last=1)
    counted = first.on_conflict_do_update(index_elements=["year"], set_={"last": change_numbers.c.last + 1})
    number = db.execute(counted.returning(change_numbers.c.last)).scalar_one()
    return f"CHG-{year}-{number:05d}"


def insert(db: Db, change: Change) -> None:
    """Write a new change and its targets."""
    db.execute(changes.insert().values(id=change.id, ordinal=_ordinal(change.id), **_columns(change)))
    _write_targets(db, change)


def get(db: Db, id: str) -> Change:
    """Return one change; raises NotFound."""
    return _one(db, id, _BODY)


def of_ids(db: Db, ids: Iterable[str]) -> dict[str, Change]:
    """Return several changes by id; those that there are not are left out."""
    return {row.id: row.body for row in db.execute(_BODIES, {"ids": list(ids)})}


def filed_between(db: Db, since: datetime, until: datetime) -> set[str]:
    """Return the ids of the changes whose rows say that they were filed at or after one time and before another."""
    query = select(changes.c.id).where(changes.c.filed_at >= since, changes.c.filed_at < until)
    return set(db.execute(query).scalars())


def tiers_and_kinds(db: Db, since: datetime) -> list[tuple[str, str, int]]:
    """Count the changes that were filed at a time or later, by tier and kind."""
    groups = (changes.c.tier, changes.c.kind)
    query = select(*groups, func.count().label("number")).where(changes.c.filed_at >= since)
    return [(row.tier, row.kind, row.number) for row in db.execute(query.group_by(*groups).order_by(*groups))]


def in_order(ids: Iterable[str]) -> list[str]:
    """Return ids in their order, the newest first."""
    return sorted(ids, key=_ordinal, reverse=True)


def settled_by(db: Db, moment: datetime) -> list[str]:
    """List the changes still in implementation that had settled at or before a moment, the oldest id first."""
    query = select(changes.c.id).where(changes.c.state == State.IMPLEMENT.value, changes.c.settled_at <= moment)
    return list(db.execute(query.order_by(changes.c.ordinal)).scalars())


def lock(db: Db, id: str) -> Change:
    """Return one change and keep other writers from it until this transaction ends; raises NotFound."""
    return _one(db, id, _BODY.with_for_update(key_share=True))


def lock_all(db: Db, ids: Iterable[str]) -> dict[str, Change]:
    """Return several changes by id and keep other writers from them, the newest locked first as `find` lists them."""
    query = select(changes.c.id, changes.c.body).where(changes.c.id.in_(list(ids)))
    rows = db.execute(query.order_by(changes.c.ordinal.desc()).with_for_update(key_share=True))
    return {row.id: row.body for row in rows}


def update(db: Db, change: Change) -> Change:
    """Write a change over the version it was read at and return it as it stands now; raises Conflict, NotFound."""
    written = _next_version(change)
    at_version = (changes.c.id == change.id) & (changes.c.version == change.version)
    if not db.execute(sql_update(changes).where(at_version).values(**_columns(written))).rowcount:
        raise _stale(get(db, change.id), change)
    _write_targets(db, written)
    return written


def find(
    db: Db,
    *,
    states: Iterable[State | str] = (),
    target: str = "",
    author: str = "",
    tier: str = "",
    text: str = "",
    since: datetime | None = None,
    limit: int = 100,
    before_id: str | None = None,
) -> list[Change]:
    """List changes, the newest id first: those filed at or `since`, below `before_id` where it is given.

    `text` is looked for in id, title, author, targets and kind, whatever its case.
    """
    query = select(changes.c.ordinal).order_by(changes.c.ordinal.desc()).limit(limit)
    query = _matching(query, states=states, target=target, author=author, tier=tier, text=text)
    if since is not None:
        query = query.where(changes.c.filed_at >= since)
    if before_id is not None:
        query = query.where(changes.c.ordinal < _ordinal(before_id))
    return _bodies(db, query)


Ids = Select[tuple[str]]
"""A query of the ids of changes, to be asked inside another."""


def ids(
    *, states: Iterable[State | str] = (), target: str = "", author: str = "", tier: str = "", text: str = ""
) -> Ids:
    """Return a query of all the changes that `find` would list, however many."""
    query = select(changes.c.id)
    return _matching(query, states=states, target=target, author=author, tier=tier, text=text)


def _matching(
    query: Select[Any], *, states: Iterable[State | str], target: str, author: str, tier: str, text: str
) -> Select[Any]:
    if wanted := [State(state).value for state in states]:
        query = query.where(changes.c.state.in_(wanted))
    if target:
        query = query.where(changes.c.id.in_(_aimed_at(target)))
    if author:
        query = query.where(changes.c.author == author)
    if tier:
        query = query.where(changes.c.tier == tier)
    if text:
        query = query.where(changes.c.words.contains(_words(text), autoescape=True))
    return query


def _bodies(db: Db, wanted: Select[Any]) -> list[Change]:
    """Read the changes whose ordinals a query finds: it sorts numbers, not whole bodies."""
    found = select(changes.c.body).where(changes.c.ordinal.in_(wanted)).order_by(changes.c.ordinal.desc())
    return list(db.execute(found).scalars())


def _aimed_at(target: str) -> Select[Any]:
    return select(change_targets.c.change).where(change_targets.c.target == target)


def _one(db: Db, id: str, query: Select[Any]) -> Change:
    change = db.execute(query, {"id": id}).scalar_one_or_none()
    if change is None:
        raise NotFound(f"There is no change {id}.", remedy="The list of changes has them all.")
    return change


def _stale(stands: Change, meant: Change) -> Conflict:
    return Conflict(
        f"{meant.id} was changed by someone else: it is at version {stands.version}, not {meant.version}.",
        remedy="Look at it again and repeat what you did.",
    )


def _next_version(change: Change) -> Change:
    return replace(change, version=change.version + 1)


def _columns(change: Change) -> dict[str, Any]:
    return {
        "version": change.version,
        "state": change.state.value,
        "kind": change.kind.value,
        "tier": change.tier.value,
        "path": change.path.value,
        "author": change.author,
        "filed_at": change.filed_at,
        "settled_at": change.settled_at,
        "words": _words(" ".join((change.id, change.title, change.author, change.kind.value, *change.targets))),
        "body": change,
    }


def _write_targets(db: Db, change: Change) -> None:
    db.execute(delete(change_targets).where(change_targets.c.change == change.id))
    db.execute(change_targets.insert(), [{"change": change.id, "target": target} for target in change.targets])


def _words(text: str) -> str:
    return text.casefold().replace("\x00", " ")


def _ordinal(id: str) -> int:
    """Order ids as numbers: `CHG-2026-100000` follows `CHG-2026-99999`; raises NotFound for what is no id."""
    parts = id.split("-")
    if len(parts) != 3 or parts[0] != "CHG" or not (parts[1].isdecimal() and parts[2].isdecimal()):
        because = f"{id} is not the id of a change, such as CHG-2026-00001."
        raise NotFound(because, remedy="The list of changes has them all.")
    return int(parts[1]) * _PER_YEAR + int(parts[2])
