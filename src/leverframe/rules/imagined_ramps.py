"""How would a ramp go, on an imagined clock?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf

from leverframe.nouns.calendar import Calendar, DuringRamp, Subject
from leverframe.nouns.evidence import Finding, Reading, StageReading
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Hold, Promote, Ramp, RampPlan, RampState, RollBack, Stay, Widen
from leverframe.nouns.targets import EVERYWHERE, Cell, Target
from leverframe.rules.calendar import closed_stretch
from leverframe.rules.evidence import words
from leverframe.rules.evidence_time import Traffic, Wait, exposed_cells, wait_for
from leverframe.rules.exposure import is_settled
from leverframe.rules.moments import say, say_minutes
from leverframe.rules.open_hours import forbids, stretch_of
from leverframe.rules.ramping import RampFacts, first_step, next_step
from leverframe.rules.widening import LATE, zone_for

MOST_LOOKS = 500
"""How often an imagined ramp is looked at: more than any that ends."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of an imagined ramp: a stage reaches these regions."""

    at: datetime
    stage: int
    share_percent: float
    regions: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is imagined: the plan, where, from when to when, and with which traffic.

    The `target` says in which order the regions come; no `rings` mean all of them.
    """

    plan: RampPlan
    subject: Subject
    regions: tuple[str, ...]
    calendar: Calendar
    starts_at: datetime
    not_after: datetime
    traffic: Traffic | None
    population: tuple[Cell, ...]
    policy: Policy
    target: Target | None = None
    rings: tuple[str, ...] = ()

    @property
    def zone(self) -> str:
        """Return the zone in which the forecast is told."""
        return zone_for(self.calendar, self.regions or (EVERYWHERE,))


@dataclass(frozen=True, slots=True)
class Course:
    """How an imagined ramp went: `waits` are the evidence's by stage, `stopped` is why and where it ended short."""

    steps: tuple[PlannedStep, ...]
    settles: datetime | None
    waits: dict[int, Wait]
    stopped: Hold | Stay | None = None


def imagine(about: Question, deviate: float) -> Course:
    """Step a ramp through its stages from opening to opening; `deviate` says how late its evidence comes."""
    begun = begin(about)
    if not isinstance(begun, PlannedStep):
        return Course((), None, {}, begun)
    return _go_on(about, ramp_at(begun), deviate, [begun], {})


def imagine_rest(about: Question, ramp: Ramp, reading: StageReading | None, deviate: float) -> Course:
    """Step a ramp on that is under way, from where it stands at `starts_at`; its evidence is what has been read."""
    waits = {(ramp.stage, _since(ramp)): _wait_left(about, ramp, reading, deviate)}
    return _go_on(about, replace(ramp, hold=None), deviate, [], waits)


def _go_on(
    about: Question, ramp: Ramp, deviate: float, steps: list[PlannedStep], waits: dict[tuple[int, datetime], Wait]
) -> Course:
    now = steps[0].at if steps else about.starts_at
    for _ in range(MOST_LOOKS):
        counted_from = (ramp.stage, _since(ramp))
        if counted_from not in waits:
            waits[counted_from] = _wait(about, ramp, deviate)
        step = next_step(ramp, facts_of(about, _reading(about, ramp, waits[counted_from], now)), now)
        if is_settled(ramp, about.plan, about.regions):
            return _course(steps, now, waits)
        match step:
            case Promote() | Widen():
                ramp = published(ramp, step, now)
                steps.append(planned(about, step.stage, step.regions, step.because, now))
            case Hold(narrow_to_stage=int(narrower)):
                ramp = narrowed(ramp, narrower, about, now)
                steps.append(planned(about, narrower, tuple(ramp.published), step.because, now))
            case Hold(until=datetime() as until) | Stay(until=datetime() as until) if until > now:
                now = _wake(about, ramp, now, until)
            case Hold() | Stay():
                return _course(steps, None, waits, step)
            case RollBack():
                raise AssertionError("an imagined reading shows no harm")
    return _course(steps, None, waits, Stay(f"the ramp would not end within {MOST_LOOKS} looks"))


def _course(
    steps: list[PlannedStep],
    settles: datetime | None,
    waits: dict[tuple[int, datetime], Wait],
    stopped: Hold | Stay | None = None,
) -> Course:
    """Tell a course, with the last of each stage's waits: those before it counted from a part of its regions."""
    return Course(tuple(steps), settles, {stage: wait for (stage, _), wait in waits.items()}, stopped)


def begin(about: Question) -> PlannedStep | Hold:
    """Return the first step, at the first moment that the calendar gives it."""
    now = about.starts_at
    for _ in range(MOST_LOOKS):
        if now >= about.not_after:
            late = say(about.not_after, about.zone)
            opens = say(now, about.zone)
            return Hold("not_after", f"it could begin {opens} at the earliest, and may widen until {late}", LATE)
        step = first_step(
            about.plan,
            about.regions,
            about.calendar,
            about.subject,
            now,
            closed_stretch_max_percent=about.policy.closed_stretch_max_percent,
            closed_stretch_hours=about.policy.closed_stretch_hours,
            target=about.target,
        )
        if isinstance(step, Promote):
            return planned(about, 1, step.regions, step.because, now)
        if step.until is None or step.until <= now:
            return step
        now = step.until
    return Hold("window", "no moment to begin was found", "look at the calendar")


def ramp_at(begun: PlannedStep) -> Ramp:
    published = dict.fromkeys(begun.regions, begun.at)
    return Ramp("", "", RampState.RAMPING, begun.stage, begun.at, begun.at, "", published)


def published(ramp: Ramp, step: Promote | Widen, now: datetime) -> Ramp:
    before = ramp.published if isinstance(step, Widen) else {}
    return replace(ramp, stage=step.stage, stage_since=now, published={**before, **dict.fromkeys(step.regions, now)})


def narrowed(ramp: Ramp, stage: int, about: Question, now: datetime) -> Ramp:
    return replace(ramp, stage=stage, stage_since=now, published=dict.fromkeys(about.regions or (EVERYWHERE,), now))


def planned(about: Question, stage: int, regions: tuple[str, ...], because: str, now: datetime) -> PlannedStep:
    return PlannedStep(now, stage, about.plan.stages[stage - 1].share_percent, regions, because)


def _wait(about: Question, ramp: Ramp, deviate: float) -> Wait:
    return wait_for(
        about.plan.stages[ramp.stage - 1].floors,
        exposed_cells(about.plan, ramp.stage, about.regions, about.population),
        about.traffic,
        beta=about.policy.beta,
        since=_since(ramp),
        zone=about.calendar.home_zone,
        deviate=deviate,
    )


def _wait_left(about: Question, ramp: Ramp, reading: StageReading | None, deviate: float) -> Wait:
    """Return how long the present stage's evidence takes: as its reading says, or else as for any stage."""
    expected = _wait(about, ramp, deviate)
    floors = [each for each in reading.readings if each.floor] if reading else []
    if not floors or any(each.wait_minutes is None for each in floors):
        return expected
    slowest = max(floors, key=lambda each: each.wait_minutes or 0.0)
    passed = (about.starts_at - _since(ramp)).total_seconds() / 60.0
    return Wait(passed + (slowest.wait_minutes or 0.0), slowest.guardrail, slowest.bound or 0.0)


def _since(ramp: Ramp) -> datetime:
    return max(ramp.published.values(), default=ramp.stage_since)


def _reading(about: Question, ramp: Ramp, wait: Wait, now: datetime) -> StageReading:
    """Imagine what the evidence would say now: `continue` until it is expected, then `pass`."""
    left = wait.minutes - (now - _since(ramp)).total_seconds() / 60.0
    if left > 0.0:
        because = f"the evidence is expected to take {say_wait(wait)}"
        known = left if left < inf else None
        reading = Reading(wait.guardrail, Finding.CONTINUE, because, floor=True, bound=wait.ratio, wait_minutes=known)
        return StageReading(Finding.CONTINUE, because, (reading,), now)
    return StageReading(Finding.PASS, _say_proof(about, ramp, wait), (), now)


def _say_proof(about: Question, ramp: Ramp, wait: Wait) -> str:
    if not about.plan.stages[ramp.stage - 1].floors:
        return "the stage asks for no proof"
    return "the evidence is assumed to fit in the bake" if wait.assumed else "the evidence is expected to be there"


def say_wait(wait: Wait) -> str:
    """Say how long a stage's evidence takes, and what it rules out."""
    harm = f"to rule out that {words.times(wait.ratio)} as many people meet {words.event(wait.guardrail)}"
    return f"{say_minutes(wait.minutes)} {harm}" if wait.minutes < inf else f"more than 60 days {harm}"


def facts_of(about: Question, reading: StageReading) -> RampFacts:
    return RampFacts(
        plan=about.plan,
        calendar=about.calendar,
        subject=about.subject,
        regions=about.regions,
        reading=reading,
        not_after=about.not_after,
        closed_stretch_max_percent=about.policy.closed_stretch_max_percent,
        closed_stretch_hours=about.policy.closed_stretch_hours,
        closed_stretch_narrow=about.policy.closed_stretch_narrow,
        target=about.target,
    )


def _wake(about: Question, ramp: Ramp, now: datetime, until: datetime) -> datetime:
    """Return when to look again: as the answer says, or before, when something may narrow the ramp."""
    return min(moment for moment in (until, *_narrowings(about, now)) if moment > now)


def _narrowings(about: Question, now: datetime) -> Iterator[datetime]:
    calendar, subject = about.calendar, about.subject
    for region in about.regions or (EVERYWHERE,):
        for freeze in calendar.freezes:
            if freeze.during_ramp is DuringRamp.NARROW and forbids(freeze, subject, region):
                yield stretch_of(freeze, calendar.zone_of(region))[0]
        if about.policy.closed_stretch_narrow:
            closed = closed_stretch(calendar, subject, region, now, about.policy.closed_stretch_hours)
            if closed is not None:
                yield closed[0]
