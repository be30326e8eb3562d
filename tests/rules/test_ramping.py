"""Does a ramp widen only where, when and as far as it may?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Scope, Subject, Window
from leverframe.nouns.evidence import Finding, Reading, StageReading
from leverframe.nouns.ramps import (
    Clause,
    Hold,
    HoldRow,
    Promote,
    Ramp,
    RampPlan,
    RampState,
    RollBack,
    Stage,
    Stay,
    Widen,
)
from leverframe.rules.calendar import is_open
from leverframe.rules.exposure import is_settled, narrower_stage, reach_percent, rising, share_of_cell
from leverframe.rules.forecasting import PlannedStep, timeline
from leverframe.rules.ramping import RampFacts, first_step, next_step

LONDON, SYDNEY, NEW_YORK, BERLIN = "Europe/London", "Australia/Sydney", "America/New_York", "Europe/Berlin"
SUPPORT = Subject("customer-support", "medium", "prompt")
STANDARD = Window("standard", frozenset({1, 2, 3}), time(10), time(16))
WEEKDAYS = Window("weekdays", frozenset({0, 1, 2, 3, 4}), time(9), time(18))
CALENDAR = Calendar(LONDON, {"au": SYDNEY, "us": NEW_YORK, "eu": BERLIN}, (STANDARD,))


def at(text: str, zone: str = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def plan_of(*stages: tuple[float, int], wait: int = 0, auto_rollback: bool = True) -> RampPlan:
    made = (Stage((Clause(share),), bake, longest_wait_minutes=bake * wait) for share, bake in stages)
    return RampPlan(tuple(made), auto_rollback)


HANDBOOK = plan_of((1, 30), (10, 240), (50, 1440), (100, 0))


def read(finding: Finding = Finding.PASS, because: str = "the evidence is there", **more) -> StageReading:
    readings = (Reading("feedback_negative", finding, because, floor=True, **more),)
    return StageReading(finding, because, readings, at("2026-05-13T10:00"))


def facts_of(finding: Finding = Finding.PASS, **changes) -> RampFacts:
    facts = RampFacts(HANDBOOK, CALENDAR, SUPPORT, ("uk",), read(finding), at("2026-06-30T00:00"), 10.0, 48.0, False)
    return replace(facts, **changes)


def ramp_at(stage: int, since: str | datetime, *regions: str, **changes) -> Ramp:
    began = at(since) if isinstance(since, str) else since
    published = dict.fromkeys(regions or ("uk",), began)
    ramp = Ramp("CHG-2026-00001", SUPPORT.target, RampState.RAMPING, stage, began, began, "salt", published)
    return replace(ramp, **changes)


def drive(start: datetime, facts: RampFacts, *, days: float = 21, every: int = 15) -> list[PlannedStep]:
    """Step a ramp as the runner would, and return what it published."""
    now, ramp, steps = start, None, []
    while now < start + timedelta(days=days):
        step = _step(ramp, facts, now)
        match step:
            case Promote():
                ramp = ramp_at(step.stage, now, *step.regions, published=dict.fromkeys(step.regions, now))
            case Widen():
                assert ramp is not None
                ramp = replace(ramp, published={**ramp.published, **dict.fromkeys(step.regions, now)})
        if isinstance(step, Promote | Widen):
            share = facts.plan.stages[step.stage - 1].share_percent
            steps.append(PlannedStep(now, step.stage, share, step.regions, step.because))
        now += timedelta(minutes=every)
    return steps


def _step(ramp: Ramp | None, facts: RampFacts, now: datetime):
    if ramp is None:
        return first_step(facts.plan, facts.regions, facts.calendar, facts.subject, now)
    return next_step(ramp, facts, now)


STORIES = [
    ("2026-05-13T10:00", "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"),
    ("2026-05-12T10:00", "Tue 10:00 1%, Tue 10:30 10%, Tue 14:30 50%, Wed 14:30 100%"),
    ("2026-05-12T12:00", "Tue 12:00 1%, Tue 12:30 10%, Wed 10:00 50%, Thu 10:00 100%"),
    ("2026-05-13T11:45", "Wed 11:45 1%, Wed 12:15 10%, Tue 10:00 50%, Wed 20 May 10:00 100%"),
    ("2026-05-14T10:00", "Thu 10:00 1%, Thu 10:30 10%, Tue 10:00 50%, Wed 10:00 100%"),
    ("2026-05-14T15:00", "Thu 15:00 1%, Thu 15:30 10%, Tue 10:00 50%, Wed 10:00 100%"),
    ("2026-05-15T10:00", "Tue 10:00 1%, Tue 10:30 10%, Tue 14:30 50%, Wed 14:30 100%"),
]


@pytest.mark.parametrize(("start", "expected"), STORIES)
def test_a_ramp_of_the_handbook_goes_as_its_windows_let_it(start, expected):
    assert timeline(drive(at(start), facts_of()), LONDON) == expected


def test_a_stage_of_several_regions_is_published_region_by_region():
    steps = drive(
        at("2026-05-12T01:00"), facts_of(regions=("au", "uk", "us"), plan=plan_of((1, 30), (10, 240), (100, 0)))
    )
    expected = (
        "Tue 01:00 1% (au), Tue 10:00 1% (uk), Tue 15:00 1% (us), Tue 15:30 10% (uk, us), Wed 01:00 10% (au), "
        "Wed 05:00 100% (au), Wed 10:00 100% (uk), Wed 15:00 100% (us)"
    )
    assert timeline(steps, LONDON) == expected


def test_australia_then_the_eu_then_the_us_each_ask_their_own_window():
    stages = (
        Stage((Clause(10, regions=("au",)),), 60),
        Stage((Clause(10, regions=("eu",)),), 60),
        Stage((Clause(10, regions=("us",)),), 60),
        Stage((Clause(100),), 0),
    )
    steps = drive(at("2026-05-11T12:00"), facts_of(regions=("au", "eu", "us"), plan=RampPlan(stages)))
    assert [(step.stage, step.regions) for step in steps[:3]] == [(1, ("au",)), (2, ("eu",)), (3, ("us",))]
    assert [step.at for step in steps[:3]] == [
        at("2026-05-12T10:00", SYDNEY),
        at("2026-05-12T10:00", BERLIN),
        at("2026-05-12T10:00", NEW_YORK),
    ]


def test_bake_and_evidence_count_from_the_last_region():
    ramp = ramp_at(1, "2026-05-12T10:00", published={"uk": at("2026-05-12T10:00"), "eu": at("2026-05-12T13:00")})
    step = next_step(ramp, facts_of(regions=("uk", "eu")), at("2026-05-12T13:29"))
    assert step == Stay("the bake of 30 minutes ends Tue 12 May 2026 13:30 Europe/London", at("2026-05-12T13:30"))


def test_only_a_region_whose_exposure_rises_is_asked():
    stages = (Stage((Clause(10),), 0), Stage((Clause(10, regions=("au",)), Clause(50, regions=("uk",))), 0))
    assert rising(RampPlan(stages), 1, ("au", "uk")) == ("au", "uk")
    assert rising(RampPlan(stages), 2, ("au", "uk")) == ("uk",)


def test_a_stage_that_raises_nobodys_exposure_asks_no_window():
    stages = (Stage((Clause(10),), 0), Stage((Clause(10),), 0), Stage((Clause(100),), 0))
    step = next_step(ramp_at(1, "2026-05-14T10:00"), facts_of(plan=RampPlan(stages)), at("2026-05-16T12:00"))
    assert step == Promote(2, (), "the bake of 0 minutes is over, the evidence is there, it raises nobody's exposure")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([Clause(10)], [Clause(10)], False),
        ([Clause(10)], [Clause(11)], True),
        ([Clause(50)], [Clause(10, rings=("internal",))], False),
        ([Clause(10)], [Clause(50, rings=("internal",))], True),
        ([Clause(50, rings=("internal",))], [Clause(10)], True),
        ([Clause(50, rings=("internal",))], [Clause(50, rings=("internal",)), Clause(40, rings=("partners",))], True),
        ([Clause(10, cohorts=("free",))], [Clause(10)], True),
        ([Clause(10)], [Clause(10, cohorts=("free",))], False),
        ([Clause(10)], [Clause(50, regions=("au",))], False),
    ],
)
def test_exposure_rises_if_any_ring_or_cohort_of_the_region_does(first, second, expected):
    plan = RampPlan((Stage(tuple(first), 0), Stage(tuple(second), 0)))
    assert (rising(plan, 2, ("uk",)) == ("uk",)) is expected


def test_a_ticket_without_regions_still_asks_the_home_window():
    facts = facts_of(regions=())
    step = next_step(ramp_at(1, "2026-05-14T10:00", "everywhere"), facts, at("2026-05-15T10:00"))
    assert isinstance(step, Hold)
    assert step.code == "window"


def test_outside_the_window_a_ramp_holds_and_says_when_it_opens():
    step = next_step(ramp_at(1, "2026-05-13T15:45"), facts_of(), at("2026-05-13T16:15"))
    expected = Hold(
        "window",
        "it is outside the release window in uk",
        "the next window opens Thu 14 May 2026 10:00 Europe/London",
        at("2026-05-14T10:00"),
    )
    assert step == expected


def test_the_ramp_begins_only_in_a_window():
    step = first_step(HANDBOOK, ("uk",), CALENDAR, SUPPORT, at("2026-05-15T10:00"))
    assert isinstance(step, Hold)
    assert (step.code, step.until) == ("window", at("2026-05-19T10:00"))


FREEZE = Freeze("quarter close", at("2026-05-13T12:00"), at("2026-05-14T12:00"), because="finance closes")


def frozen(**changes) -> Calendar:
    return replace(CALENDAR, freezes=(replace(FREEZE, **changes),))


def test_a_freeze_that_begins_in_mid_ramp_holds_it_where_it_stands():
    step = next_step(ramp_at(2, "2026-05-13T10:30"), facts_of(calendar=frozen()), at("2026-05-13T12:00"))
    assert step == Hold(
        "freeze",
        "the freeze quarter close (finance closes) holds in uk until Thu 14 May 2026 12:00 Europe/London",
        "the next window opens Thu 14 May 2026 12:00 Europe/London",
        at("2026-05-14T12:00"),
    )


def test_a_ramp_goes_on_when_the_freeze_has_ended():
    steps = drive(at("2026-05-12T10:00"), facts_of(calendar=frozen(starts=at("2026-05-12T12:00"))))
    expected = "Tue 10:00 1%, Tue 10:30 10%, Tue 10:00 50%, Wed 20 May 10:00 100%"
    assert timeline(steps, LONDON).replace("Tue 19 May", "Tue") == expected


@pytest.mark.parametrize(("stage", "narrower"), [(3, 2), (2, None), (1, None)])
def test_a_freeze_that_narrows_goes_to_the_widest_stage_that_may_stand(stage, narrower):
    calendar = frozen(during_ramp=DuringRamp.NARROW)
    step = next_step(ramp_at(stage, "2026-05-13T10:30"), facts_of(calendar=calendar), at("2026-05-13T12:00"))
    assert isinstance(step, Hold)
    assert (step.code, step.narrow_to_stage) == ("freeze", narrower)


def test_where_no_stage_is_narrow_enough_the_first_is_taken():
    assert narrower_stage(plan_of((20, 0), (50, 0), (100, 0)), 3, ("uk",), 10.0) == 1


def test_a_freeze_of_one_region_lets_the_others_go_on():
    calendar = frozen(scope=Scope(regions=frozenset({"uk"})))
    ramp = ramp_at(1, "2026-05-13T10:00", "uk", "eu")
    step = next_step(ramp, facts_of(calendar=calendar, regions=("uk", "eu")), at("2026-05-13T12:00"))
    assert isinstance(step, Promote)
    assert step.regions == ("eu",)
    later = replace(ramp, stage=2, published={"eu": at("2026-05-13T12:00")})
    waiting = next_step(later, facts_of(calendar=calendar, regions=("uk", "eu")), at("2026-05-13T12:15"))
    assert isinstance(waiting, Hold)
    assert waiting.code == "freeze"


HARM = "3 times as many people met negative feedback"
HARMED = read(Finding.HARM, HARM)
ANY_HOUR = ["2026-05-13T11:00", "2026-05-13T23:00", "2026-05-16T03:00", "2026-12-25T00:00"]


@pytest.mark.parametrize("moment", ANY_HOUR)
@pytest.mark.parametrize("hold", [None, HoldRow("remi", "person", "let me look", at("2026-05-13T10:40"))])
@pytest.mark.parametrize("switches", [(), ("feature/customer-support",)])
def test_harm_rolls_back_at_any_hour_even_while_a_person_or_a_switch_holds_it(moment, hold, switches):
    facts = facts_of(reading=HARMED, watched_switches=switches, calendar=frozen(), judged=True)
    step = next_step(ramp_at(2, "2026-05-13T10:30", hold=hold), facts, at(moment))
    assert step == RollBack("feedback_negative", HARM)


def test_without_auto_rollback_harm_holds_and_pages():
    facts = facts_of(reading=HARMED, plan=replace(HANDBOOK, auto_rollback=False))
    step = next_step(ramp_at(2, "2026-05-13T10:30"), facts, at("2026-05-13T11:00"))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("harm", True)
    assert step.because == f"feedback_negative shows harm: {HARM}"


def test_a_persons_hold_is_never_passed_by_automation():
    hold = HoldRow("remi", "person", "the numbers look odd", at("2026-05-13T10:40"))
    facts = facts_of(judged=True)
    for hours in range(0, 400, 5):
        step = next_step(
            ramp_at(1, "2026-05-13T10:00", hold=hold), facts, at("2026-05-13T10:45") + timedelta(hours=hours)
        )
        assert isinstance(step, Hold)
        assert step.because == "remi holds the ramp since Wed 13 May 2026 10:40 Europe/London: the numbers look odd"


def test_a_hold_by_the_clock_ends_by_itself():
    hold = HoldRow("clock", "window", "it was closed", at("2026-05-13T10:10"))
    step = next_step(ramp_at(1, "2026-05-13T10:00", hold=hold), facts_of(), at("2026-05-13T10:30"))
    assert isinstance(step, Promote)


@pytest.mark.parametrize(
    ("switches", "because"),
    [
        (("model/openai.gpt-4o",), "the switch model/openai.gpt-4o is thrown"),
        (("feature/a", "model/b"), "the switches feature/a, model/b are thrown"),
    ],
)
def test_a_switch_thrown_on_its_feature_or_models_holds_the_ramp(switches, because):
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(watched_switches=switches), at("2026-05-13T10:30"))
    assert isinstance(step, Hold)
    assert (step.code, step.because) == ("switch", because)


AFTER_BAKE = at("2026-05-13T10:30")
FINDINGS = [
    # finding, judged, answer, code
    (Finding.PASS, False, Promote, ""),
    (Finding.PASS, True, Promote, ""),
    (Finding.CONTINUE, False, Stay, ""),
    (Finding.CONTINUE, True, Promote, ""),
    (Finding.NO_DATA, False, Hold, "no_data"),
    (Finding.NO_DATA, True, Promote, ""),
    (Finding.BOTH_ABOVE, False, Hold, "both_above"),
    (Finding.BOTH_ABOVE, True, Hold, "both_above"),
    (Finding.ERROR, False, Hold, "error"),
    (Finding.ERROR, True, Hold, "error"),
    (Finding.HARM, False, RollBack, ""),
    (Finding.HARM, True, RollBack, ""),
]


@pytest.mark.parametrize(("finding", "judged", "answer", "code"), FINDINGS)
def test_after_the_bake_only_a_pass_or_a_judgement_promotes(finding, judged, answer, code):
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(finding, judged=judged), AFTER_BAKE)
    assert isinstance(step, answer)
    assert getattr(step, "code", "") == code


def test_the_table_of_findings_names_them_all():
    assert {(finding, judged) for finding, judged, *_ in FINDINGS} == {(f, j) for f in Finding for j in (True, False)}


def test_no_reading_at_all_holds_even_where_it_is_judged():
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(reading=None, judged=True), AFTER_BAKE)
    assert isinstance(step, Hold)
    assert step.code == "no_data"


@pytest.mark.parametrize("finding", [f for f in Finding if f is not Finding.HARM])
@pytest.mark.parametrize("judged", [True, False])
def test_nothing_passes_before_the_bake_is_over(finding, judged):
    before = AFTER_BAKE - timedelta(seconds=1)
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(finding, judged=judged), before)
    assert isinstance(step, Stay | Hold)


def test_a_promotion_on_judgement_is_called_not_proved():
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(Finding.CONTINUE, judged=True), AFTER_BAKE)
    assert isinstance(step, Promote)
    assert step.because.startswith("promoted on judgement, not proved: ")


def test_waiting_for_evidence_says_when_it_is_expected():
    reading = read(Finding.CONTINUE, "12 more minutes", wait_minutes=12.0)
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(reading=reading), AFTER_BAKE)
    assert step == Stay("12 more minutes", AFTER_BAKE + timedelta(minutes=12))


@pytest.mark.parametrize(("moment", "page"), [("2026-05-13T11:30", True), ("2026-05-13T22:00", False)])
def test_the_longest_wait_holds_and_pages_in_an_open_window(moment, page):
    plan = plan_of((1, 30), (10, 240), (100, 0), wait=3)
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(Finding.CONTINUE, plan=plan), at(moment))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("longest_wait", page)
    assert step.because == "the longest wait of 1 hour 30 minutes is over: the evidence is there"
    assert "promotion on judgement" in step.remedy


def test_evidence_that_comes_after_the_longest_wait_still_promotes():
    plan = plan_of((1, 30), (10, 240), (100, 0), wait=3)
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts_of(plan=plan), at("2026-05-13T14:00"))
    assert isinstance(step, Promote)


@pytest.mark.parametrize("moment", ["2026-05-13T12:00", "2026-05-13T13:00", "2026-05-14T11:00"])
def test_nothing_widens_after_the_ticket_allows(moment):
    facts = facts_of(not_after=at("2026-05-13T12:00"))
    step = next_step(ramp_at(1, "2026-05-13T10:00"), facts, at(moment))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("not_after", True)
    assert "2026 12:00 Europe/London" in step.because
    assert "not_after" in step.remedy


@pytest.mark.parametrize(("not_after", "code"), [("2026-05-14T10:00", "not_after"), ("2026-05-14T10:01", "window")])
def test_the_ticket_ends_at_its_not_after_and_no_step_is_taken_at_that_moment(not_after, code):
    step = next_step(ramp_at(1, "2026-05-13T15:45"), facts_of(not_after=at(not_after)), at("2026-05-13T16:15"))
    assert isinstance(step, Hold)
    assert step.code == code


def test_a_bake_that_outlasts_the_ticket_pages_at_its_end():
    step = next_step(
        ramp_at(2, "2026-05-13T10:00"), facts_of(not_after=at("2026-05-13T12:00")), at("2026-05-13T12:00")
    )
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("not_after", True)


@pytest.mark.parametrize(("not_after", "page"), [("2026-05-19T10:00", True), ("2026-05-19T10:01", False)])
def test_a_closed_stretch_that_outlasts_the_ticket_pages(not_after, page):
    step = next_step(ramp_at(2, "2026-05-14T10:30"), facts_of(not_after=at(not_after)), at("2026-05-14T14:30"))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("closed_stretch", page)


@pytest.mark.parametrize(
    ("finding", "judged", "answer"),
    [
        (Finding.PASS, False, Widen),
        (Finding.CONTINUE, False, Widen),
        (Finding.NO_DATA, False, Hold),
        (Finding.NO_DATA, True, Widen),
        (Finding.ERROR, True, Hold),
    ],
)
def test_further_regions_follow_unless_there_is_no_answer_from_the_first(finding, judged, answer):
    facts = facts_of(finding, judged=judged, regions=("eu", "uk"))
    step = next_step(ramp_at(2, "2026-05-13T09:00", "eu"), facts, at("2026-05-13T10:00"))
    assert isinstance(step, answer)
    assert not isinstance(step, Widen) or step.regions == ("uk",)


def test_a_region_that_has_settled_does_not_stand_and_one_that_waits_stands_where_it_was():
    facts = facts_of(plan=plan_of((10, 30), (100, 0)), regions=("uk", "us"))
    step = next_step(ramp_at(2, "2026-05-14T15:00", "uk"), facts, at("2026-05-15T12:00"))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("window", False)


def test_a_freeze_narrows_only_what_is_exposed_where_it_holds():
    stages = (Stage((Clause(10, ("uk",)),), 0), Stage((Clause(50, ("uk",)),), 9000), Stage((Clause(100),), 0))
    facts = facts_of(plan=RampPlan(stages), regions=("uk", "eu"), closed_stretch_max_percent=20.0)
    ramp, now = ramp_at(2, "2026-05-13T10:30"), at("2026-05-13T12:00")
    for region, answer in (("eu", Stay), ("uk", Hold)):
        scope = Scope(regions=frozenset({region}))
        calendar = frozen(during_ramp=DuringRamp.NARROW, scope=scope)
        assert isinstance(next_step(ramp, replace(facts, calendar=calendar), now), answer)


def test_an_opening_that_comes_too_late_is_said_at_once():
    facts = facts_of(not_after=at("2026-05-14T09:00"))
    step = next_step(ramp_at(1, "2026-05-13T15:45"), facts, at("2026-05-13T16:15"))
    assert isinstance(step, Hold)
    assert step.code == "not_after"
    assert step.because == (
        "stage 2 (10 %) could be published Thu 14 May 2026 10:00 Europe/London at the earliest, "
        "and the ticket allows widening until Thu 14 May 2026 09:00 Europe/London"
    )


def test_a_wide_stage_is_not_entered_before_a_weekend_that_it_would_stand_through():
    step = next_step(ramp_at(2, "2026-05-14T10:30"), facts_of(), at("2026-05-14T14:30"))
    assert step == Hold(
        "closed_stretch",
        "stage 3 (50 %) bakes for 1 day and could not be left before the closed stretch in uk "
        "from Thu 14 May 2026 16:00 Europe/London to Tue 19 May 2026 10:00 Europe/London",
        "it goes on Tue 19 May 2026 10:00 Europe/London",
        at("2026-05-19T10:00"),
    )


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Hold),
        ({"closed_stretch_max_percent": 50.0}, Promote),
        ({"closed_stretch_hours": 115.0}, Promote),
        ({"closed_stretch_hours": 114.0}, Hold),
        ({"calendar": replace(CALENDAR, windows=(replace(STANDARD, weekdays=frozenset(range(7))),))}, Promote),
    ],
)
def test_what_counts_as_wide_and_as_a_closed_stretch_is_policy(changes, answer):
    assert isinstance(next_step(ramp_at(2, "2026-05-14T10:30"), facts_of(**changes), at("2026-05-14T14:30")), answer)


def test_settlement_is_entered_before_a_weekend():
    step = next_step(ramp_at(3, "2026-05-13T14:30"), facts_of(), at("2026-05-14T15:59"))
    assert isinstance(step, Promote)
    assert step.stage == 4


def test_a_ramp_does_not_begin_wide_before_a_weekend():
    plan = plan_of((50, 1440), (100, 0))
    held = first_step(plan, ("uk",), CALENDAR, SUPPORT, at("2026-05-14T10:00"))
    assert isinstance(held, Hold)
    assert (held.code, held.until) == ("closed_stretch", at("2026-05-19T10:00"))


def test_a_stage_that_fits_between_no_two_closed_stretches_says_so_and_pages():
    facts = facts_of(plan=plan_of((10, 30), (50, 4000), (100, 0)))
    step = next_step(ramp_at(1, "2026-05-12T10:00"), facts, at("2026-05-12T10:30"))
    assert isinstance(step, Hold)
    assert (step.code, step.until, step.page) == ("closed_stretch", None, True)
    assert "no entry fits" in step.remedy


def test_going_on_after_the_tickets_end_pages_now():
    facts = facts_of(not_after=at("2026-05-16T00:00"))
    step = next_step(ramp_at(2, "2026-05-14T10:30"), facts, at("2026-05-14T14:30"))
    assert isinstance(step, Hold)
    assert (step.code, step.page) == ("closed_stretch", True)
    assert "not_after" in step.remedy


@pytest.mark.parametrize(("narrow", "to_stage"), [(False, None), (True, 2)])
def test_standing_wide_in_a_closed_stretch_holds_pages_and_offers_to_narrow(narrow, to_stage):
    facts = facts_of(Finding.CONTINUE, closed_stretch_narrow=narrow)
    step = next_step(ramp_at(3, "2026-05-13T14:30"), facts, at("2026-05-14T16:00"))
    assert step == Hold(
        "closed_stretch_begun",
        "the ramp stands at 50 %, above 10 %, while nothing opens in uk "
        "from Thu 14 May 2026 16:00 Europe/London to Tue 19 May 2026 10:00 Europe/London",
        "narrow it to stage 2 (10 %), or the next window opens Tue 19 May 2026 10:00 Europe/London",
        at("2026-05-19T10:00"),
        page=True,
        narrow_to_stage=to_stage,
    )


@pytest.mark.parametrize("stage", [1, 2])
def test_standing_narrow_in_a_closed_stretch_is_no_reason_to_page(stage):
    step = next_step(ramp_at(stage, "2026-05-14T15:00"), facts_of(Finding.CONTINUE), at("2026-05-16T12:00"))
    assert not getattr(step, "page", False)


def test_a_person_who_holds_does_not_keep_policy_from_narrowing():
    hold = HoldRow("remi", "person", "wait", at("2026-05-14T10:00"))
    facts = facts_of(closed_stretch_narrow=True)
    step = next_step(ramp_at(3, "2026-05-13T14:30", hold=hold), facts, at("2026-05-15T12:00"))
    assert isinstance(step, Hold)
    assert (step.code, step.narrow_to_stage) == ("person", 2)


def test_a_region_may_settle_while_another_regions_weekend_has_begun():
    facts = facts_of(regions=("au", "us"))
    ramp = ramp_at(3, "2026-05-12T16:00", "au", "us")
    step = next_step(ramp, facts, at("2026-05-14T11:00", NEW_YORK))  # Friday in Sydney
    assert isinstance(step, Promote)
    assert (step.stage, step.regions) == (4, ("us",))
    left = replace(ramp, stage=4, published={"us": at("2026-05-14T11:00", NEW_YORK)})
    waiting = next_step(left, facts, at("2026-05-14T11:15", NEW_YORK))
    assert isinstance(waiting, Hold)
    assert (waiting.code, waiting.page, waiting.until) == (
        "closed_stretch_begun",
        True,
        at("2026-05-19T10:00", SYDNEY),
    )


def test_the_last_stage_published_in_all_its_regions_is_settlement():
    facts = facts_of(regions=("au", "uk"))
    half, whole = ramp_at(4, "2026-05-14T10:00", "au"), ramp_at(4, "2026-05-14T10:00", "au", "uk")
    assert not is_settled(half, HANDBOOK, facts.regions)
    assert is_settled(whole, HANDBOOK, facts.regions)
    assert isinstance(next_step(half, facts, at("2026-05-14T10:15")), Widen)
    assert next_step(whole, facts, at("2026-05-14T10:15")) == Stay(
        "the last stage has reached every region: the ramp is settled"
    )


@pytest.mark.parametrize("state", [s for s in RampState if s is not RampState.RAMPING])
def test_a_ramp_that_has_ended_goes_nowhere(state):
    step = next_step(ramp_at(2, "2026-05-13T10:30", state=state), facts_of(Finding.HARM), at("2026-05-13T15:00"))
    assert isinstance(step, Stay)


def test_reach_is_the_widest_of_this_and_earlier_stages():
    plan = RampPlan((Stage((Clause(50, rings=("internal",)),), 0), Stage((Clause(10, regions=("uk",)),), 0)))
    assert [reach_percent(plan, stage, "uk") for stage in (0, 1, 2)] == [0.0, 50.0, 50.0]
    assert share_of_cell(plan, 2, "uk", "everyone") == 0.1
    assert share_of_cell(plan, 2, "au", "everyone") == 0.0
    assert share_of_cell(plan, 2, "au", "internal") == 0.5


# Properties

REGIONS = ("au", "eu", "uk", "us")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001
clauses = st.builds(
    Clause,
    st.sampled_from([1.0, 5.0, 10.0, 25.0, 50.0]),
    st.lists(st.sampled_from(REGIONS), max_size=2, unique=True).map(tuple),
    st.lists(st.sampled_from(["internal", "partners"]), max_size=1).map(tuple),
)
stages = st.builds(
    Stage, st.lists(clauses, min_size=1, max_size=3).map(tuple), st.integers(0, 2000), longest_wait_minutes=st.just(0)
)
plans = st.lists(stages, min_size=1, max_size=3).map(lambda some: RampPlan((*some, Stage((Clause(100.0),), 0))))
calendars = st.builds(
    lambda windows, freezes: replace(CALENDAR, windows=tuple(windows), freezes=tuple(freezes)),
    st.lists(st.sampled_from([STANDARD, WEEKDAYS]), min_size=1, max_size=2),
    st.lists(
        st.builds(
            lambda starts, hours, during, scope: Freeze("f", starts, starts + hours, "", scope, during),
            st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001
            st.timedeltas(timedelta(hours=1), timedelta(hours=400)),
            st.sampled_from(DuringRamp),
            st.frozensets(st.sampled_from(REGIONS), max_size=2).map(lambda some: Scope(regions=some)),
        ),
        max_size=3,
    ),
)
regions = st.lists(st.sampled_from(REGIONS), min_size=1, max_size=4, unique=True).map(tuple)
seen = st.sampled_from([Finding.PASS, Finding.PASS, Finding.CONTINUE, Finding.NO_DATA, Finding.ERROR, Finding.HARM])


@settings(max_examples=60, deadline=None)
@given(
    plans,
    calendars,
    regions,
    moments,
    st.lists(
        st.tuples(st.integers(5, 900), seen, st.sampled_from([False, False, False, True])), min_size=20, max_size=80
    ),
)
def test_exposure_rises_only_in_open_windows_one_stage_at_a_time_and_never_while_a_person_holds(
    plan, calendar, regions, now, looks
):
    ramp = None
    for minutes, finding, is_held in looks:
        now += timedelta(minutes=minutes)
        hold = HoldRow("remi", "person", "wait", now) if is_held else None
        facts = facts_of(finding, plan=plan, calendar=calendar, regions=regions, not_after=at("2027-06-01T00:00"))
        held = replace(ramp, hold=hold) if ramp else None
        step = _step(held, facts, now)
        if isinstance(step, RollBack):
            assert finding is Finding.HARM
            return
        if not isinstance(step, Promote | Widen):
            continue
        before = ramp.stage if ramp else 0
        assert step.stage == before + isinstance(step, Promote)
        assert set(step.regions) <= set(rising(plan, step.stage, regions))
        assert all(is_open(calendar, SUPPORT, region, now) for region in step.regions)
        assert ramp is None or not is_held
        if isinstance(step, Promote) and ramp is not None:
            assert set(rising(plan, before, regions)) <= set(ramp.published)
            assert finding is Finding.PASS
            last = max(ramp.published.values(), default=ramp.stage_since)
            assert now >= last + timedelta(minutes=plan.stages[before - 1].bake_minutes)
        published = dict.fromkeys(step.regions, now)
        kept = ramp.published if ramp and isinstance(step, Widen) else {}
        ramp = ramp_at(step.stage, now, published={**kept, **published})


@settings(max_examples=60, deadline=None)
@given(calendars, regions, moments, st.integers(60, 3000))
def test_no_wide_stage_is_entered_that_cannot_be_left_before_a_long_closed_stretch(calendar, regions, now, bake):
    plan = plan_of((10, 0), (50, bake), (100, 0))
    facts = facts_of(plan=plan, calendar=calendar, regions=regions[:1], not_after=at("2028-01-01T00:00"))
    step = next_step(ramp_at(1, now - timedelta(minutes=5), *regions[:1]), facts, now)
    if isinstance(step, Promote):
        baked = now + timedelta(minutes=bake)
        closed = 0
        while now < baked or not is_open(calendar, SUPPORT, regions[0], now):
            closed = 0 if is_open(calendar, SUPPORT, regions[0], now) else closed + 5
            assert closed < 48 * 60 + 5
            now += timedelta(minutes=5)
