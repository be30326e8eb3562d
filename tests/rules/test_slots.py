"""Does the planner rank the starts as a release manager with a calendar and patience would?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.test_forecasting import CALENDAR, HANDBOOK, LONDON, POLICY, SUPPORT, at, steady

from leverframe.nouns.calendar import Calendar, Freeze, Scope, Window
from leverframe.nouns.conflicts import ConflictKind, ConflictRule, Occupied
from leverframe.nouns.slots import Slot
from leverframe.nouns.targets import Cell
from leverframe.rules.calendar import is_open
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.slots import slots

wall = datetime.fromisoformat
MONDAY = "2026-05-11T09:00"
WIDE = replace(POLICY, closed_stretch_max_percent=100.0)
"""A policy that lets a ramp stand anywhere over a weekend, so that only the rank speaks of it."""


def about(now: str = MONDAY, **other) -> Question:
    asked = {
        "plan": HANDBOOK,
        "subject": SUPPORT,
        "regions": ("uk",),
        "calendar": CALENDAR,
        "starts_at": at(now),
        "not_after": at(now) + timedelta(days=30),
        "traffic": steady(100_000),
        "population": (Cell("uk", "everyone", 4_000_000),),
        "policy": WIDE,
    }
    return Question(**{**asked, **other})


def taken(change: str = "CHG-2026-00001", begins: str = MONDAY, hours: float = 29, **other) -> Occupied:
    known = {
        "title": "Prompt v8",
        "moving": False,
        "armed": False,
        "targets": frozenset({"customer-support"}),
        "models": frozenset({"openai.gpt-4o"}),
        "people": frozenset({"remi"}),
        "bridge": "https://meet.example/a",
        "high_impact": False,
    }
    starts = at(begins)
    return Occupied(change=change, begins=starts, ends=starts + timedelta(hours=hours), **{**known, **other})


def plan(now: str = MONDAY, others: tuple[Occupied, ...] = (), **other) -> tuple[Slot, ...]:
    return slots(about(now, **other), taken(), others, at(now))


def of(found: tuple[Slot, ...], text: str) -> Slot:
    return next(slot for slot in found if slot.opens_at == at(text))


@pytest.mark.parametrize(
    ("start", "hours", "stands", "this_week"),
    [
        ("2026-05-12T10:00", 28.5, (), True),
        ("2026-05-13T10:00", 28.5, (), True),
        ("2026-05-12T12:00", 46, (), True),
        ("2026-05-13T12:00", 142, (50,), False),
        ("2026-05-14T10:00", 120, (50,), False),
        ("2026-05-14T12:00", 142, (10,), False),
    ],
)
def test_each_start_says_how_long_it_takes_and_where_it_stands_over_the_weekend(start, hours, stands, this_week):
    slot = of(plan(), start)
    assert slot.settles == slot.opens_at + timedelta(hours=hours)
    assert tuple(stand.share_percent for stand in slot.stands) == stands
    assert slot.this_week is this_week


def test_what_passes_no_weekend_is_ranked_before_what_does_and_sooner_before_later():
    found = plan()
    through = [bool(slot.stands) for slot in found]
    assert through == sorted(through)
    assert [slot.opens_at for slot in found[:2]] == [at("2026-05-12T10:00"), at("2026-05-12T12:00")]
    assert found[0].because == "it settles Wed 13 May 2026 14:30 Europe/London; in the same week"


def test_a_window_is_told_up_to_the_hour_from_which_on_it_is_another_story():
    found = plan()
    assert of(found, "2026-05-13T10:00").closes_at == at("2026-05-13T12:00")
    assert of(found, "2026-05-13T12:00").closes_at == at("2026-05-13T16:00")


def test_a_share_too_wide_for_a_weekend_is_not_reached_before_it():
    """The policy allows 10 % through a closed stretch: Thursday's start waits at 10 % instead of standing at 50 %."""
    slot = of(plan(policy=replace(POLICY, closed_stretch_max_percent=10.0)), "2026-05-14T10:00")
    assert [stand.share_percent for stand in slot.stands] == [10]


def test_the_first_freeze_on_the_way_is_named():
    close = Freeze("close of Q2", wall("2026-05-19"), wall("2026-05-23"), because="the quarter closes")
    found = plan(calendar=replace(CALENDAR, freezes=(close,)))
    assert of(found, "2026-05-14T10:00").freeze == "close of Q2"
    assert of(found, "2026-05-12T10:00").freeze == ""
    assert "the freeze close of Q2 begins on its way" in of(found, "2026-05-14T10:00").because
    assert not any(at("2026-05-19T00:00") <= slot.opens_at < at("2026-05-23T00:00") for slot in found)


def test_a_freeze_of_another_feature_is_in_nobodys_way():
    other = Freeze("stock", wall("2026-05-12"), wall("2026-05-16"), scope=Scope(targets=frozenset({"stock"})))
    assert plan(calendar=replace(CALENDAR, freezes=(other,))) == plan()


def test_a_start_in_the_way_of_another_comes_after_those_that_are_not():
    found = plan(others=(taken("CHG-2026-00002", "2026-05-12T10:00"),))
    assert found[0].opens_at == at("2026-05-19T10:00")
    beside = of(found, "2026-05-12T10:00")
    assert {each.kind for each in beside.conflicts} == set(ConflictKind) - {ConflictKind.HIGH_IMPACT}
    assert not beside.refused
    assert "CHG-2026-00002 (Prompt v8) alters customer-support too" in beside.because


def test_a_conflict_that_the_policy_refuses_is_refused_where_the_other_goes_before():
    rule = ConflictRule(refuse=frozenset({ConflictKind.TARGET}))
    other = taken("CHG-2026-00002", "2026-05-12T10:00", moving=True)
    found = plan(others=(other,), policy=replace(WIDE, conflicts=rule))
    assert "alters customer-support too" in of(found, "2026-05-12T10:00").refused
    assert not of(found, "2026-05-19T10:00").refused
    assert [bool(slot.refused) for slot in found] == sorted(bool(slot.refused) for slot in found)


def test_a_start_that_would_not_end_within_its_ticket_says_so_and_is_last():
    found = plan(not_after=at("2026-05-14T16:00"))
    assert found[-1].settles is None
    assert "allowed widening until Thu 14 May 2026 16:00" in found[-1].refused


def test_without_a_window_there_is_no_start():
    assert plan(calendar=Calendar(LONDON, {}, ())) == ()


def test_a_ticket_whose_time_is_over_has_no_start():
    assert plan(not_after=at("2026-05-10T09:00")) == ()


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-03-28T09:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-24T09:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_window_in_the_hour_that_the_clocks_skip_or_repeat_opens_once_and_the_later_way(now, opens):
    """On 29 March 01:30 does not exist in London, on 25 October it is there twice: never earlier than it may mean."""
    night = Calendar(LONDON, {}, (Window("night", frozenset({6}), time(1, 30), time(4)),))
    quick = replace(HANDBOOK, stages=(replace(HANDBOOK.stages[0], bake_minutes=5), HANDBOOK.stages[-1]))
    found = plan(now, calendar=night, plan=quick)
    assert min(slot.opens_at for slot in found) == opens
    assert len({slot.opens_at for slot in found}) == len(found)


def test_regions_that_are_never_open_together_start_one_after_the_other():
    """10:00 to 16:00 in Sydney and in New York share no minute: a start belongs to one of them, and settles."""
    calendar = Calendar(LONDON, {"au": "Australia/Sydney", "us": "America/New_York"}, CALENDAR.windows)
    people = (Cell("au", "everyone", 2_000_000), Cell("us", "everyone", 2_000_000))
    found = plan(calendar=calendar, regions=("au", "us"), population=people)
    assert any(slot.settles for slot in found)
    for slot in found:
        assert any(is_open(calendar, SUPPORT, region, slot.opens_at) for region in ("au", "us"))


@settings(max_examples=60, deadline=None)
@given(
    hour=st.integers(0, 24 * 14),
    first=st.sampled_from((30, 90, 240)),
    second=st.sampled_from((120, 240, 600)),
    frozen=st.integers(0, 20),
)
def test_no_start_is_offered_at_a_moment_at_which_nothing_may_widen(hour, first, second, frozen):
    day = wall("2026-05-11") + timedelta(days=frozen)
    freeze = Freeze("a freeze", day, day + timedelta(days=3))
    calendar = replace(CALENDAR, freezes=(freeze,))
    one, two, *rest = HANDBOOK.stages
    asked = replace(HANDBOOK, stages=(replace(one, bake_minutes=first), replace(two, bake_minutes=second), *rest))
    now = at(MONDAY) + timedelta(hours=hour)
    found = slots(replace(about(), calendar=calendar, plan=asked, starts_at=now), taken(), (), now)
    for slot in found:
        assert slot.opens_at >= now
        assert is_open(calendar, SUPPORT, "uk", slot.opens_at)
        assert slot.opens_at < slot.closes_at
        assert slot.settles is None or slot.settles > slot.opens_at
        assert bool(slot.refused) is (slot.settles is None)
    assert len({slot.opens_at for slot in found}) == len(found)
