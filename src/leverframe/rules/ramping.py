"""Promote, widen, stay, hold or roll back?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.calendar import Calendar, Subject
from leverframe.nouns.evidence import Finding
from leverframe.nouns.people import CLOCK
from leverframe.nouns.ramps import Hold, Promote, Ramp, RampPlan, RampState, RollBack, Stay, Step, Widen
from leverframe.nouns.targets import Target
from leverframe.rules.calendar import longest_freeze, say_freeze, say_place
from leverframe.rules.closed_stretches import Entry, Limits, first_opening
from leverframe.rules.exposure import is_settled, narrower_stage, rising
from leverframe.rules.moments import later, say, say_minutes
from leverframe.rules.standing import (
    RampFacts,
    Situation,
    caught_now,
    entry_of,
    everywhere,
    expected_at,
    freezes_over,
    narrowing,
    situation_of,
)
from leverframe.rules.widening import LATE, way_open, zone_for


def next_step(ramp: Ramp, facts: RampFacts, now: datetime) -> Step:
    """Say what follows for a ramp now: the first of these questions that has an answer.

    | question                                    | answer                                               |
    |---------------------------------------------|------------------------------------------------------|
    | has it ended, or settled?                   | Stay                                                 |
    | does a guardrail show harm?                 | RollBack at any hour; without auto_rollback Hold     |
    | does a person hold it?                      | Hold: the person's                                   |
    | is a switch on its feature or models thrown?| Hold `switch`                                        |
    | is all that it asks for frozen?             | Hold `freeze`, narrowed if the freeze says so        |
    | does it stand wide in a closed stretch?     | Hold `closed_stretch_begun`, pages, offers to narrow |
    | is the evidence faulty, or both above?      | Hold with the finding's name, pages                  |
    | is `not_after` past?                        | Hold `not_after`, pages                              |
    | has its stage regions to reach?             | Widen where it is open, else Hold                    |
    | is the bake under way?                      | Stay                                                 |
    | is the evidence not there, nor judged?      | Stay, Hold `no_data`, or `longest_wait` which pages  |
    | else                                        | Promote where it is open, else Hold                  |
    """
    situation = situation_of(ramp, facts, now)
    for question in QUESTIONS:
        step = question(situation)
        if step is not None:
            return step
    return _go_on(situation)


def first_step(
    plan: RampPlan,
    regions: tuple[str, ...],
    calendar: Calendar,
    subject: Subject,
    now: datetime,
    *,
    closed_stretch_max_percent: float = 10.0,
    closed_stretch_hours: float = 48.0,
    target: Target | None = None,
) -> Promote | Hold:
    """Say whether a ramp may begin now: stage 1, in the regions whose window is open, those first that come first."""
    limits = Limits(closed_stretch_max_percent, closed_stretch_hours)
    entry = Entry(plan, 1, rising(plan, 1, regions), regions, calendar, subject, limits, target)
    way = way_open(entry, None, now)
    if isinstance(way, Hold):
        return way
    return Promote(1, way.regions, f"the ramp begins at {plan.stages[0].share_percent:g} %: {way.because}")


def _ended(s: Situation) -> Step | None:
    if s.ramp.state is not RampState.RAMPING:
        return Stay(f"the ramp has ended: it is {s.ramp.state.value.replace('_', ' ')}")
    if is_settled(s.ramp, s.facts.plan, s.facts.regions):
        return Stay("the last stage has reached every region: the ramp is settled")
    return None


def _harmed(s: Situation) -> Step | None:
    if s.facts.reading is None or s.finding is not Finding.HARM:
        return None
    guardrail = next((r for r in s.facts.reading.readings if r.finding is Finding.HARM), None)
    name = guardrail.guardrail if guardrail else "evidence"
    because = guardrail.because if guardrail else s.evidence
    if s.facts.plan.auto_rollback:
        return RollBack(name, because)
    remedy = "abort the ramp, or go back by hand: this plan does not roll back by itself"
    return Hold("harm", f"{name} shows harm: {because}", remedy, page=True, narrow_to_stage=narrowing(s))


def _held_by_a_person(s: Situation) -> Step | None:
    hold = s.ramp.hold
    if hold is None or hold.by == CLOCK.name:
        return None
    since = say(hold.since, s.facts.calendar.home_zone)
    because = f"{hold.by} holds the ramp since {since}: {hold.because}"
    remedy = hold.remedy or "a release manager releases it"
    return Hold(hold.code, because, remedy, narrow_to_stage=narrowing(s))


def _switched(s: Situation) -> Step | None:
    thrown = s.facts.watched_switches
    if not thrown:
        return None
    which = f"the switch {thrown[0]} is" if len(thrown) == 1 else f"the switches {', '.join(thrown)} are"
    remedy = "set it again, or abort the ramp" if len(thrown) == 1 else "set them again, or abort the ramp"
    return Hold("switch", f"{which} thrown", remedy, page=True, narrow_to_stage=narrowing(s))


def _frozen(s: Situation) -> Step | None:
    """Hold where every region of the step ahead is frozen, or where a freeze narrows what is exposed."""
    frozen = {region: found for region in everywhere(s) if (found := freezes_over(s, region))}
    if not frozen:
        return None
    first = s.ahead
    ahead = [region for region in first if region in frozen]
    narrow = narrowing(s, frozen)
    if not narrow and (not ahead or len(ahead) < len(first)):
        return None
    region = next(iter(ahead), next(iter(frozen)))
    zone = s.facts.calendar.zone_of(region)
    because = say_freeze(longest_freeze(frozen[region], zone), region, zone)
    opens = first_opening(s.facts.calendar, s.facts.subject, first or (region,), s.now)
    caught = caught_now(s)
    return Hold("freeze", because, _say_opening(s, opens), opens, page=caught is not None, narrow_to_stage=narrow)


def _stands_wide(s: Situation) -> Step | None:
    """Hold and page where nothing opens for long; a region that may settle now is let through."""
    caught = caught_now(s)
    if caught is None or _may_settle_somewhere(s):
        return None
    zone = s.facts.calendar.zone_of(caught.region)
    because = (
        f"the ramp stands at {s.stage.share_percent:g} %, above {s.limits.max_percent:g} %, while nothing opens"
        f"{say_place(caught.region)} from {say(caught.begins, zone)} to {say(caught.ends, zone)}"
    )
    narrower = narrower_stage(s.facts.plan, s.ramp.stage, s.facts.regions, s.limits.max_percent)
    narrow = narrower if s.facts.closed_stretch_narrow else None
    remedy = _say_opening(s, caught.ends)
    if narrower is not None:
        remedy = f"narrow it to stage {narrower} ({s.facts.plan.stages[narrower - 1].share_percent:g} %), or {remedy}"
    return Hold("closed_stretch_begun", because, remedy, caught.ends, page=True, narrow_to_stage=narrow)


def _faulty(s: Situation) -> Step | None:
    if s.finding not in FAULTY:
        return None
    return Hold(s.finding.value, s.evidence, FAULTY[s.finding], page=True)


def _late(s: Situation) -> Step | None:
    if s.now < s.facts.not_after:
        return None
    because = f"the ticket allowed widening until {say(s.facts.not_after, s.facts.calendar.home_zone)}"
    return Hold("not_after", because, LATE, page=True)


def _reaching(s: Situation) -> Step | None:
    """Publish the stage in the regions that wait for it, each at its own opening."""
    if not s.waiting:
        return None
    way = way_open(entry_of(s, s.ramp.stage, s.waiting), s.facts.not_after, s.now)
    if isinstance(way, Hold):
        return way
    if s.finding is Finding.NO_DATA and not s.facts.judged:
        return Hold("no_data", s.evidence, NO_DATA)
    return Widen(
        s.ramp.stage, way.regions, f"stage {s.ramp.stage} ({s.stage.share_percent:g} %) goes on: {way.because}"
    )


def _baking(s: Situation) -> Step | None:
    baked = later(s.since, s.stage.bake_minutes)
    if s.now >= baked:
        return None
    opens = first_opening(s.facts.calendar, s.facts.subject, s.ahead, baked)
    zone = zone_for(s.facts.calendar, s.asked)
    because = f"the bake of {say_minutes(s.stage.bake_minutes)} ends {say(baked, zone)}"
    if s.finding is Finding.NO_DATA:
        because += f"; {s.evidence}"
    return Stay(because, opens)


def _unproved(s: Situation) -> Step | None:
    """Wait for what the stage has to prove; without an answer, hold; after the longest wait, page."""
    if s.finding is Finding.PASS or (s.facts.judged and s.facts.reading is not None):
        return None
    wait = s.stage.longest_wait_minutes
    if wait and s.now >= later(s.since, wait):
        is_open = first_opening(s.facts.calendar, s.facts.subject, s.ahead, s.now) == s.now
        because = f"the longest wait of {say_minutes(wait)} is over: {s.evidence}"
        return Hold("longest_wait", because, OVERDUE, expected_at(s), page=is_open)
    if s.finding is Finding.NO_DATA:
        return Hold("no_data", s.evidence, NO_DATA)
    return Stay(s.evidence, expected_at(s))


def _go_on(s: Situation) -> Step:
    stage = s.ramp.stage + 1
    way = way_open(entry_of(s, stage, s.asked), s.facts.not_after, s.now)
    if isinstance(way, Hold):
        return way
    bake = say_minutes(s.stage.bake_minutes)
    if s.finding is Finding.PASS:
        return Promote(stage, way.regions, f"the bake of {bake} is over, {s.evidence}, {way.because}")
    because = f"promoted on judgement, not proved: the bake of {bake} is over, {s.evidence}, {way.because}"
    return Promote(stage, way.regions, because)


QUESTIONS = (
    _ended,
    _harmed,
    _held_by_a_person,
    _switched,
    _frozen,
    _stands_wide,
    _faulty,
    _late,
    _reaching,
    _baking,
    _unproved,
)
"""The table of `next_step`, in its order: what stops comes before what waits, and what waits before what widens."""

FAULTY = {
    Finding.ERROR: "mend what measures it: the ramp goes on when there is an answer",
    Finding.BOTH_ABOVE: "look at the current unit as well: the limit is broken without the candidate too",
}
NO_DATA = "see that outcomes of the candidate arrive: no answer is never a good answer"
OVERDUE = "widen the stage, allow a longer wait, or have the promotion on judgement signed"


def _may_settle_somewhere(s: Situation) -> bool:
    stage = s.ramp.stage if s.waiting else s.ramp.stage + 1
    opens = first_opening(s.facts.calendar, s.facts.subject, s.ahead, s.now)
    return stage >= len(s.facts.plan.stages) and opens == s.now


def _say_opening(s: Situation, opens: datetime | None) -> str:
    if opens is None:
        return "no window opens again within two years: change the calendar, or abort the ramp"
    return f"the next window opens {say(opens, zone_for(s.facts.calendar, s.asked))}"
