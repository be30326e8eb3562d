"""Does a region wait for those that come first, at every step of a ramp?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverframe.nouns.audiences import AudienceOrder
from leverframe.nouns.calendar import Calendar, Freeze, Scope, Subject, Window
from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.evidence import Finding, StageReading
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Clause, Hold, Promote, Ramp, RampPlan, RampState, Stage, Stay, Step, Widen
from leverframe.nouns.tables import Number
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.rules.audience_order import order_faults
from leverframe.rules.exposure import is_settled
from leverframe.rules.forecasting import forecast
from leverframe.rules.ramping import first_step, next_step
from leverframe.rules.standing import RampFacts
from leverframe.rules.tables import RampFacts as TicketFacts
from leverframe.rules.tables import TableFacts, compile_table

LONDON = "Europe/London"
ZONES = {"au": "Australia/Sydney", "eu": "Europe/Berlin", "uk": LONDON, "us": "America/New_York"}
STANDARD = Window("standard", frozenset({1, 2, 3}), time(10), time(16))
CALENDAR = Calendar(LONDON, ZONES, (STANDARD,))
CLAIMS = Subject("claims", "medium", "prompt")
ORDER = AudienceOrder(regions=(("au",), ("eu", "uk"), ("us",)))
REGIONS = ("us", "au", "eu")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(LONDON)).astimezone(UTC)


def target_of(regions: tuple[str, ...] = REGIONS, order: AudienceOrder = ORDER) -> Target:
    population = tuple(Cell(region, "everyone", 100) for region in regions)
    return Target("claims", "Claims", Tier.MEDIUM, Delivery.GATEWAY, "team", population, order=order)


def plan_of(*stages: tuple[Clause, int]) -> RampPlan:
    return RampPlan(tuple(Stage((clause,), bake) for clause, bake in stages))


ONE_BY_ONE = plan_of(
    (Clause(50, ("au",)), 60), (Clause(50, ("eu",)), 240), (Clause(50, ("us",)), 1200), (Clause(100), 0)
)
ALL_AT_ONCE = plan_of((Clause(5), 60), (Clause(50), 60), (Clause(100), 0))

# plan, the order, from -> how it goes
COURSES = [
    (
        ONE_BY_ONE, ORDER,
        "Tue 01:00 50% (au), Tue 09:00 50% (eu), Tue 15:00 50% (us), "
        "Thu 01:00 100% (au), Thu 09:00 100% (eu), Thu 15:00 100% (us)",
    ),
    (
        ONE_BY_ONE, replace(ORDER, enforced=False),
        "Tue 01:00 50% (au), Tue 09:00 50% (eu), Tue 15:00 50% (us), "
        "Wed 11:00 100% (eu), Wed 15:00 100% (us), Thu 01:00 100% (au)",
    ),
    (
        ALL_AT_ONCE, ORDER,
        "Tue 01:00 5% (au), Tue 09:00 5% (eu), Tue 15:00 5% (us), "
        "Wed 01:00 50% (au), Wed 09:00 50% (eu), Wed 15:00 50% (us), "
        "Thu 01:00 100% (au), Thu 09:00 100% (eu), Thu 15:00 100% (us)",
    ),
    (
        ALL_AT_ONCE, replace(ORDER, regions=(("us",), ("eu",), ("au",))),
        "Tue 15:00 5% (us), Wed 09:00 5% (eu), Thu 01:00 5% (au), "
        "Thu 15:00 50% (us), Tue 19 May 09:00 50% (eu), Wed 20 May 01:00 50% (au), "
        "Wed 20 May 15:00 100% (us), Thu 21 May 09:00 100% (eu), Tue 26 May 01:00 100% (au)",
    ),
]  # fmt: skip


def ask(plan: RampPlan, order: AudienceOrder, calendar: Calendar = CALENDAR, start: str = "2026-05-11T12:00"):
    policy = Policy("digest", "acme", calendar, {}, {}, (), (), {}, closed_stretch_max_percent=100)
    target = target_of(order=order)
    ends = at(start) + timedelta(days=60)
    cells = target.population
    return forecast(plan, CLAIMS, REGIONS, calendar, at(start), ends, None, cells, policy, target=target)


@pytest.mark.parametrize(("plan", "order", "course"), COURSES)
def test_each_stage_goes_from_the_first_region_to_the_last_whichever_opens_first(plan, order, course):
    assert ask(plan, order).text == course


def test_equals_go_as_they_open():
    equals = replace(ORDER, regions=(("au", "eu", "us"),))
    assert ask(ALL_AT_ONCE, equals).text == ask(ALL_AT_ONCE, replace(ORDER, enforced=False)).text


def test_a_freeze_on_the_first_region_keeps_those_behind_it_waiting():
    frozen = _quiet_week("au")
    told = ask(ALL_AT_ONCE, ORDER, replace(CALENDAR, freezes=(frozen,))).text
    assert told.startswith("Wed 01:00 5% (au), Wed 09:00 5% (eu), Wed 15:00 5% (us), Thu 01:00 50% (au)")


def test_a_freeze_on_the_last_region_keeps_nobody_but_itself():
    frozen = _quiet_week("us")
    told = ask(ALL_AT_ONCE, ORDER, replace(CALENDAR, freezes=(frozen,))).text
    assert told.startswith("Tue 01:00 5% (au), Tue 09:00 5% (eu), Wed 20 May 15:00 5% (us)")


def _quiet_week(region: str) -> Freeze:
    begins, ends = (datetime.fromisoformat(day) for day in ("2026-05-11", "2026-05-20"))
    return Freeze("quiet week", begins, ends, because="", scope=Scope(regions=frozenset({region})))


def _facts(plan: RampPlan, target: Target, regions: tuple[str, ...] = REGIONS) -> RampFacts:
    reading = StageReading(Finding.PASS, "", (), at("2026-05-11T12:00"))
    later = at("2027-01-01T00:00")
    return RampFacts(plan, CALENDAR, CLAIMS, regions, reading, later, 100.0, 48.0, False, target=target)


def _ramp(stage: int, since: str, *published: str) -> Ramp:
    reached = dict.fromkeys(published, at(since))
    return Ramp("CHG-2026-00001", "claims", RampState.RAMPING, stage, at(since), at(since), "salt", reached)


def test_the_hold_says_who_waits_for_whom_and_until_when():
    step = next_step(_ramp(3, "2026-05-19T15:00", "us"), _facts(ONE_BY_ONE, target_of()), at("2026-05-20T11:30"))
    assert isinstance(step, Hold)
    assert (step.code, step.until) == ("window", at("2026-05-21T01:00"))
    assert step.because == "it is outside the release window in au; eu comes after au; us comes after au and eu"


def test_a_bake_that_ends_while_the_first_region_is_closed_waits_for_that_region():
    step = next_step(_ramp(3, "2026-05-19T15:00", "us"), _facts(ONE_BY_ONE, target_of()), at("2026-05-19T18:00"))
    assert isinstance(step, Stay)
    assert step.until == at("2026-05-21T01:00")


def test_a_stage_that_breaks_the_order_holds_and_pages_and_is_never_published():
    """The policy has got its order while the ramp was under way, or its gate has only advised."""
    wrong = plan_of((Clause(5), 60), (Clause(50, ("us",)), 60), (Clause(100), 0))
    step = next_step(_ramp(1, "2026-05-12T09:00", *REGIONS), _facts(wrong, target_of()), at("2026-05-13T16:00"))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("order", True)
    assert "everyone in us would be at 50 % while everyone in au, which comes first, is at 5 %" in step.because
    assert "another plan" in step.remedy


def _step(ramp: Ramp | None, facts: RampFacts, now: datetime) -> Step:
    if ramp is None:
        limit = facts.closed_stretch_max_percent
        asked = (facts.plan, facts.regions, facts.calendar, facts.subject, now)
        return first_step(*asked, closed_stretch_max_percent=limit, target=facts.target)
    return next_step(ramp, facts, now)


def _published(ramp: Ramp | None, step: Promote | Widen, now: datetime) -> Ramp:
    before = ramp.published if ramp is not None and isinstance(step, Widen) else {}
    ramp = ramp or _ramp(1, "2026-05-11T12:00")
    reached = {**before, **dict.fromkeys(step.regions, now)}
    return replace(ramp, stage=step.stage, stage_since=now, published=reached)


shares = st.sampled_from([1, 5, 10, 50, 100])
some_regions = st.lists(st.sampled_from(REGIONS), max_size=2, unique=True).map(tuple)
stages = st.lists(st.tuples(st.builds(Clause, shares, some_regions), st.sampled_from([30, 240, 1440])), max_size=3)
orders = st.permutations(REGIONS).flatmap(
    lambda names: st.sampled_from([tuple((name,) for name in names), (names[:2], names[2:]), (names[:1], names[1:])])
)


@settings(max_examples=40, deadline=None)
@given(stages, orders, st.sampled_from([100, 100, 50, 0]))
def test_a_legal_ramp_settles_and_no_step_of_it_is_refused_by_the_interlock(written, groups, percent):
    target = target_of(order=AudienceOrder(regions=tuple(map(tuple, groups)), next_region_percent=percent))
    plan = plan_of()
    for stage in (*written, (Clause(100), 0)):
        longer = RampPlan((*plan.stages, *plan_of(stage).stages))
        plan = plan if list(order_faults(longer, target.population, target.order)) else longer
    facts, ramp, now = _facts(plan, target), None, at("2026-05-12T00:00")
    ends = now + timedelta(days=90)
    while now < ends and (ramp is None or not is_settled(ramp, plan, REGIONS)):
        step = _step(ramp, facts, now)
        if isinstance(step, Promote | Widen):
            ramp = _published(ramp, step, now)
            ticket = TicketFacts(ramp, plan, Unit("claims@2"), BlastRadius(300, REGIONS, 100.0))
            compile_table(Number(1, 1), TableFacts({"claims": target}, {}, [ticket]))
        else:
            assert step.until is not None, step
            assert step.until > now, step
            now = step.until
    assert ramp is not None
    assert is_settled(ramp, plan, REGIONS)
