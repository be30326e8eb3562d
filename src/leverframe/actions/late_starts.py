"""Who had met a bad event when each process that looks for later harm began?

A process begins at a fixed time of its stage (rules/evidence/starts.py). What had been counted until the minute of
that time never changes any more, once the minute is well over: it is read of the minutes once, and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Met, StageCounts
from leverframe.rules.evidence.looks import met
from leverframe.rules.evidence.starts import later_starts
from leverframe.store import outcomes
from leverframe.store.database import Db

OVER = timedelta(minutes=2)
"""After so long nothing is added to a minute: a batch is counted under the minute in which it came."""
MOST_KEPT = 100_000

_Key = tuple[str, int, int, datetime, tuple[tuple[str, datetime], ...]]
"""A change and its version, a stage, a minute, and since when each cell is counted."""


class LateStarts:
    """What one process remembers of it, for any thread."""

    def __init__(self) -> None:
        self._kept: dict[_Key, Met] = {}

    def added(
        self, db: Db, change: Change, stage: int, counts: Sequence[StageCounts], now: datetime
    ) -> Sequence[StageCounts]:
        """Return the counts, those of a stage with what each process that has begun in it by now began with."""
        here = next((part for part in counts if part.stage == stage), None)
        if here is None or here.began_at is None:
            return counts
        begins = later_starts(change.plan.stages[stage - 1].bake_minutes)
        moments = [_minute(here.began_at + timedelta(minutes=minutes)) for minutes in begins]
        come = [minute for minute in moments if minute <= now]
        starts = tuple(self._at(db, change, here, minute) if minute + OVER <= now else None for minute in come)
        return [replace(part, starts=starts) if part is here else part for part in counts] if starts else counts

    def _at(self, db: Db, change: Change, here: StageCounts, minute: datetime) -> Met:
        key = (change.id, change.version, here.stage, minute, tuple(here.since.items()))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            before = outcomes.counts_before(db, change.id, here.stage, minute).cells
            kept = self._kept[key] = met(change.plan, here.stage, before)
        return kept


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
