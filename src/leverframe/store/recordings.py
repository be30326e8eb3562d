"""What did a ramp count in each of its minutes, and which ramps of a target have counted any?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import DateTime, exists, select, type_coerce

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.recordings import At, CountedMinute, EarlierRamp, Stood
from leverframe.rules.rehearsed_counts import plus
from leverframe.store.cells import Arm, both_arms, cell_counts
from leverframe.store.counted import NOWHERE, SUMS, Shares, Standing, interval_counts, shares_of
from leverframe.store.database import Db
from leverframe.store.ramps import ramps

SHORTEST = timedelta(hours=1)
AT_ONCE = 5_000


def minutes_counted(db: Db, change: str) -> Iterator[CountedMinute]:
    """Tell what a ramp counted, minute by minute, the first first; a minute in which nothing was is left out.

    There are many rows to a minute, so that its time is read once for all of them.
    """
    c, runs = interval_counts.c, _runs(shares_of(db, [change]))
    columns = [c[name] for name in ("stage", "cell", "run", "arm", "name", *SUMS)]
    query = select(type_coerce(c.minute, DateTime(timezone=True)), *columns).where(c.change == change)
    rows = chain.from_iterable(db.execute(query.order_by(c.minute)).partitions(AT_ONCE))
    for minute, some in groupby(rows, key=itemgetter(0)):
        yield _minute(minute.replace(tzinfo=minute.tzinfo or UTC).astimezone(UTC), some, runs)


def stood(db: Db, change: str) -> list[Stood]:
    """List since when each part of the population stood at which share."""
    return [Stood(since, stage, cell, share) for _, stage, cell, _, share, since in shares_of(db, [change])]


def recorded_on(db: Db, target: str, now: datetime, limit: int) -> list[EarlierRamp]:
    """List the ramps of a target that went on for an hour and have counted something, the newest first."""
    counted = exists(select(interval_counts.c.n).where(interval_counts.c.change == ramps.c.change))
    query = select(ramps.c.body).where(ramps.c.target == target, ramps.c.started_at <= now - SHORTEST, counted)
    found = db.execute(query.order_by(ramps.c.started_at.desc()).limit(limit)).scalars()
    return [_earlier(ramp) for ramp in found if (ramp.ended_at or now) - ramp.started_at >= SHORTEST]


def _earlier(ramp: Ramp) -> EarlierRamp:
    return EarlierRamp(ramp.change, ramp.started_at, ramp.ended_at, ramp.state.value)


class _Run(NamedTuple):
    """At which share a run was counted, and whether it counted harm, or only what promotes."""

    share: float
    is_whole: bool


_Runs = Mapping[tuple[int, str, int], _Run]
"""By stage, cell and run."""


def _runs(shares: Shares) -> _Runs:
    stands: dict[tuple[int, str], Standing] = {}
    found: dict[tuple[int, str, int], _Run] = {}
    for _, stage, cell, run, share, _ in shares:
        stands[stage, cell] = stands.get((stage, cell), NOWHERE).then(share, run)
        found[stage, cell, run] = _Run(share, stands[stage, cell].run == run)
    return found


def _minute(minute: datetime, rows: Any, runs: _Runs) -> CountedMinute:
    arms: dict[tuple[int, str, int], dict[str, Arm]] = {}
    for _, stage, cell, run, arm, name, n, total, squares in rows:
        place = stage, cell, run
        if place not in arms:
            arms[place] = both_arms()
        arms[place][arm].take(name, n, total, squares)
    whole: dict[At, CellCounts] = {}
    proof: dict[At, CellCounts] = {}
    for place, counted in arms.items():
        if place in runs:
            share, is_whole = runs[place]
            told, at = (whole if is_whole else proof), (place[1], share)
            cell = cell_counts(share, counted)
            told[at] = plus(told[at], cell) if at in told else cell
    return CountedMinute(minute, whole, proof)
