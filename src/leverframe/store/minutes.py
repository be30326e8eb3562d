"""What had been counted of a change by each of some minutes?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select

from leverframe.nouns.evidence import StageCounts
from leverframe.nouns.metric_states import MetricState
from leverframe.store import measured
from leverframe.store.cells import by_change
from leverframe.store.counted import Shares, interval_counts, shares_of
from leverframe.store.database import Db
from leverframe.store.stage_minutes import is_score_of

_Key = tuple[Any, ...]
"""Stage, cell, run, arm and name."""
_Sums = tuple[int, int, int]
"""How often, the total and the squares in billionths."""
KINDS = ("bad", "first_bad", "again")


@dataclass(frozen=True, slots=True)
class Minutes:
    """How often each thing had been counted by the end of each minute, and at which shares."""

    change: str
    shares: Shares
    totals: Mapping[datetime, Mapping[_Key, _Sums]]
    states: Mapping[tuple[str, int], Mapping[str, MetricState]]

    def at(self, minute: datetime, *, of: datetime | None = None) -> list[StageCounts]:
        """Return the counts as they stood when a minute was over; with `of`, what an earlier minute gives to them."""
        shares = self._standing(minute)
        totals = [(self.change, *key, *sums) for key, sums in self.totals[of or minute].items()]
        states = {key: _as_of(states, minute) for key, states in self.states.items()}
        return by_change([self.change], shares, totals, states)[self.change]

    def runs(self, minute: datetime) -> int:
        """Count the runs that had begun by a minute: between two minutes with as many, the same runs are read."""
        return len(self._standing(minute))

    def _standing(self, minute: datetime) -> Shares:
        return [row for row in self.shares if row.since.replace(second=0, microsecond=0) <= minute]


def _as_of(states: Mapping[str, MetricState], minute: datetime) -> dict[str, MetricState]:
    return {name: measured.as_of(state, minute) for name, state in states.items()}


def counted_by(
    db: Db,
    change: str,
    stages: range,
    guardrails: Iterable[str],
    minutes: Iterable[datetime],
    *,
    metrics: Collection[str] = (),
) -> Minutes:
    """Read once what was counted for some guardrails and metrics in some stages, for all of some minutes."""
    ends = sorted(set(minutes))
    shares = [row for row in shares_of(db, [change]) if row.stage in stages]
    names = ["units", *(f"{kind}:{guardrail}" for kind in KINDS for guardrail in guardrails)]
    wanted = interval_counts.c.name.in_(names) | is_score_of(metrics)
    states = measured.states_of(db, [change]) if metrics else {}
    return Minutes(change, shares, _added_up(ends, _by_end(db, change, stages, wanted, ends)), states)


def _by_end(
    db: Db, change: str, stages: range, wanted: ColumnElement[bool], ends: Sequence[datetime]
) -> Sequence[Any]:
    """Sum what was counted after each of the minutes before it, and by it."""
    by = [interval_counts.c[name] for name in ("stage", "cell", "run", "arm", "name")]
    place = _end_of(ends, 0).label("place")
    sums = [func.sum(interval_counts.c[name]) for name in ("n", "total", "squares")]
    counted = select(place, *by, *sums).where(
        interval_counts.c.change == change,
        interval_counts.c.stage.between(stages[0], stages[-1]),
        wanted,
        interval_counts.c.minute <= ends[-1],
    )
    return db.execute(counted.group_by("place", *by)).all()


def _end_of(ends: Sequence[datetime], first: int) -> ColumnElement[int]:
    """Say in which of the minutes a row is added up, by halves: a database asks one condition after the other."""
    if len(ends) == 1:
        return literal(first, literal_execute=True)
    half = len(ends) // 2
    is_early = interval_counts.c.minute <= literal(ends[half - 1], interval_counts.c.minute.type)
    return case((is_early, _end_of(ends[:half], first)), else_=_end_of(ends[half:], first + half))


def _added_up(ends: Sequence[datetime], rows: Sequence[Any]) -> dict[datetime, dict[_Key, _Sums]]:
    """Return what had been counted by each minute: by the one before it, and since then."""
    added: dict[int, list[Any]] = {}
    for row in rows:
        added.setdefault(row[0], []).append(row)
    sums: dict[_Key, _Sums] = {}
    by_end: dict[datetime, dict[_Key, _Sums]] = {}
    for place, end in enumerate(ends):
        for _, *key, n, total, squares in added.get(place, ()):
            before = sums.get(tuple(key), (0, 0, 0))
            sums[tuple(key)] = before[0] + int(n), before[1] + int(total), before[2] + int(squares)
        by_end[end] = dict(sums)
    return by_end
