"""How has a stage's evidence grown?

All minutes of a visit are read at once and added up in memory: at each moment the counts are those that stood when
that minute was over, and the reading is the one that the ramp rested on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from leverframe.actions.house import House
from leverframe.actions.looks import read
from leverframe.actions.means_by_moment import Means
from leverframe.actions.stage_minutes import OVER
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import CellCounts, StageCounts, StageReading
from leverframe.nouns.growth import Growth
from leverframe.nouns.minutes import Met, StageMinutes
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampPlan
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.evidence.looks import Look, look_at, met
from leverframe.rules.evidence.means import FAIRNESS_METRIC, metrics_of
from leverframe.rules.evidence.outlines import outline_of
from leverframe.rules.growth import Taken, grown, guardrails_of, later_of, moments_of, standing_in, visits_of
from leverframe.rules.slices import locales_of, slices_of
from leverframe.store import changes, minutes, ramps
from leverframe.store.database import Db

BEFORE = timedelta(minutes=1)


def show_growth(house: House, change_id: str, stage: int = 0) -> Growth:
    """Tell how the evidence grew in the latest visit to a stage (0: in the latest of all); raises NotFound."""
    with house.store.read() as db:
        change, ramp = changes.get(db, change_id), ramps.get(db, change_id)
        if ramp is None:
            raise NotFound(f"{change_id} has not begun to ramp", remedy="there is evidence once its ramp has begun")
        steps = ramps.steps(db, change_id)
        found = growth_of(house, db, change, ramp, steps, house.clock.now(), stage=stage)
        if found is None:
            where = f"stage {stage}" if stage else "any stage"
            raise NotFound(f"the ramp of {change_id} has not stood at {where}", remedy="ask for another stage")
        return found


def growth_of(
    house: House, db: Db, change: Change, ramp: Ramp, steps: Sequence[Taken], now: datetime, *, stage: int = 0
) -> Growth | None:
    """Tell how the evidence grew in the latest visit to a stage; None where there was none."""
    visits = visits_of(steps, ramp.ended_at)
    visit = next((each for each in reversed(visits) if stage in (0, each.stage)), None)
    if visit is None:
        return None
    moments, policy = moments_of(visit.since, visit.until or now), house.policy(db)
    begins = later_of(change.plan, visit.stage, steps, moments[-1])
    counts = _read(house, db, change, visit.stage, moments, begins)
    stood = {minute: standing_in(ramp, visit, steps, minute) for minute in moments}
    looks = {minute: _looked(policy, change, stood[minute], counts.by(minute), minute) for minute in moments}
    cells, guardrails = counts.cells(moments[-1]), guardrails_of(change.plan, visit.stage)
    slices = slices_of(cells, guardrails, alpha=policy.alpha, beta=policy.beta)
    locales = locales_of([counts.cells(moments[-1], of=moment) for moment in moments], policy.alpha)
    return Growth(change.id, visit, grown(looks), visits, policy.calendar.home_zone, slices, locales)


def _looked(
    policy: Policy, change: Change, stood: Ramp, counts: Sequence[StageCounts], minute: datetime
) -> tuple[Look, StageReading]:
    look = look_at(change.plan, stood.stage, counts, policy.alpha, policy.beta, None)
    return look, read(policy, change, stood, counts, minute)


def _read(
    house: House, db: Db, change: Change, stage: int, moments: Sequence[datetime], begins: Sequence[datetime]
) -> _Counts:
    stages = outline_of(change.plan).counted_with(stage)
    every = (*moments, *(begin - BEFORE for begin in begins))
    guardrails, metrics = guardrails_of(change.plan, stage), metrics_of(change.plan.stages[stage - 1])
    counted = minutes.counted_by(db, change.id, stages, guardrails, every, metrics={*metrics, FAIRNESS_METRIC})
    means = _means(house, db, change, stage, moments, counted) if metrics else {}
    return _Counts(change.plan, stage, counted, begins, means)


def _means(
    house: House, db: Db, change: Change, stage: int, moments: Sequence[datetime], counted: minutes.Minutes
) -> dict[datetime, Means]:
    """Return what was known of the stage's means at each moment at which it was counted."""
    found: dict[datetime, Means] = {}
    for runs, together in groupby(moments, counted.runs):
        some = list(together)
        here = next((part for part in counted.at(some[0]) if part.stage == stage), None)
        if here is not None:
            found |= house.means_kept.by(db, change, here, runs, some)
    return found


@dataclass(slots=True)
class _Counts:
    """The counts of a stage and of what is carried into it, as they stood when each minute was over.

    `begins` are the minutes in which processes begin that look for later harm. What had been met by then is worked
    out once for each set of runs. `means` are what was known of them at each moment.
    """

    plan: RampPlan
    stage: int
    counted: minutes.Minutes
    begins: Sequence[datetime]
    means: Mapping[datetime, Means]
    known: dict[tuple[datetime, int], Met] = field(default_factory=dict)

    def by(self, minute: datetime) -> list[StageCounts]:
        """Return the counts by a minute, those of the stage with what each later process had begun with."""
        come = [begin for begin in self.begins if begin <= minute]
        starts = tuple(self._met(begin, minute) if begin + OVER <= minute else None for begin in come)
        parts = self.counted.at(minute)
        return [
            replace(part, minutes=StageMinutes(starts, self.means.get(minute, {})))
            if part.stage == self.stage
            else part
            for part in parts
        ]

    def cells(self, minute: datetime, *, of: datetime | None = None) -> Mapping[str, CellCounts]:
        """Return the stage's own counts by a minute, or what an earlier minute gives to them."""
        return next((part.cells for part in self.counted.at(minute, of=of) if part.stage == self.stage), {})

    def _met(self, begin: datetime, minute: datetime) -> Met:
        key = begin, self.counted.runs(minute)
        if key not in self.known:
            self.known[key] = met(outline_of(self.plan), self.stage, self.cells(minute, of=begin - BEFORE))
        return self.known[key]
