"""What can each stage rule out before it begins, and what would longer or wider buy?

The feature's traffic says how many people will meet a bad event in a stage's bake, if nobody is harmed. So many rule
out a harm at the stage's level as likely as not (p50), a larger one nine times in ten (p90); see `evidence_time.py`.
The same number says which harm would be rolled back in the bake: the smallest whose expected counts reach the bound.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf, log

from leverframe.nouns.ramps import RampPlan
from leverframe.rules.evidence import labels, words
from leverframe.rules.evidence.outlines import compared, outline_of
from leverframe.rules.evidence_time import (
    P50,
    P90,
    Traffic,
    Weighted,
    events_needed,
    events_within,
    exposed_cells,
    minutes_until,
    telling,
)
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.moments import say_minutes

LARGEST = 100.0
"""A harm beyond this many times is not looked for."""
STEPS = 20
"""Halvings between 1 and the largest: to less than a thousandth of a per cent."""
TWICE = 2.0


@dataclass(frozen=True, slots=True)
class Prospect:
    """What one stage can say of one guardrail within its bake; ratios are None where there is none up to 100.

    `rules_out` and `rules_out_p90` are the smallest harms that are ruled out in the bake, half of the time and nine
    times in ten; `longer` and `wider` what twice the bake and twice the share would rule out. `sees` is the smallest
    harm that is rolled back in the bake. `floor_minutes` (p50, p90) is how long the floor takes, None where it never
    comes. `events` people are expected to meet the event in the bake; None where its rate is not known.
    """

    stage: int
    share_percent: float
    bake_minutes: int
    guardrail: str
    floor: float | None
    because: str
    events: float | None = None
    rules_out: float | None = None
    rules_out_p90: float | None = None
    longer: float | None = None
    wider: float | None = None
    sees: float | None = None
    floor_minutes: float | None = None
    floor_minutes_p90: float | None = None


def prospects(about: Question, begins: Mapping[int, datetime]) -> tuple[Prospect, ...]:
    """Say for each stage but the last, and each guardrail that the plan compares, what it can rule out.

    `begins` says when each stage is expected to begin, where that is known.
    """
    stages = range(1, len(about.plan.stages))
    return tuple(
        _prospect(about, stage, begins.get(stage, about.starts_at), name)
        for stage in stages
        for name in compared(about.plan)
    )


def _prospect(about: Question, number: int, since: datetime, guardrail: str) -> Prospect:
    stage = about.plan.stages[number - 1]
    floor = next((floor.ratio for floor in stage.floors if floor.guardrail == guardrail), None)
    blank = Prospect(number, stage.share_percent, stage.bake_minutes, guardrail, floor, "")
    rate = about.traffic.bad_rate.get(guardrail) if about.traffic else None
    if about.traffic is None or rate is None:
        return replace(blank, because=f"how often people meet {words.event(guardrail)} is not known yet")
    found, policy = _Stage(about, about.traffic, since, rate, _exposed(about, about.plan, number)), about.policy
    level = policy.beta / (len(stage.floors) or len(compared(about.plan)))
    known = replace(
        blank,
        events=found.events(stage.bake_minutes),
        rules_out=found.ruled_out(stage.bake_minutes, level, P50),
        rules_out_p90=found.ruled_out(stage.bake_minutes, level, P90),
        longer=found.ruled_out(TWICE * stage.bake_minutes, level, P50),
        wider=_wider(found, number).ruled_out(stage.bake_minutes, level, P50),
        sees=found.seen(stage.bake_minutes, outline_of(about.plan).level_beside(policy.alpha)),
        floor_minutes=found.minutes_for(floor, level, P50),
        floor_minutes_p90=found.minutes_for(floor, level, P90),
    )
    return replace(known, because="; ".join(_say(known)))


@dataclass(frozen=True, slots=True)
class _Stage:
    """One stage of what is ahead: when it begins, how often people meet one event, and who is compared in it."""

    about: Question
    traffic: Traffic
    since: datetime
    rate: float
    exposed: Weighted

    @property
    def met(self) -> float:
        """How often people meet the event where the two can be compared."""
        return self.rate * sum(part for part, _ in self.exposed)

    def events(self, minutes: float) -> float:
        return events_within(minutes, self.met, self.traffic, self.since, self.about.calendar.home_zone)

    def ruled_out(self, minutes: float, beta: float, deviate: float) -> float | None:
        events, exposed = self.events(minutes), self.exposed
        return _smallest(lambda ratio: events_needed(ratio, exposed, beta, deviate) <= events)

    def seen(self, minutes: float, alpha: float) -> float | None:
        events, exposed = self.events(minutes), self.exposed
        return _smallest(lambda ratio: _expected(events, exposed, ratio) >= -log(alpha))

    def minutes_for(self, ratio: float | None, beta: float, deviate: float) -> float | None:
        if ratio is None:
            return None
        events = events_needed(ratio, self.exposed, beta, deviate)
        found = minutes_until(events, self.met, self.traffic, self.since, self.about.calendar.home_zone)
        return found if found < inf else None


def _exposed(about: Question, plan: RampPlan, number: int) -> Weighted:
    """Return the parts of the population where the two can be compared, as one where their share is the same."""
    parts: dict[float, float] = {}
    for part, share in telling(exposed_cells(plan, number, about.regions, about.population)):
        parts[share] = parts.get(share, 0.0) + part
    return [(part, share) for share, part in parts.items()]


def _wider(found: _Stage, number: int) -> _Stage:
    """Return the same stage at twice its share, at most at 100 %."""
    plan, place = found.about.plan, number - 1
    stage = plan.stages[place]
    clauses = tuple(replace(c, share_percent=min(100.0, TWICE * c.share_percent)) for c in stage.clauses)
    stages = (*plan.stages[:place], replace(stage, clauses=clauses), *plan.stages[place + 1 :])
    return replace(found, exposed=_exposed(found.about, replace(plan, stages=stages), number))


def _expected(events: float, exposed: Weighted, ratio: float) -> float:
    """Return the log evidence of harm that the expected counts would bring, if so many times as many were harmed."""
    whole = sum(part for part, _ in exposed)
    if not whole:
        return -inf
    strata: dict[float, tuple[float, float]] = {}
    for part, share in exposed:
        mine, theirs = strata.get(share, (0.0, 0.0))
        here = events * part / whole
        strata[share] = (mine + here * share * ratio, theirs + here * (1.0 - share))
    return labels.log_harm(strata)


def _smallest(is_enough: Callable[[float], bool]) -> float | None:
    """Return the smallest ratio above 1 for which something holds that holds for all larger ones."""
    low, high = 1.0, LARGEST
    if not is_enough(high):
        return None
    for _ in range(STEPS):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _say(found: Prospect) -> Iterator[str]:
    met = words.event(found.guardrail)
    where = f"{say_minutes(found.bake_minutes)} at {found.share_percent:g} %"
    if found.rules_out is None:
        yield f"{where} can rule out no harm: about {found.events or 0.0:,.0f} people will meet {met}"
    else:
        late = f" (nine times in ten {words.times(found.rules_out_p90)})" if found.rules_out_p90 else ""
        yield f"{where} can rule out {words.times(found.rules_out)} as many people who meet {met}{late}"
    if found.floor is not None:
        yield _say_floor(found, found.floor)
    if found.sees is not None:
        yield f"{words.times(found.sees)} as many would be rolled back"
    if found.longer is not None:
        wider = f", twice as wide {words.times(found.wider)}" if found.wider is not None else ""
        yield f"twice as long would rule out {words.times(found.longer)}{wider}"


def _say_floor(found: Prospect, floor: float) -> str:
    if found.floor_minutes is None:
        return f"its floor of {words.times(floor)} would not come at this traffic"
    late = found.floor_minutes_p90
    tail = f", nine times in ten {words.minutes(late)}" if late is not None else ""
    return f"its floor of {words.times(floor)} takes {words.minutes(found.floor_minutes)}{tail}"
