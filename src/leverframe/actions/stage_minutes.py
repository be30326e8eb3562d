"""What do the minutes of a stage say so far?

Three things cannot be told from a stage's totals: who had met a bad event when each process that looks for later
harm began (rules/evidence/starts.py), how the differences of means scatter from minute to minute (means.py), and
whether both arms are still heard of (silence.py). They are read of the minutes once each is well over, in their
order, and what is known by then is kept: so many ramps are read on by one query, and whoever begins anew is told the
very same, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.minutes import BothHeard, MeanMinutes, Met, StageMinutes
from leverframe.nouns.ramps import RampPlan
from leverframe.rules.evidence.looks import met
from leverframe.rules.evidence.means import metrics_of, with_minute
from leverframe.rules.evidence.outlines import outline_of
from leverframe.rules.evidence.silence import heard_with
from leverframe.rules.evidence.starts import later_starts
from leverframe.store.database import Db
from leverframe.store.stage_minutes import minutes_of

OVER = timedelta(minutes=2)
"""After so long nothing is added to a minute: a batch is counted under the minute in which it came."""
MINUTE = timedelta(minutes=1)
MOST_KEPT = 100_000

Asked = tuple[Change, int, Sequence[StageCounts]]
"""A change, the stage that is looked at, and the counts of its ramp."""
_Key = tuple[int, int, tuple[tuple[str, datetime], ...]]
"""The version of a change, a stage, and since when each cell is counted."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a stage up to a minute, that minute included."""

    upto: datetime
    met: Met
    starts: tuple[Met, ...]
    means: Mapping[str, MeanMinutes]
    heard: Mapping[str, BothHeard]


class Minutes:
    """What one process remembers of them, for any thread."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[_Key, _Known]] = {}

    def added(self, db: Db, asked: Iterable[Asked], now: datetime) -> dict[str, Sequence[StageCounts]]:
        """Return each change's counts, those of its stage with what their minutes say now, or at a moment past."""
        found: dict[str, Sequence[StageCounts]] = {}
        upto, news = _minute(now - OVER), []
        for change, stage, counts in asked:
            found[change.id] = counts
            here = next((part for part in counts if part.stage == stage), None)
            if here is not None and here.began_at is not None:
                news.append((change, here, self._before(change, here, upto)))
        rows = minutes_of(db, {c.id: (h, k.upto + MINUTE) for c, h, k in news if k.upto < upto}, upto)
        for change, here, known in news:
            known = self._keep(change, here, _grown(change.plan, here, known, rows.get(change.id, {}), upto))
            minutes = StageMinutes(_starts(change.plan, here, known, now), known.means, known.heard)
            found[change.id] = [replace(p, minutes=minutes) if p is here else p for p in found[change.id]]
        return found

    def _before(self, change: Change, here: StageCounts, upto: datetime) -> _Known:
        """Return what is known already; nothing, where more is known than had happened then."""
        key, kept = self._kept.get(change.id, (None, None))
        if kept is not None and key == _key(change, here) and kept.upto <= upto:
            return kept
        return _Known(_before_all(here), {}, (), {}, {})

    def _keep(self, change: Change, here: StageCounts, known: _Known) -> _Known:
        """Keep what is known of a change's stage, in place of what was known of another or less of this one."""
        key, (before, newest) = _key(change, here), self._kept.get(change.id, (None, None))
        if newest is None and len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        if newest is None or before != key or newest.upto < known.upto:
            self._kept[change.id] = key, known
        return known


def _grown(
    plan: RampPlan,
    here: StageCounts,
    known: _Known,
    rows: Mapping[datetime, Mapping[str, CellCounts]],
    upto: datetime,
) -> _Known:
    """Add the minutes that are over by now, in their order; a process begins before its minute is counted."""
    began, stage = _moments(plan, here), plan.stages[here.stage - 1]
    outline, metrics = outline_of(plan), metrics_of(stage)
    so_far, starts, means, heard = known.met, list(known.starts), known.means, known.heard
    for minute, cells in sorted(rows.items()):
        starts += [so_far] * (_come(began, minute) - len(starts))
        so_far = _sum(so_far, met(outline, here.stage, cells))
        means = with_minute(means, cells, stage)
        heard = heard_with(heard, minute, cells, metrics)
    starts += [so_far] * (_come(began, upto) - len(starts))
    return _Known(max(upto, known.upto), so_far, tuple(starts), means, heard)


def _starts(plan: RampPlan, here: StageCounts, known: _Known, now: datetime) -> tuple[Met | None, ...]:
    """Return what each process began with that has begun by now."""
    come = _come(_moments(plan, here), now)
    return (*known.starts[:come], *(None for _ in range(come - len(known.starts))))


def _moments(plan: RampPlan, here: StageCounts) -> tuple[datetime, ...]:
    began = here.began_at
    begins = later_starts(plan.stages[here.stage - 1].bake_minutes)
    return tuple(_minute(began + timedelta(minutes=minutes)) for minutes in begins) if began else ()


def _come(moments: Sequence[datetime], now: datetime) -> int:
    return sum(moment <= now for moment in moments)


def _sum(one: Met, other: Met) -> Met:
    """Add up who has met what, by guardrail and share."""
    return {
        name: {
            share: _pair(one.get(name, {}), other.get(name, {}), share) for share in sorted(_shares(one, other, name))
        }
        for name in {**one, **other}
    }


def _shares(one: Met, other: Met, name: str) -> set[float]:
    return {*one.get(name, {}), *other.get(name, {})}


def _pair(
    one: Mapping[float, tuple[float, float]], other: Mapping[float, tuple[float, float]], share: float
) -> tuple[float, float]:
    (a, b), (c, d) = one.get(share, (0, 0)), other.get(share, (0, 0))
    return a + c, b + d


def _key(change: Change, here: StageCounts) -> _Key:
    return change.version, here.stage, tuple(here.since.items())


def _before_all(here: StageCounts) -> datetime:
    began = here.began_at or min(here.since.values())
    return _minute(began) - MINUTE


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
