"""What has been done, by whom and why? Only ever appended to.

An entry is written in the transaction of its act and numbered afterwards, as a leaf of an RFC 6962 tree. One
sequencer at a time numbers what is committed, so that numbers have no gaps and never move; an entry whose
transaction began after another's commit always has the higher number.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
)
from sqlalchemy import update as sql_update

from leverframe.nouns.audit import Entry
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.verdicts import NotFound
from leverframe.rules import merkle
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

_SAFE = 2**53 - 1
AT_ONCE = 1000
"""More entries than are ever written by transactions that run at once."""
OBJECTS_AT_ONCE = 500
STORED_LEVELS = 8
"""Roots of complete subtrees are kept at every eighth level, so that a proof reads hundreds of hashes at most."""

entries = Table(
    "audit_entries",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False, index=True),
    Column("actor", String, nullable=False),
    Column("act", String, nullable=False),
    Column("object", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("leaf", BigInteger, unique=True),
    Column("leaf_hash", LargeBinary),
    sqlite_autoincrement=True,
)
Index("ix_audit_entries_actor_id", entries.c.actor, entries.c.id)
Index("ix_audit_entries_actor_act_id", entries.c.actor, entries.c.act, entries.c.id)
Index("ix_audit_entries_act_id", entries.c.act, entries.c.id)
Index("ix_audit_entries_object_id", entries.c.object, entries.c.id)
Index(
    "ix_audit_entries_unnumbered",
    entries.c.id,
    sqlite_where=entries.c.leaf.is_(None),
    postgresql_where=entries.c.leaf.is_(None),
)

tree = Table(
    "audit_tree",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)

nodes = Table(
    "audit_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

_APPEND = entries.insert().returning(entries.c.id)


def append(db: Db, entry: Entry) -> Entry:
    """Write one entry in the act's own transaction and return it with its id; it has no leaf yet."""
    columns = {"at": entry.at, "actor": entry.actor, "act": entry.act, "object": entry.object}
    written = db.execute(_APPEND, {**columns, "body": leaf_bytes(entry).decode()})
    return replace(entry, id=written.scalar_one(), leaf=None)


def leaf_bytes(entry: Entry) -> bytes:
    """Return what is hashed: the entry in JCS (RFC 8785), without `id` and `leaf`; integers over 2^53 as strings."""
    document = to_document(entry)
    del document["id"], document["leaf"]
    return rfc8785.dumps(_exact(document))


def sequence(db: Db, limit: int = 10_000) -> int:
    """Number up to `limit` committed entries that have no leaf, and return how many that was."""
    frontier = _locked_frontier(db)
    waiting = select(entries.c.id, entries.c.body).where(entries.c.leaf.is_(None)).order_by(entries.c.id).limit(limit)
    rows = db.execute(waiting).all()
    if rows:
        _number(db, frontier, rows)
    return len(rows)


def get(db: Db, leaf: int) -> Entry:
    """Return the entry at a leaf; raises NotFound."""
    found = db.execute(_SELECT.where(entries.c.leaf == leaf)) if 0 <= leaf < 2**63 else None
    row = found.one_or_none() if found else None
    if row is None:
        because = f"There is no audit entry with the number {leaf}."
        raise NotFound(because, remedy="The audit log lists those that there are.")
    return _entry(row)


def find(
    db: Db,
    *,
    act: str = "",
    actor: str = "",
    object: str = "",
    since: datetime | None = None,
    limit: int = 100,
    before: int | None = None,
) -> list[Entry]:
    """List entries, the newest first, below the id `before` where it is given.

    An `act` that ends with a dot matches all acts below it: `ramp.` finds `ramp.started`.
    """
    acts = _acts_below(db, act) if act[-1:] == "." else [act]
    asked = [
        _newest(db, act=one, actor=actor, object=object, since=since, limit=limit, before=before) for one in acts
    ]
    if len(asked) == 1:
        return [_entry(row) for row in db.execute(asked[0])]
    each = [row for query in asked for row in db.execute(query)]
    return [_entry(row) for row in sorted(each, key=lambda row: row.id, reverse=True)[:limit]]


def newest_of(db: Db, acts: Collection[str], objects: Collection[str]) -> dict[str, Entry]:
    """Return the newest entry of some acts on each of some objects, by object."""
    found: dict[str, Entry] = {}
    asked = sorted(set(objects))
    for at in range(0, len(asked), OBJECTS_AT_ONCE):
        some = entries.c.act.in_(sorted(acts)) & entries.c.object.in_(asked[at : at + OBJECTS_AT_ONCE])
        newest = select(func.max(entries.c.id)).where(some).group_by(entries.c.object)
        for row in db.execute(_SELECT.where(entries.c.id.in_(newest.scalar_subquery()))):
            entry = _entry(row)
            found[entry.object] = entry
    return found


def objects_between(db: Db, acts: Collection[str], since: datetime, until: datetime) -> set[str]:
    """Return what some acts were done to, at or after one time and before another."""
    c = entries.c
    within = (c.act.in_(sorted(acts)), c.at >= since, c.at < until, c.id >= _first_since(db, since))
    return set(db.execute(select(c.object).where(*within).distinct()).scalars())


def newest_ids(db: Db, objects: Collection[str]) -> dict[str, int]:
    """Return the id of the newest entry of each of some objects, whatever was done to it."""
    found: dict[str, int] = {}
    asked = sorted(set(objects))
    for at in range(0, len(asked), OBJECTS_AT_ONCE):
        some = entries.c.object.in_(asked[at : at + OBJECTS_AT_ONCE])
        newest = select(entries.c.object, func.max(entries.c.id).label("newest")).where(some)
        found |= {row.object: row.newest for row in db.execute(newest.group_by(entries.c.object))}
    return found


def of_objects(db: Db, acts: Collection[str], objects: Collection[str]) -> dict[str, list[Entry]]:
    """Return the entries of some acts on some objects, by object, the earliest first."""
    found: dict[str, list[Entry]] = {each: [] for each in objects}
    asked = sorted(found)
    for at in range(0, len(asked), OBJECTS_AT_ONCE):
        some = entries.c.object.in_(asked[at : at + OBJECTS_AT_ONCE]) & entries.c.act.in_(sorted(acts))
        for row in db.execute(_SELECT.where(some).order_by(entries.c.id)):
            entry = _entry(row)
            found[entry.object].append(entry)
    return found


def _newest(
    db: Db, *, act: str, actor: str, object: str, since: datetime | None, limit: int, before: int | None
) -> Select[Any, Any, Any]:
    """Ask for the newest entries of one act: by an index that has them in order, no further back than needed."""
    query = _SELECT.order_by(entries.c.id.desc()).limit(limit)
    if act:
        query = query.where(entries.c.act == act)
    if actor:
        query = query.where(entries.c.actor == actor)
    if object:
        query = query.where(entries.c.object == object)
    if since is not None:
        query = query.where(entries.c.at >= since, entries.c.id >= _first_since(db, since))
    if before is not None:
        query = query.where(entries.c.id < before)
    return query


def _first_since(db: Db, since: datetime) -> int:
    """Return the lowest id since a time; ids rise with time but for transactions that ran at once."""
    earliest = select(entries.c.id).where(entries.c.at >= since).order_by(entries.c.at).limit(AT_ONCE).subquery()
    return db.execute(select(func.min(earliest.c.id))).scalar_one() or 0


def _acts_below(db: Db, prefix: str) -> list[str]:
    """List the acts that begin with a prefix, stepping through the index from each act to the next one."""
    first = select(func.min(entries.c.act).label("act")).cte("acts", recursive=True)
    after = select(func.min(entries.c.act)).where(entries.c.act > first.c.act).scalar_subquery()
    every = first.union_all(select(after).where(first.c.act.is_not(None)))
    return [act for act in db.execute(select(every.c.act)).scalars() if act and act.startswith(prefix)]


def size(db: Db) -> int:
    """Return how many entries are numbered."""
    return frontier_of(db).size


def frontier_of(db: Db) -> merkle.Frontier:
    """Return the tree as the sequencer left it."""
    row = db.execute(select(tree.c.size, tree.c.peaks)).one_or_none()
    return merkle.Frontier() if row is None else _frontier(row)


def inclusion_proof(db: Db, leaf: int, tree_size: int) -> list[bytes]:
    """Prove that a leaf is in the tree of one size; raises NotFound where it is not."""
    if not 0 <= leaf < tree_size <= size(db):
        raise NotFound(f"The audit entry {leaf} is not in a tree of {tree_size}.")
    return merkle.inclusion_path(leaf, tree_size, lambda start, end: _range_hash(db, start, end))


def consistency_proof(db: Db, old_size: int, tree_size: int) -> list[bytes]:
    """Prove that the tree of one size is the beginning of the tree of another; raises NotFound."""
    if not 0 < old_size <= tree_size <= size(db):
        raise NotFound(f"There are no trees of {old_size} and {tree_size}.")
    return merkle.consistency_path(old_size, tree_size, lambda start, end: _range_hash(db, start, end))


_SELECT = select(entries.c.id, entries.c.leaf, entries.c.body)


def _entry(row: Row[Any]) -> Entry:
    return replace(from_document(Entry, json.loads(row.body)), id=row.id, leaf=row.leaf)


def _exact(value: Any) -> Any:
    """Write as text what JCS cannot: it knows only the integers that a double holds."""
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) > _SAFE else value


def _locked_frontier(db: Db) -> merkle.Frontier:
    """Take the one row that every sequencer must hold."""
    db.execute(db.insert(tree).values(id=1, size=0, peaks=b"").on_conflict_do_nothing())
    return _frontier(db.execute(select(tree.c.size, tree.c.peaks).with_for_update()).one())


def _frontier(row: Row[Any]) -> merkle.Frontier:
    peaks = bytes(row.peaks)
    return merkle.Frontier(row.size, tuple(peaks[at : at + 32] for at in range(0, len(peaks), 32)))


def _number(db: Db, frontier: merkle.Frontier, rows: Iterable[Row[Any]]) -> None:
    numbered, completed = [], []
    for row in rows:
        hashed = merkle.leaf_hash(row.body.encode())
        numbered.append({"entry": row.id, "number": frontier.size, "hashed": hashed})
        completed += (node for node in frontier.append(hashed) if node[0] % STORED_LEVELS == 0)
    db.execute(_NUMBERING, numbered)
    if completed:
        db.execute(nodes.insert(), [{"level": level, "index": at, "hash": hash} for level, at, hash in completed])
    db.execute(sql_update(tree).values(size=frontier.size, peaks=b"".join(frontier.peaks)))


_NUMBERING = (
    sql_update(entries)
    .where(entries.c.id == bindparam("entry"))
    .values(leaf=bindparam("number"), leaf_hash=bindparam("hashed"))
)


def _range_hash(db: Db, start: int, end: int) -> bytes:
    """Return the root over leaves `start` to `end`, from stored subtrees where they are complete."""
    length = end - start
    if length & (length - 1) == 0:
        return _subtree_hash(db, length.bit_length() - 1, start)
    middle = start + merkle.split(length)
    return merkle.node_hash(_range_hash(db, start, middle), _range_hash(db, middle, end))


def _subtree_hash(db: Db, level: int, start: int) -> bytes:
    below = level - level % STORED_LEVELS
    first, count = start >> below, 1 << (level - below)
    if below == 0:
        query = (
            select(entries.c.leaf_hash)
            .where(entries.c.leaf.between(first, first + count - 1))
            .order_by(entries.c.leaf)
        )
    else:
        at_level = (nodes.c.level == below) & nodes.c.index.between(first, first + count - 1)
        query = select(nodes.c.hash).where(at_level).order_by(nodes.c.index)
    return merkle.root([bytes(hash) for hash in db.execute(query).scalars()])
