"""Where does a ramp stand, and what surrounds it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Subject
from leverframe.nouns.evidence import Finding, StageReading
from leverframe.nouns.ramps import Ramp, RampPlan, Stage
from leverframe.nouns.targets import EVERYWHERE, Target
from leverframe.rules.calendar import freezes_at
from leverframe.rules.closed_stretches import Caught, Entry, Limits, caught_standing, first_opening, order_of
from leverframe.rules.exposure import narrower_stage, pending, reach_percent, rising
from leverframe.rules.moments import later

MOST_WAIT = 366 * 24 * 60
"""A wait longer than a year (in minutes) is told as a year."""


@dataclass(frozen=True, slots=True)
class RampFacts:
    """What a step of a ramp rests on.

    `regions` are the ticket's; `target` says in which order they come; `reading` is of the present stage;
    `watched_switches` are the ids of thrown switches on the ramp's feature or models; `judged` says that promotion on
    judgement is signed for this stage.
    """

    plan: RampPlan
    calendar: Calendar
    subject: Subject
    regions: tuple[str, ...]
    reading: StageReading | None
    not_after: datetime
    closed_stretch_max_percent: float
    closed_stretch_hours: float
    closed_stretch_narrow: bool
    watched_switches: tuple[str, ...] = ()
    judged: bool = False
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a ramp stands.

    `waiting` are the regions that its stage has still to reach, `asked` those that the next act is to reach.
    """

    ramp: Ramp
    facts: RampFacts
    now: datetime
    stage: Stage
    waiting: tuple[str, ...]
    asked: tuple[str, ...]

    @property
    def since(self) -> datetime:
        """Return when the stage reached its last region: bake and evidence count from here."""
        return max(self.ramp.published.values(), default=self.ramp.stage_since)

    @property
    def limits(self) -> Limits:
        """Return how wide the ramp may stand through how long a closed stretch."""
        return Limits(self.facts.closed_stretch_max_percent, self.facts.closed_stretch_hours)

    @property
    def ahead(self) -> tuple[str, ...]:
        """Return the regions of the next act that may come first: those that no other of them keeps waiting."""
        waits, _ = order_of(entry_of(self, self.ramp.stage + (not self.waiting), self.asked))
        return tuple(region for region in self.asked if region not in waits)

    @property
    def finding(self) -> Finding:
        """Return what the evidence says; no reading is no data."""
        return self.facts.reading.finding if self.facts.reading else Finding.NO_DATA

    @property
    def evidence(self) -> str:
        """Return the reading's own sentence."""
        return self.facts.reading.because if self.facts.reading else "nothing has been read yet"


def situation_of(ramp: Ramp, facts: RampFacts, now: datetime) -> Situation:
    """Work out which regions the next act asks: those that the stage has still to reach, else the next stage's."""
    stage = facts.plan.stages[min(max(ramp.stage, 1), len(facts.plan.stages)) - 1]
    waiting = pending(ramp, facts.plan, facts.regions) if ramp.stage >= 1 else ()
    ahead = ramp.stage < len(facts.plan.stages)
    asked = waiting or (rising(facts.plan, ramp.stage + 1, facts.regions) if ahead else ())
    return Situation(ramp, facts, now, stage, waiting, asked)


def entry_of(s: Situation, stage: int, entering: tuple[str, ...]) -> Entry:
    """Put together what is asked about a stage that is about to be entered in some regions."""
    facts = s.facts
    return Entry(
        facts.plan, stage, entering, facts.regions, facts.calendar, facts.subject, s.limits, target=facts.target
    )


def caught_now(s: Situation) -> Caught | None:
    """Return the closed stretch in which the ramp stands too wide now; where it has settled, it does not stand."""
    standing = s.waiting if s.ramp.stage >= len(s.facts.plan.stages) else everywhere(s)
    reached = {region: reached_percent(s, region) for region in standing}
    return caught_standing(reached, s.facts.calendar, s.facts.subject, s.limits, s.now)


def reached_percent(s: Situation, region: str) -> float:
    """Return how far the ramp reaches into a region now: a region that waits is still at the stage before."""
    return reach_percent(s.facts.plan, s.ramp.stage - (region in s.waiting), region)


def narrowing(s: Situation, frozen: Mapping[str, tuple[Freeze, ...]] | None = None) -> int | None:
    """Return the stage to go back to where a freeze or the policy narrows by itself: narrowing never waits."""
    found = {r: freezes_over(s, r) for r in everywhere(s)} if frozen is None else frozen
    narrows = any(
        freeze.during_ramp is DuringRamp.NARROW and reached_percent(s, region) > 0
        for region, freezes in found.items()
        for freeze in freezes
    )
    if not narrows and not (s.facts.closed_stretch_narrow and caught_now(s)):
        return None
    return narrower_stage(s.facts.plan, s.ramp.stage, s.facts.regions, s.limits.max_percent)


def everywhere(s: Situation) -> tuple[str, ...]:
    """List the ticket's regions; a ticket without any is everywhere."""
    return s.facts.regions or (EVERYWHERE,)


def freezes_over(s: Situation, region: str) -> tuple[Freeze, ...]:
    """List the freezes that hold over a region now."""
    return freezes_at(s.facts.calendar, s.facts.subject, region, s.now)


def expected_at(s: Situation) -> datetime | None:
    """Return the first opening after the evidence is expected to be there, where the reading knows it."""
    waits = [r.wait_minutes for r in s.facts.reading.readings if r.floor] if s.facts.reading else []
    known = [wait for wait in waits if wait is not None and isfinite(wait)]
    if not known or len(known) < len(waits):
        return None
    return first_opening(s.facts.calendar, s.facts.subject, s.ahead, later(s.now, min(max(known), MOST_WAIT)))
