"""How has a stage's evidence grown?

All minutes of a visit are read at once and added up in memory: at each moment the counts are those that stood when
that minute was over, and the reading is the one that the ramp rested on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.actions.house import House
from leverframe.actions.late_starts import OVER
from leverframe.actions.looks import read
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Met, StageCounts, StageReading
from leverframe.nouns.growth import Growth, Visit
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.evidence.carrying import carried_from
from leverframe.rules.evidence.looks import Look, look_at, met
from leverframe.rules.evidence.starts import later_starts
from leverframe.rules.growth import Taken, grown, guardrails_of, minute_of, moments_of, standing_in, visits_of
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
            raise NotFound(f"the ramp of {change_id} has not stood at stage {stage}", remedy="ask for another stage")
        return found


def growth_of(
    house: House, db: Db, change: Change, ramp: Ramp, steps: Sequence[Taken], now: datetime, *, stage: int = 0
) -> Growth | None:
    """Tell how the evidence grew in the latest visit to a stage; None where there was none."""
    visits = visits_of(steps, ramp.ended_at)
    visit = next((each for each in reversed(visits) if stage in (0, each.stage)), None)
    if visit is None:
        return None
    moments = moments_of(visit.since, visit.until or now)
    begins = _begins(change, visits, visit, moments[-1])
    plan, policy = change.plan, house.policy(db)
    stages = range(carried_from(plan)[visit.stage - 1], visit.stage + 1)
    every = (*moments, *(begin - BEFORE for begin in begins))
    counted = minutes.counted_by(db, change.id, stages, guardrails_of(plan, visit.stage), every)
    looks = {}
    for minute in moments:
        stood, counts = standing_in(ramp, visit, steps, minute), _counts(change, visit, counted, begins, minute)
        looks[minute] = _looked(policy, change, stood, counts, minute)
    return Growth(change.id, visit, grown(looks), visits, policy.calendar.home_zone)


def _looked(
    policy: Policy, change: Change, stood: Ramp, counts: Sequence[StageCounts], minute: datetime
) -> tuple[Look, StageReading]:
    look = look_at(change.plan, stood.stage, counts, policy.alpha, policy.beta, None)
    return look, read(policy, change, stood, counts, minute)


def _begins(change: Change, visits: Sequence[Visit], visit: Visit, last: datetime) -> list[datetime]:
    """List the minutes in which processes begin that look for later harm, as `late_starts` counts them."""
    first = next(each.since for each in visits if each.stage == visit.stage)
    after = later_starts(change.plan.stages[visit.stage - 1].bake_minutes)
    begins = [minute_of(first + timedelta(minutes=each)) for each in after]
    return [begin for begin in begins if begin <= last]


def _counts(
    change: Change, visit: Visit, counted: minutes.Minutes, begins: Sequence[datetime], minute: datetime
) -> list[StageCounts]:
    """Return the counts by a minute, those of the stage with what each later process had begun with by then."""
    come = [begin for begin in begins if begin <= minute]
    starts = tuple(_met(change, visit, counted, begin, minute) if begin + OVER <= minute else None for begin in come)
    return [replace(part, starts=starts) if part.stage == visit.stage else part for part in counted.at(minute)]


def _met(change: Change, visit: Visit, counted: minutes.Minutes, begin: datetime, minute: datetime) -> Met:
    parts = counted.at(minute, of=begin - BEFORE)
    cells = next((part.cells for part in parts if part.stage == visit.stage), {})
    return met(change.plan, visit.stage, cells)
