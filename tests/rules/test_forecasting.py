"""Does a forecast say what the ramp will do?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from math import inf, log
from random import Random
from zoneinfo import ZoneInfo

import pytest
from tests.rules.proofs import log_ruled_out

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Subject, Window
from leverframe.nouns.evidence import CellCounts, Finding, Reading, StageReading
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Clause, Floor, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.targets import Cell
from leverframe.nouns.verdicts import Outcome
from leverframe.rules.evidence import labels
from leverframe.rules.evidence_time import P50, P90, Traffic, events_needed, exposed_cells, wait_for
from leverframe.rules.forecasting import Forecast, PlannedStep, forecast, timeline

LONDON, SYDNEY = "Europe/London", "Australia/Sydney"
SUPPORT = Subject("customer-support", "medium", "prompt")
STANDARD = Window("standard", frozenset({1, 2, 3}), time(10), time(16))
CALENDAR = Calendar(LONDON, {"au": SYDNEY}, (STANDARD,))
POLICY = Policy("digest", "acme", CALENDAR, {}, {}, (), (), {})
FLOORS = {10: (Floor("feedback_negative", 3.0),), 50: (Floor("feedback_negative", 2.0),)}


def at(text: str, zone: str = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def plan_of(*stages: tuple[float, int], waits: float = 6.0) -> RampPlan:
    return RampPlan(tuple(Stage((Clause(s),), b, (), FLOORS.get(int(s), ()), int(b * waits)) for s, b in stages))


HANDBOOK = plan_of((1, 30), (10, 240), (50, 1440), (100, 0))


def steady(units: float, bad: float = 0.05) -> Traffic:
    return Traffic(dict.fromkeys(range(24), units), {"feedback_negative": bad})


def ask(start: str, **changes) -> Forecast:
    asked = {
        "plan": HANDBOOK,
        "subject": SUPPORT,
        "regions": ("uk",),
        "calendar": CALENDAR,
        "not_after": at(start) + timedelta(days=30),
        "traffic": steady(100),
        "population": (Cell("uk", "everyone", 4_000_000),),
        "policy": POLICY,
        **changes,
    }
    return forecast(starts_at=at(start), **asked)


def standing(stage: int, since: str) -> Ramp:
    return Ramp("CHG-2026-00001", "", RampState.RAMPING, stage, at(since), at(since), "salt", {"uk": at(since)})


def looked(*left: float | None) -> StageReading:
    floors = tuple(
        Reading("feedback_negative", Finding.CONTINUE, "", floor=True, bound=3.0, wait_minutes=m) for m in left
    )
    return StageReading(Finding.CONTINUE, "", floors, at("2026-05-13T12:30"))


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (looked(90.0), "Wed 14:30 50%, Thu 14:30 100%"),
        (looked(180.0), "Wed 15:30 50%, Thu 15:30 100%"),
        (looked(0.0), "Wed 14:30 50%, Thu 14:30 100%"),
        (looked(300.0), "Tue 10:00 50%, Wed 10:00 100%"),
        (None, "Wed 14:30 50%, Thu 14:30 100%"),
        (looked(None), "Wed 14:30 50%, Thu 14:30 100%"),
    ],
)
def test_a_ramp_under_way_is_forecast_from_where_it_stands_by_what_it_has_read(reading, expected):
    under_way = standing(2, "2026-05-13T10:30")
    told = ask("2026-05-13T12:30", under_way=under_way, reading=reading)
    assert told.text == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-05-13T10:00", "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"),
        ("2026-05-14T10:00", "Thu 10:00 1%, Thu 10:30 10%, Tue 10:00 50%, Wed 10:00 100%"),
        ("2026-05-12T12:00", "Tue 12:00 1%, Tue 12:30 10%, Wed 10:00 50%, Thu 10:00 100%"),
        ("2026-05-13T11:45", "Wed 11:45 1%, Wed 12:15 10%, Tue 10:00 50%, Wed 20 May 10:00 100%"),
        ("2026-05-14T15:00", "Thu 15:00 1%, Thu 15:30 10%, Tue 10:00 50%, Wed 10:00 100%"),
        ("2026-05-09T09:00", "Tue 10:00 1%, Tue 10:30 10%, Tue 14:30 50%, Wed 14:30 100%"),
    ],
)
@pytest.mark.parametrize("traffic", [None, steady(100)])
def test_the_handbooks_ramp_is_forecast_to_the_minute(start, expected, traffic):
    told = ask(start, traffic=traffic)
    assert told.text == expected
    assert told.p50 == told.p90 or traffic is not None
    assert [verdict.outcome for verdict in told.verdicts] == [Outcome.MET]


def test_the_worked_example_settles_on_thursday_afternoon():
    told = ask("2026-05-13T10:00")
    assert told.settles_p50 == told.settles_p90 == at("2026-05-14T14:30")
    assert told.verdicts[0].because == "it would settle Thu 14 May 2026 14:30 Europe/London"


def test_a_thursday_start_shows_that_it_stands_through_the_weekend():
    told = ask("2026-05-14T10:00")
    assert told.verdicts[0].because == (
        "it would settle Wed 20 May 2026 10:00 Europe/London; it would stand at 10 % "
        "from Thu 14 May 2026 10:30 Europe/London to Tue 19 May 2026 10:00 Europe/London"
    )


def test_where_wide_standing_is_allowed_it_stands_at_50_percent_over_the_weekend():
    told = ask("2026-05-14T10:00", policy=replace(POLICY, closed_stretch_max_percent=50.0))
    assert told.text == "Thu 10:00 1%, Thu 10:30 10%, Thu 14:30 50%, Tue 10:00 100%"


def test_unknown_traffic_is_assumed_to_fit_in_the_bake_and_the_forecast_says_so():
    told = ask("2026-05-13T10:00", traffic=None)
    assert told.verdicts[0].because.endswith(
        "how often people meet negative feedback is not known, so that its evidence is assumed to fit in each bake"
    )
    other = ask("2026-05-13T10:00", traffic=Traffic({12: 100.0}, {"error": 0.01}))
    assert other.verdicts == told.verdicts


def test_little_traffic_makes_the_ramp_wait_for_its_evidence():
    told = ask("2026-05-12T10:00", traffic=steady(2))
    assert told.text == "Tue 10:00 1%, Tue 10:30 10%, Wed 10:00 50%, Thu 10:00 100%"
    assert told.settles_p90 is not None
    assert told.settles_p50 is not None
    assert told.settles_p90 >= told.settles_p50


def test_evidence_that_may_come_after_the_longest_wait_is_an_unmet_requirement():
    told = ask(
        "2026-05-12T10:00", plan=plan_of((1, 30), (10, 240), (50, 1440), (100, 0), waits=2.0), traffic=steady(3)
    )
    unmet = told.verdicts[0]
    assert (unmet.gate, unmet.outcome) == ("forecast", Outcome.NOT_MET)
    assert unmet.because.startswith("stage 2 (10 %) may need ")
    assert unmet.because.endswith(
        "to rule out that 3 times as many people meet negative feedback (p90), and its longest wait is 8 hours"
    )
    for remedy in (
        "widen the stage",
        "a longer wait",
        "an internal ring with paired evals",
        "promotion on judgement",
    ):
        assert remedy in unmet.remedy
    assert "AI Risk" not in unmet.remedy


def test_on_high_the_judgement_needs_ai_risk_too():
    told = ask("2026-05-12T10:00", traffic=steady(0.5), subject=replace(SUPPORT, tier="high"))
    assert "AI Risk" in told.verdicts[0].remedy


@pytest.mark.parametrize("traffic", [steady(0), steady(100, bad=0.0), Traffic({}, {"feedback_negative": 0.1})])
def test_where_nothing_bad_ever_happens_the_evidence_never_comes(traffic):
    told = ask("2026-05-12T10:00", traffic=traffic)
    assert told.text == "Tue 10:00 1%, Tue 10:30 10%"
    assert told.settles_p50 is None
    assert [verdict.outcome for verdict in told.verdicts] == [Outcome.NOT_MET]
    assert "more than 60 days" in told.verdicts[0].because


def test_without_a_longest_wait_evidence_that_never_comes_is_still_unmet():
    told = ask("2026-05-12T10:00", plan=plan_of((10, 30), (100, 0), waits=0.0), traffic=steady(0))
    assert told.verdicts[0].because == (
        "stage 1 (10 %) may need more than 60 days to rule out that 3 times as many people meet negative feedback "
        "(p90), and it would stand there without an end"
    )


def test_a_ramp_that_does_not_end_within_its_ticket_says_where_it_stops():
    told = ask("2026-05-13T10:00", not_after=at("2026-05-14T12:00"))
    assert told.settles_p50 is None
    assert told.text == "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%"
    unmet = told.verdicts[0]
    assert unmet.outcome is Outcome.NOT_MET
    assert unmet.because.startswith("the ramp would stop at 50 %: the ticket allowed widening until ")
    assert "not_after" in unmet.remedy


def test_a_ramp_that_cannot_begin_says_so():
    told = ask("2026-05-15T10:00", not_after=at("2026-05-16T00:00"))
    assert (told.p50, told.text, told.settles_p50) == ((), "", None)
    assert told.verdicts[0].because.startswith("the ramp would not begin: it could begin Tue 19 May 2026 10:00")


def test_a_calendar_without_windows_is_an_unmet_requirement():
    told = ask("2026-05-15T10:00", calendar=replace(CALENDAR, windows=()))
    assert told.verdicts[0].because == (
        "the ramp would not begin: no release window speaks of customer-support in uk"
    )


def test_a_bake_that_fits_between_no_two_weekends_is_an_unmet_requirement():
    told = ask("2026-05-12T10:00", plan=plan_of((10, 30), (50, 4000), (100, 0)))
    assert "no entry fits" in told.verdicts[0].remedy


def test_a_freeze_in_mid_ramp_is_in_the_forecast():
    close = Freeze("close", datetime(2026, 5, 13, 12), datetime(2026, 5, 19, 12))  # noqa: DTZ001
    told = ask("2026-05-13T10:00", calendar=replace(CALENDAR, freezes=(close,)))
    assert told.text == "Wed 10:00 1%, Wed 10:30 10%, Tue 12:00 50%, Wed 20 May 12:00 100%"


def test_a_freeze_that_narrows_is_in_the_forecast():
    night = Freeze("night", datetime(2026, 5, 13, 20), datetime(2026, 5, 14, 14), during_ramp=DuringRamp.NARROW)  # noqa: DTZ001
    told = ask("2026-05-13T10:00", calendar=replace(CALENDAR, freezes=(night,)))
    expected = "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Wed 20:00 10%, Tue 10:00 50%, Wed 20 May 10:00 100%"
    assert told.text == expected


@pytest.mark.parametrize(
    ("narrow", "expected"),
    [
        (False, "Wed 10:00 10%, Wed 10:30 50%, Tue 10:00 100%"),
        (True, "Wed 10:00 10%, Wed 10:30 50%, Thu 16:00 10%, Tue 10:00 50%, Thu 21 May 10:00 100%"),
    ],
)
def test_evidence_that_outlasts_the_week_is_forecast_as_the_policy_treats_it(narrow, expected):
    wide = Stage((Clause(50),), 1440, (), (Floor("feedback_negative", 1.25),))
    plan = RampPlan((Stage((Clause(10),), 30), wide, Stage((Clause(100),), 0)))
    policy = replace(POLICY, closed_stretch_narrow=narrow)
    assert ask("2026-05-13T10:00", plan=plan, policy=policy, traffic=steady(5)).text == expected


def test_each_region_is_forecast_in_its_own_window():
    told = ask("2026-05-12T00:00", regions=("au", "uk"), plan=plan_of((1, 30), (100, 0)), population=())
    assert told.text == "Tue 01:00 1% (au), Tue 10:00 1% (uk), Tue 10:30 100% (uk), Wed 01:00 100% (au)"
    assert told.settles_p50 == at("2026-05-13T10:00", SYDNEY)


def test_a_timeline_names_regions_and_dates_only_where_they_are_needed():
    first = at("2026-05-12T10:00")
    steps = [
        PlannedStep(first, 1, 0.5, ("uk", "au"), ""),
        PlannedStep(first + timedelta(days=1), 2, 10.0, ("au",), ""),
        PlannedStep(first + timedelta(days=7), 3, 100.0, ("au", "uk"), ""),
    ]
    assert timeline(steps, LONDON) == "Tue 10:00 0.5%, Wed 10:00 10% (au), Tue 19 May 10:00 100%"
    assert timeline([], LONDON) == ""


# The traffic model

WHOLE = [(1.0, 0.1)]


def test_the_events_needed_are_the_bound_over_the_growth_of_one_event():
    share, ratio = 0.1, 2.0
    harmed = share * ratio / (share * ratio + 1 - share)
    growth = share * log(share / harmed) + (1 - share) * log((1 - share) / (1 - harmed))
    assert events_needed(ratio, WHOLE, 0.05, P50) == pytest.approx(log(20) / growth)


@pytest.mark.parametrize(
    ("share", "ratio", "minutes"),
    [(0.01, 1.5, 106), (0.01, 2.0, 34), (0.1, 1.5, 13), (0.1, 2.0, 5), (0.5, 2.0, 2), (0.5, 1.25, 18)],
)
def test_it_agrees_with_the_measured_promotion_proofs(share, ratio, minutes):
    """The reference's table: 500 units a minute, a base rate of 5 %, beta .05."""
    floor = (Floor("feedback_negative", ratio),)
    since = at("2026-05-13T10:00")
    found = wait_for(floor, [(1.0, share)], steady(500), beta=0.05, since=since, zone=LONDON, deviate=P50)
    assert found.minutes == pytest.approx(minutes, rel=0.25, abs=1)


@pytest.mark.parametrize(("share", "ratio"), [(0.1, 3.0), (0.5, 2.0)])
def test_nine_simulated_proofs_in_ten_come_within_the_p90(share, ratio):
    late = events_needed(ratio, [(1.0, share)], 0.05, P90)
    within = sum(_is_proved(share, ratio, late, Random(seed)) for seed in range(400)) / 400
    assert 0.82 <= within <= 0.97


def _is_proved(share: float, ratio: float, events: float, random: Random) -> bool:
    """Draw the events of a harmless candidate; did the real proof reach its bound by then?"""
    counts = [0, 0]
    for _ in range(round(random.gauss(events, events**0.5))):
        counts[random.random() < share] += 1
        cell = CellCounts(share, candidate_bad={"bad": counts[1]}, control_bad={"bad": counts[0]})
        if log_ruled_out(labels.strata_of([cell], "bad"), ratio) >= log(20):
            return True
    return False


def test_a_stages_beta_is_divided_over_its_floors():
    since = at("2026-05-13T10:00")
    one = (Floor("feedback_negative", 2.0),)
    two = (*one, Floor("feedback_negative", 9.0))
    asked = {"beta": 0.05, "since": since, "zone": LONDON, "deviate": P50}
    alone, shared = (wait_for(floors, WHOLE, steady(10), **asked).minutes for floors in (one, two))
    assert shared == pytest.approx(alone * log(40) / log(20), abs=2)


@pytest.mark.parametrize("exposed", [[], [(1.0, 0.0)], [(1.0, 1.0)], [(0.0, 0.5)]])
def test_where_nobody_can_be_compared_no_number_of_events_is_enough(exposed):
    assert events_needed(2.0, exposed, 0.05, P50) == inf


def test_only_the_part_of_the_users_that_is_ramped_brings_evidence():
    since = at("2026-05-13T10:00")
    floors = (Floor("feedback_negative", 2.0),)
    asked = {"beta": 0.05, "since": since, "zone": LONDON, "deviate": P50}
    all_of_them = wait_for(floors, [(1.0, 0.1)], steady(10), **asked).minutes
    a_quarter = wait_for(floors, [(0.25, 0.1), (0.75, 0.0)], steady(10), **asked).minutes
    assert a_quarter == pytest.approx(4 * all_of_them, abs=4)


def test_evidence_waits_for_the_morning():
    night = Traffic({hour: (100.0 if 8 <= hour < 20 else 0.0) for hour in range(24)}, {"feedback_negative": 0.05})
    floors = (Floor("feedback_negative", 2.0),)
    found = wait_for(floors, WHOLE, night, beta=0.05, since=at("2026-05-13T20:00"), zone=LONDON, deviate=P50)
    events = events_needed(2.0, WHOLE, 0.05, P50)
    assert found.minutes == pytest.approx(12 * 60 + events / 5, abs=1)


def test_cells_are_weighed_by_their_users():
    plan = RampPlan((Stage((Clause(50, rings=("internal",)), Clause(10)), 0), Stage((Clause(100),), 0)))
    population = (Cell("uk", "internal", 100), Cell("uk", "everyone", 700), Cell("us", "everyone", 200))
    assert exposed_cells(plan, 1, ("uk",), population) == [(0.1, 0.5), (0.7, 0.1)]
    assert exposed_cells(plan, 1, (), ()) == [(1.0, 0.1)]


def test_a_cohort_is_a_part_of_its_own_where_its_users_are_known():
    cells = (Cell("uk", "everyone", 900, (("fans", 90), ("staff", 9))), Cell("eu", "everyone", 100))
    plan = RampPlan((Stage((Clause(50.0, cohorts=("fans", "staff")), Clause(1.0)), 30), Stage((Clause(100.0),), 0)))
    exposed = exposed_cells(plan, 1, ("uk", "eu"), cells)
    assert exposed == [(0.09, 0.5), (0.009, 0.5), (0.801, 0.01), (0.1, 0.01)]
    assert exposed_cells(plan, 2, ("uk",), cells) == [(0.9, 1.0)]


def test_a_stage_for_a_cohort_of_nobody_knows_how_many_asks_for_their_number():
    floors = (Floor("feedback_negative", 3.0),)
    few = Stage((Clause(50.0, cohorts=("fans",)),), 60, floors=floors, longest_wait_minutes=600)
    plan = RampPlan((few, Stage((Clause(100.0),), 0)))
    (verdict,) = ask("2026-05-13T10:00", plan=plan).verdicts
    assert verdict.refuses
    assert verdict.remedy.startswith("say in the catalog how many users fans has, ")
    known = (Cell("uk", "everyone", 4_000_000, (("fans", 2_000_000),)),)
    (verdict,) = ask("2026-05-13T10:00", plan=plan, population=known).verdicts
    assert not verdict.refuses
