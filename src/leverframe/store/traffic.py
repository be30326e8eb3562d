"""How much traffic does each target have, by the hour?

What a forecast rests on: the distinct units of each hour, ramp or no ramp, and how often guardrails tripped.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Column, Integer, Row, String, Table, case, select
from sqlalchemy import delete as sql_delete

from leverframe.nouns.outcomes import CallFacts
from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

_HOUR = timedelta(hours=1)

hour_units = Table(
    "hour_units",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("target", String, primary_key=True),
    Column("unit", String, primary_key=True),
    sqlite_with_rowid=False,
)

hour_counts = Table(
    "hour_counts",
    metadata,
    Column("target", String, primary_key=True),
    Column("hour", Utc, primary_key=True),
    Column("name", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("first_minute", Integer, nullable=False),
    Column("last_minute", Integer, nullable=False),
    sqlite_with_rowid=False,
)


def count(db: Db, minute: datetime, messages: Sequence[tuple[CallFacts, str, tuple[str, ...], bool]]) -> None:
    """Count messages as (facts, call, guardrails tripped, is a call) in their hour."""
    if not messages:
        return
    hour = minute.replace(minute=0)
    tally: dict[tuple[str, str], int] = defaultdict(int)
    seen: dict[str, set[str]] = defaultdict(set)
    for facts, call, _, is_call in messages:
        if is_call:
            seen[facts.target].add(facts.subject or hashlib.sha256(call.encode()).hexdigest())
    for target, new in _count_new(db, hour, seen).items():
        tally[target, "units"] += new
    for facts, _, bad, _ in messages:
        for guardrail in bad:
            tally[facts.target, f"bad:{guardrail}"] += 1
    _write(db, hour, minute.minute, tally)


def traffic(db: Db, target: str, since: datetime, zone: str) -> tuple[dict[int, float], dict[str, float]]:
    """Return a target's units per minute by hour of the day in a zone, and each guardrail's rate among its units.

    An hour of the day that lies between the first and the last traffic and had none counts as none; one that was
    not lived through yet is left out. Both maps are empty where there was no traffic since `since`.
    """
    query = select(hour_counts).where(hour_counts.c.target == target, hour_counts.c.hour >= since - _HOUR)
    rows = db.execute(query.order_by(hour_counts.c.hour)).all()
    units = [row for row in rows if row.name == "units"]
    total = sum(row.n for row in units)
    if not total:
        return {}, {}
    bad: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.name.startswith("bad:"):
            bad[row.name.removeprefix("bad:")] += row.n
    return _per_minute(units, ZoneInfo(zone)), {name: min(1.0, n / total) for name, n in sorted(bad.items())}


def _per_minute(units: Sequence[Row[Any]], zone: ZoneInfo) -> dict[int, float]:
    seen: dict[int, float] = defaultdict(float)
    minutes: dict[int, float] = defaultdict(float)
    for row in units:
        seen[row.hour.astimezone(zone).hour] += row.n
    first, last = units[0], units[-1]
    hour = first.hour
    while hour <= last.hour:
        begins = first.first_minute if hour == first.hour else 0
        ends = last.last_minute + 1 if hour == last.hour else 60
        minutes[hour.astimezone(zone).hour] += ends - begins
        hour += _HOUR
    return {hour: seen[hour] / minutes[hour] for hour in sorted(minutes)}


def _count_new(db: Db, hour: datetime, seen: Mapping[str, set[str]]) -> Mapping[str, int]:
    """Count the units of each target that are new in this hour; who was seen in earlier hours is forgotten."""
    since_1970 = int(hour.timestamp()) // 3600
    db.execute(sql_delete(hour_units).where(hour_units.c.hour < since_1970 - 1))
    units = [(target, unit) for target in sorted(seen) for unit in sorted(seen[target])]
    rows = [{"hour": since_1970, "target": target, "unit": unit} for target, unit in units]
    if not rows:
        return {}
    added = db.insert(hour_units).on_conflict_do_nothing().returning(hour_units.c.target)
    return Counter(db.execute(added, rows).scalars())


def _write(db: Db, hour: datetime, minute: int, tally: dict[tuple[str, str], int]) -> None:
    rows = [
        {"target": target, "hour": hour, "name": name, "n": n, "first_minute": minute, "last_minute": minute}
        for (target, name), n in sorted(tally.items())
    ]
    if not rows:
        return
    added = db.insert(hour_counts)
    mine, new = hour_counts.c, added.excluded
    sums = {
        "n": mine.n + new.n,
        "first_minute": case((new.first_minute < mine.first_minute, new.first_minute), else_=mine.first_minute),
        "last_minute": case((new.last_minute > mine.last_minute, new.last_minute), else_=mine.last_minute),
    }
    db.execute(added.on_conflict_do_update(index_elements=["target", "hour", "name"], set_=sums), rows)
