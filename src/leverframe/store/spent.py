"""How long did each change take that is over, and in which parts?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Float, ForeignKey, String, Table, select

from leverframe.nouns.changes import Change, State
from leverframe.nouns.spent_time import SpentTime, TimeRow
from leverframe.store.changes import Ids, changes
from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

spent_times = Table(
    "spent_times",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("ended_at", Utc, nullable=False, index=True),
    Column("month", String, nullable=False),
    Column("state", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("elapsed_minutes", Float, nullable=False, index=True),
    Column("active_hours", Float, index=True),
    Column("preparing", Float, nullable=False),
    Column("signing", Float, nullable=False),
    Column("window", Float, nullable=False),
    Column("ramp", Float, nullable=False),
    Column("held", Float, nullable=False),
    Column("watch", Float, nullable=False),
)
_PARTS = {"preparing": "preparing", "sign-offs": "signing", "window": "window", "ramp": "ramp"}


def keep(db: Db, change: Change, spent: SpentTime, ended_at: datetime, month: str) -> None:
    """Keep where the time of a change went that is over, under the month in which it ended."""
    minutes = {part.name: part.minutes for part in spent.parts}
    row = {
        "change": change.id,
        "ended_at": ended_at,
        "month": month,
        "state": change.state.value,
        "tier": change.tier.value,
        "elapsed_minutes": spent.elapsed_minutes,
        "active_hours": spent.active_hours,
        "held": spent.held_minutes,
        "watch": minutes.get("watch and review", 0.0),
        **{column: minutes.get(name, 0.0) for name, column in _PARTS.items()},
    }
    written = db.insert(spent_times).values(**row)
    db.execute(written.on_conflict_do_update(index_elements=["change"], set_=row))


def ended_at(db: Db, of: Iterable[str]) -> dict[str, datetime]:
    """Return when several changes were over, by change; those that are not are left out."""
    query = select(spent_times.c.change, spent_times.c.ended_at).where(spent_times.c.change.in_(list(of)))
    return {row.change: row.ended_at for row in db.execute(query)}


def closed_since(db: Db, since: datetime) -> list[TimeRow]:
    """List what every change took that was closed since a moment, the first first; what was canceled is left out."""
    columns = [spent_times.c[name] for name in TimeRow.__dataclass_fields__]
    query = select(*columns).where(spent_times.c.ended_at >= since, spent_times.c.state == State.CLOSED.value)
    return [TimeRow(*row) for row in db.execute(query.order_by(spent_times.c.ended_at, spent_times.c.change)).all()]


def longest(db: Db, wanted: Ids, limit: int) -> list[tuple[float, str]]:
    """Return the changes of a query that are over and took longest, with their minutes, the longest first."""
    return _most(db, spent_times.c.elapsed_minutes, wanted, limit)


def costliest(db: Db, wanted: Ids, limit: int) -> list[tuple[float, str]]:
    """Return the changes of a query that are over and of which most hours of work were told, the most first."""
    return _most(db, spent_times.c.active_hours, wanted, limit)


def still_open(db: Db, wanted: Ids) -> list[tuple[datetime, str]]:
    """Return the changes of a query that are not over, with when each was filed."""
    over = select(spent_times.c.change).where(spent_times.c.change == changes.c.id).exists()
    query = select(changes.c.filed_at, changes.c.id).where(changes.c.id.in_(wanted), ~over)
    return [(row.filed_at, row.id) for row in db.execute(query)]


def _most(db: Db, column: Column[float], wanted: Ids, limit: int) -> list[tuple[float, str]]:
    query = select(column.label("amount"), spent_times.c.change).where(column.is_not(None))
    most = query.where(spent_times.c.change.in_(wanted)).order_by(column.desc(), spent_times.c.change).limit(limit)
    return [(row.amount, row.change) for row in db.execute(most)]
