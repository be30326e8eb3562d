"""Where does each ramp stand, which steps did it take, and which process drives it now?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError

from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.changes import changes
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

_ACTIVE = RampState.RAMPING.value
_QUEUE = 0x1E7E4F4B
"""The first number of the advisory locks by which a target's queue is kept."""

ramps = Table(
    "ramps",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("target", String, nullable=False),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("due_at", Utc),
    Column("lease_owner", String, nullable=False, default="", server_default=""),
    Column("lease_until", Utc),
    Column("rev", Integer, nullable=False, default=0, server_default="0"),
    Column("body", Noun(Ramp), nullable=False),
)
Index("ix_ramps_state_due_at", ramps.c.state, ramps.c.due_at)
Index(
    "uq_ramps_target_active",
    ramps.c.target,
    unique=True,
    sqlite_where=ramps.c.state == _ACTIVE,
    postgresql_where=ramps.c.state == _ACTIVE,
)

ramp_steps = Table(
    "ramp_steps",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("at", Utc, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("share_percent", Float, nullable=False),
    Column("regions", Noun(tuple[str, ...]), nullable=False),
    Column("by", String, nullable=False),
    Column("because", Text, nullable=False),
)

_ONE = select(ramps.c.body).where(ramps.c.change == bindparam("of"))
_OF_CHANGES = select(ramps.c.change, ramps.c.body).where(ramps.c.change.in_(bindparam("of", expanding=True)))
_ALL_ACTIVE = select(ramps.c.body).where(ramps.c.state == _ACTIVE).order_by(ramps.c.started_at, ramps.c.change)
_VERSIONS = _ALL_ACTIVE.with_only_columns(ramps.c.change, ramps.c.version)
_VERSIONS_OF = (
    select(ramps.c.change, ramps.c.version, changes.c.version.label("edited"))
    .join_from(ramps, changes, changes.c.id == ramps.c.change)
    .where(ramps.c.state == _ACTIVE, ramps.c.change.in_(bindparam("of", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One step that a ramp took: when, which (`started`, `promoted`, `held` …), to which share, by whom and why."""

    change: str
    at: datetime
    kind: str
    stage: int
    share_percent: float
    regions: tuple[str, ...]
    by: str
    because: str
    id: int


@dataclass(frozen=True, slots=True)
class Lease:
    """Which process drives a ramp and until when; `rev` rises whenever another takes it over."""

    owner: str
    until: datetime | None
    rev: int


def insert(db: Db, ramp: Ramp) -> None:
    """Write a new ramp; raises Conflict while another is active on its target."""
    try:
        with db.connection.begin_nested():
            db.execute(ramps.insert().values(change=ramp.change, **_columns(ramp)))
    except IntegrityError as error:
        raise _taken(db, ramp) from error


def get(db: Db, change: str) -> Ramp | None:
    """Return a change's ramp, if it has begun."""
    return db.execute(_ONE, {"of": change}).scalar_one_or_none()


def lock(db: Db, change: str) -> Ramp | None:
    """Return a change's ramp and keep other writers from it until this transaction ends.

    Who locks several rows takes them in this order, so that nobody waits for one who waits for them: a target's queue
    (`queue_for`), ramps, changes with the newest first, and last the number to publish under.
    """
    return db.execute(_ONE.with_for_update(key_share=True), {"of": change}).scalar_one_or_none()


def lock_on(db: Db, targets: Iterable[str]) -> list[Ramp]:
    """Return the ramps that are under way on these targets, and keep other writers from them as `lock` does."""
    query = select(ramps.c.body).where(ramps.c.state == _ACTIVE, ramps.c.target.in_(list(targets)))
    return list(db.execute(query.order_by(ramps.c.change).with_for_update(key_share=True)).scalars())


def queue_for(db: Db, targets: Iterable[str]) -> None:
    """Wait for whoever begins a ramp or goes back on these targets, and let nobody else until this transaction ends.

    A row that another is only now writing cannot be locked: PostgreSQL keeps these locks beside the rows.
    """
    if not db.is_sqlite:
        for target in sorted(targets):
            db.execute(select(func.pg_advisory_xact_lock(_QUEUE, func.hashtext(target))))


def update(db: Db, ramp: Ramp, *, owner: str | None = None) -> Ramp:
    """Write a ramp over the version it was read at and return it as it stands now; raises Conflict, NotFound.

    Where `owner` is given the write is fenced: it raises Conflict if another process has taken the lease.
    """
    written = replace(ramp, version=ramp.version + 1)
    allowed = (ramps.c.change == ramp.change) & (ramps.c.version == ramp.version)
    if owner is not None:
        allowed &= ramps.c.lease_owner == owner
    if not db.execute(sql_update(ramps).where(allowed).values(**_columns(written))).rowcount:
        raise _stale(db, ramp)
    return written


def active(db: Db) -> list[Ramp]:
    """List the ramps that are under way, the longest first."""
    return list(db.execute(_ALL_ACTIVE).scalars())


def versions(db: Db) -> dict[str, int]:
    """Return the version at which each active ramp stands, by change, the longest ramp first."""
    return {row.change: row.version for row in db.execute(_VERSIONS)}


def versions_of(db: Db, of: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the versions at which several ramps and their changes stand, by change, of those that are active."""
    return {row.change: (row.version, row.edited) for row in db.execute(_VERSIONS_OF, {"of": list(of)})}


def active_on(db: Db, target: str) -> Ramp | None:
    """Return the ramp that is under way on a target; there is at most one."""
    query = select(ramps.c.body).where(ramps.c.state == _ACTIVE, ramps.c.target == target)
    return db.execute(query).scalar_one_or_none()


def of_changes(db: Db, of: Iterable[str]) -> dict[str, Ramp]:
    """Return the ramps of several changes, by change; those that have none are left out."""
    return {row.change: row.body for row in db.execute(_OF_CHANGES, {"of": list(of)})}


def begun_between(db: Db, since: datetime, until: datetime, limit: int) -> list[Ramp]:
    """List the ramps that began at or after one time and before another, the first first."""
    query = select(ramps.c.body).where(ramps.c.started_at >= since, ramps.c.started_at < until)
    return list(db.execute(query.order_by(ramps.c.started_at, ramps.c.change).limit(limit)).scalars())


def under_way_between(db: Db, since: datetime, until: datetime, *, target: str = "", limit: int) -> list[Ramp]:
    """List the ramps that were under way in a stretch of time, the first first; of one target where it is named."""
    query = select(ramps.c.body).where(*_between(since, until, target))
    return list(db.execute(query.order_by(ramps.c.started_at, ramps.c.change).limit(limit)).scalars())


def count_between(db: Db, since: datetime, until: datetime, *, target: str = "") -> int:
    """Count the ramps that were under way in a stretch of time."""
    return db.execute(select(func.count()).select_from(ramps).where(*_between(since, until, target))).scalar_one()


def starts_between(db: Db, since: datetime, until: datetime, *, target: str = "") -> list[datetime]:
    """List when ramps began that began in a stretch of time."""
    began = select(ramps.c.started_at).where(ramps.c.started_at >= since, *_between(since, until, target))
    return list(db.execute(began).scalars())


def _between(since: datetime, until: datetime, target: str) -> Iterator[ColumnElement[bool]]:
    yield ramps.c.started_at < until
    yield or_(ramps.c.ended_at.is_(None), ramps.c.ended_at >= since)
    if target:
        yield ramps.c.target == target


def record_step(
    db: Db,
    change: str,
    at: datetime,
    kind: str,
    stage: int,
    share_percent: float,
    regions: Iterable[str],
    by: str,
    because: str,
) -> None:
    """Write down one step that a ramp took."""
    step = {"change": change, "at": at, "kind": kind, "stage": stage, "share_percent": share_percent}
    db.execute(ramp_steps.insert().values(**step, regions=tuple(regions), by=by, because=because))


def steps(db: Db, change: str) -> list[RecordedStep]:
    """List a ramp's steps, the first first."""
    query = select(ramp_steps).where(ramp_steps.c.change == change).order_by(ramp_steps.c.id)
    return [_step(row) for row in db.execute(query)]


def steps_since(db: Db, since: datetime, *, target: str = "", limit: int = 100_000) -> list[RecordedStep]:
    """List the steps of all ramps, or of those on one target, at or after a time, the newest first."""
    query = select(ramp_steps).where(ramp_steps.c.at >= since)
    if target:
        query = query.where(ramp_steps.c.change.in_(select(ramps.c.change).where(ramps.c.target == target)))
    newest_first = query.order_by(ramp_steps.c.at.desc(), ramp_steps.c.id.desc()).limit(limit)
    return [_step(row) for row in db.execute(newest_first)]


def set_due(db: Db, change: str, at: datetime | None) -> None:
    """Say when a ramp is to be looked at again on the decision clock; None: at every tick."""
    db.execute(sql_update(ramps).where(ramps.c.change == change).values(due_at=at))


def claim(
    db: Db, owner: str, now_wall: datetime, seconds: float, limit: int, *, due_by: datetime | None = None
) -> list[Ramp]:
    """Take the lease of up to `limit` active ramps that are free, expired or `owner`'s own, and return them.

    Leases run on the wall clock; `due_by` is decision time and leaves out the ramps whose `set_due` is later.
    On PostgreSQL what another process is claiming at this moment is skipped, not waited for.
    """
    wanted = _claimable(owner, now_wall, due_by).limit(limit)
    found = db.execute(_taking(wanted, owner, now_wall, seconds).returning(ramps.c.body)).scalars()
    return sorted(found, key=lambda ramp: (ramp.started_at, ramp.change))


def claim_all(db: Db, owner: str, now_wall: datetime, seconds: float) -> frozenset[str]:
    """Take the lease of every active ramp as `claim` does, and return only their changes: far less to read."""
    wanted = _claimable(owner, now_wall, None)
    return frozenset(db.execute(_taking(wanted, owner, now_wall, seconds).returning(ramps.c.change)).scalars())


def release(db: Db, owner: str) -> int:
    """Give back all leases of one process, so that another need not wait for their end; return how many."""
    freed = sql_update(ramps).where(ramps.c.lease_owner == owner).values(lease_owner="", lease_until=None)
    return db.execute(freed).rowcount


def lease(db: Db, change: str) -> Lease | None:
    """Return the lease of a change's ramp as it stands."""
    query = select(ramps.c.lease_owner, ramps.c.lease_until, ramps.c.rev).where(ramps.c.change == change)
    row = db.execute(query).one_or_none()
    return None if row is None else Lease(*row)


def _claimable(owner: str, now_wall: datetime, due_by: datetime | None) -> Any:
    free = or_(ramps.c.lease_owner.in_(("", owner)), ramps.c.lease_until <= now_wall)
    query = select(ramps.c.change).where(ramps.c.state == _ACTIVE, free)
    if due_by is not None:
        query = query.where(or_(ramps.c.due_at.is_(None), ramps.c.due_at <= due_by))
    return query.order_by(ramps.c.due_at, ramps.c.change)


def _taking(wanted: Any, owner: str, now_wall: datetime, seconds: float) -> Any:
    mine = {"lease_owner": owner, "lease_until": now_wall + timedelta(seconds=seconds), "rev": _rev(owner)}
    free = wanted.with_for_update(skip_locked=True).scalar_subquery()
    return sql_update(ramps).where(ramps.c.change.in_(free)).values(**mine)


def _rev(owner: str) -> Any:
    return case((ramps.c.lease_owner == owner, ramps.c.rev), else_=ramps.c.rev + 1)


def _columns(ramp: Ramp) -> dict[str, Any]:
    return {
        "target": ramp.target,
        "state": ramp.state.value,
        "version": ramp.version,
        "started_at": ramp.started_at,
        "ended_at": ramp.ended_at,
        "body": ramp,
    }


def _step(row: Row[Any]) -> RecordedStep:
    return RecordedStep(**row._mapping)


def _taken(db: Db, ramp: Ramp) -> Conflict:
    other = active_on(db, ramp.target)
    if other is None or other.change == ramp.change:
        return Conflict(f"{ramp.change} already has a ramp.")
    return Conflict(f"{other.change} is ramping on {ramp.target}; {ramp.change} waits for it.")


def _stale(db: Db, ramp: Ramp) -> Exception:
    stands = get(db, ramp.change)
    if stands is None:
        return NotFound(f"{ramp.change} has no ramp.")
    if stands.version != ramp.version:
        return Conflict(
            f"The ramp of {ramp.change} was changed by someone else: it is at version {stands.version},"
            f" not {ramp.version}.",
            remedy="Look at it again and repeat what you did.",
        )
    return Conflict(f"Another process has taken over the ramp of {ramp.change}.")
