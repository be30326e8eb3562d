"""What had been counted of a change at any moment of its past?

Read once, for many moments: the minutes are added up as one goes on. What a step itself began is left out of what it
was decided on, so that a moment is asked for either with the shares that began in it, or without.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from leverframe.nouns.evidence import StageCounts
from leverframe.nouns.metric_states import MetricState
from leverframe.store import measured
from leverframe.store.cells import by_change
from leverframe.store.counted import SUMS, Shares, interval_counts, shares_of
from leverframe.store.database import Db

_KEY = ("stage", "cell", "run", "arm", "name")
_Key = tuple[Any, ...]
_Sums = tuple[int, int, int]


@dataclass(slots=True)
class Past:
    """One change's shares and counts, minute by minute."""

    change: str
    shares: Shares
    rows: Sequence[Any]
    states: Mapping[tuple[str, int], Mapping[str, MetricState]]
    _totals: dict[_Key, _Sums] = field(default_factory=dict)
    _added: int = 0

    def standing(self, at: datetime, *, begun_then: bool) -> Shares:
        """Return the shares that stood at a moment, those that began in it or not."""
        return [row for row in self.shares if row.since < at or (begun_then and row.since == at)]

    def by(self, minute: datetime, shares: Shares) -> list[StageCounts]:
        """Return what had been counted at these shares when a minute was over."""
        self._add_up(minute)
        totals = [(self.change, *key, *sums) for key, sums in self._totals.items()]
        states = {key: self._as_of(states, minute) for key, states in self.states.items()}
        return by_change([self.change], shares, totals, states)[self.change]

    def _add_up(self, minute: datetime) -> None:
        if self._added and self.rows[self._added - 1].minute > minute:
            self._totals, self._added = {}, 0
        while self._added < len(self.rows) and self.rows[self._added].minute <= minute:
            _, *key, n, total, squares = self.rows[self._added]
            before = self._totals.get(tuple(key), (0, 0, 0))
            self._totals[tuple(key)] = before[0] + int(n), before[1] + int(total), before[2] + int(squares)
            self._added += 1

    @staticmethod
    def _as_of(states: Mapping[str, MetricState], minute: datetime) -> dict[str, MetricState]:
        return {name: measured.as_of(state, minute) for name, state in states.items()}


def past_of(db: Db, change: str) -> Past:
    """Read a change's past whole."""
    c = interval_counts.c
    columns = [c[name] for name in ("minute", *_KEY, *SUMS)]
    rows = db.execute(select(*columns).where(c.change == change).order_by(c.minute)).all()
    return Past(change, shares_of(db, [change]), rows, measured.states_of(db, [change]))


def counts_until(db: Db, change: str, until: datetime) -> list[StageCounts]:
    """Add up the minutes up to one of them: equal, to the last bit, to the counts that stood then."""
    c = interval_counts.c
    by = [c[name] for name in ("change", *_KEY)]
    sums = [func.sum(c[name]) for name in SUMS]
    totals = db.execute(select(*by, *sums).where(c.change == change, c.minute <= until).group_by(*by)).all()
    shares = [row for row in shares_of(db, [change]) if row.since.replace(second=0, microsecond=0) <= until]
    return by_change([change], shares, totals, measured.states_of(db, [change], until=until))[change]
