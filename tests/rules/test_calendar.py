"""Does traffic widen only in windows, in each region's own hours?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leverframe.nouns.calendar import Calendar, Freeze, Scope, Subject, Window
from leverframe.rules.calendar import (
    add_business_days,
    closed_stretch,
    freezes_at,
    is_open,
    next_opening,
    opening,
)

LONDON, SYDNEY, NEW_YORK, BERLIN = "Europe/London", "Australia/Sydney", "America/New_York", "Europe/Berlin"
SUPPORT = Subject("customer-support", "medium", "prompt")
STANDARD = Window("standard", frozenset({1, 2, 3}), time(10), time(16))
ZONES = {"au": SYDNEY, "us": NEW_YORK, "eu": BERLIN}


def calendar(*freezes: Freeze, windows: tuple[Window, ...] = (STANDARD,), home: str = LONDON) -> Calendar:
    return Calendar(home, ZONES, windows, freezes, frozenset({date(2026, 5, 25)}))


def at(text: str, zone: str = LONDON, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def night(opens: time, closes: time, zone: str = NEW_YORK) -> Calendar:
    return Calendar(zone, {}, (Window("every day", frozenset(range(7)), opens, closes),))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-05-11T12:00", False),  # Monday
        ("2026-05-12T09:59:59", False),
        ("2026-05-12T10:00", True),  # Tuesday
        ("2026-05-13T12:00", True),
        ("2026-05-14T15:59:59", True),  # Thursday
        ("2026-05-14T16:00", False),
        ("2026-05-15T12:00", False),  # Friday
    ],
)
@pytest.mark.parametrize(("region", "zone"), [("uk", LONDON), ("au", SYDNEY), ("us", NEW_YORK)])
def test_the_standard_window_is_tuesday_to_thursday_ten_to_four_in_the_regions_own_zone(
    moment, expected, region, zone
):
    assert opening(calendar(), SUPPORT, region, at(moment, zone)).is_open is expected


def test_sydney_and_london_share_no_minute():
    week = [at("2026-05-11T00:00") + timedelta(minutes=15 * n) for n in range(7 * 96)]
    both = [now for now in week if all(is_open(calendar(), SUPPORT, region, now) for region in ("au", "uk"))]
    assert both == []


def test_wall_time_follows_the_clocks_over_the_year():
    winter, summer = at("2026-02-10T10:00", NEW_YORK), at("2026-06-09T10:00", NEW_YORK)
    assert (winter.hour, summer.hour) == (15, 14)
    assert opening(calendar(), SUPPORT, "us", winter).is_open
    assert opening(calendar(), SUPPORT, "us", summer).is_open
    assert not opening(calendar(), SUPPORT, "us", summer - timedelta(minutes=1)).is_open


def test_an_open_window_says_until_when_with_date_and_zone():
    answer = opening(calendar(), SUPPORT, "uk", at("2026-05-13T10:00"))
    assert answer.because == "the release window in uk is open until Wed 13 May 2026 16:00 Europe/London"
    assert (answer.until, answer.next_opening, answer.freeze) == (at("2026-05-13T16:00"), None, "")


def test_a_closed_window_says_when_it_opens():
    answer = opening(calendar(), SUPPORT, "au", at("2026-05-14T16:00", SYDNEY))
    assert answer.because == "it is outside the release window in au"
    assert answer.next_opening == at("2026-05-19T10:00", SYDNEY)
    assert answer.zone == SYDNEY


def test_what_has_no_region_follows_the_home_zone():
    answer = opening(calendar(), SUPPORT, "everywhere", at("2026-05-13T10:00"))
    assert answer.because == "the release window is open until Wed 13 May 2026 16:00 Europe/London"


def test_allow_windows_are_or_ed():
    friday = Window("friday morning", frozenset({4}), time(9), time(11))
    both = calendar(windows=(STANDARD, friday))
    assert is_open(both, SUPPORT, "uk", at("2026-05-15T10:00"))
    assert is_open(both, SUPPORT, "uk", at("2026-05-14T10:00"))


def test_windows_that_touch_or_overlap_are_one_openness():
    late = Window("late", frozenset({2}), time(15), time(18))
    later = Window("later", frozenset({2}), time(18), time(20))
    answer = opening(calendar(windows=(STANDARD, late, later)), SUPPORT, "uk", at("2026-05-13T11:00"))
    assert answer.until == at("2026-05-13T20:00")


def test_a_window_may_run_past_midnight_and_belongs_to_the_day_it_opens_on():
    late = calendar(windows=(Window("late", frozenset({2}), time(22), time(2)),))
    assert is_open(late, SUPPORT, "uk", at("2026-05-14T01:59"))
    assert not is_open(late, SUPPORT, "uk", at("2026-05-14T02:00"))
    assert not is_open(late, SUPPORT, "uk", at("2026-05-13T01:00"))


def test_a_window_may_have_a_zone_of_its_own():
    pacific = calendar(windows=(Window("us", frozenset({2}), time(10), time(16), zone="America/Los_Angeles"),))
    assert next_opening(pacific, SUPPORT, "uk", at("2026-05-13T00:00")) == at("2026-05-13T18:00")


def test_an_always_open_calendar_has_no_end_and_no_closed_stretch():
    always = night(time(0), time(0))
    answer = opening(always, SUPPORT, "x", at("2026-05-13T03:00"))
    assert (answer.is_open, answer.until) == (True, None)
    assert closed_stretch(always, SUPPORT, "x", at("2026-05-13T03:00"), 1) is None


def test_no_window_at_all_never_opens_and_says_so():
    answer = opening(calendar(windows=()), SUPPORT, "uk", at("2026-05-13T12:00"))
    assert answer.because == "no release window speaks of customer-support in uk"
    assert next_opening(calendar(windows=()), SUPPORT, "uk", at("2026-05-13T12:00")) is None


MATCHING = [
    (Scope(), True),
    (Scope(targets=frozenset({"customer-support"})), True),
    (Scope(targets=frozenset({"claims"})), False),
    (Scope(regions=frozenset({"uk"})), True),
    (Scope(regions=frozenset({"au"})), False),
    (Scope(tiers=frozenset({"medium", "high"})), True),
    (Scope(tiers=frozenset({"high"})), False),
    (Scope(kinds=frozenset({"prompt"})), True),
    (Scope(kinds=frozenset({"model_swap"})), False),
    (Scope(targets=frozenset({"customer-support"}), regions=frozenset({"au"})), False),
]


@pytest.mark.parametrize(("scope", "matches"), MATCHING)
def test_any_matching_freeze_wins_and_one_that_speaks_of_others_does_not(scope, matches):
    frozen = calendar(Freeze("close", datetime(2026, 5, 13, 12), datetime(2026, 5, 13, 14), scope=scope))  # noqa: DTZ001
    assert is_open(frozen, SUPPORT, "uk", at("2026-05-13T13:00")) is not matches


@pytest.mark.parametrize(("scope", "matches"), MATCHING)
def test_a_window_opens_for_those_it_speaks_of(scope, matches):
    scoped = calendar(windows=(Window("scoped", frozenset({2}), time(10), time(16), scope=scope),))
    assert is_open(scoped, SUPPORT, "uk", at("2026-05-13T13:00")) is matches


def test_a_freeze_of_one_region_holds_what_has_no_region():
    close = Freeze("close", *naive("2026-05-13T12:00", "2026-05-13T14:00"), scope=Scope(regions=frozenset({"us"})))
    now = at("2026-05-13T13:00", NEW_YORK)
    assert [f.name for f in freezes_at(calendar(close, home=NEW_YORK), SUPPORT, "everywhere", now)] == ["close"]


def test_a_freeze_cuts_a_window_in_two_and_says_why():
    close = Freeze("quarter close", *naive("2026-05-13T12:00", "2026-05-13T14:00"), because="finance closes Q1")
    frozen = calendar(close)
    before = opening(frozen, SUPPORT, "uk", at("2026-05-13T11:00"))
    within = opening(frozen, SUPPORT, "uk", at("2026-05-13T12:00"))
    assert before.until == at("2026-05-13T12:00")
    assert (within.is_open, within.freeze, within.next_opening) == (False, "quarter close", at("2026-05-13T14:00"))
    expected = "the freeze quarter close (finance closes Q1) holds in uk until Wed 13 May 2026 14:00 Europe/London"
    assert within.because == expected
    assert opening(frozen, SUPPORT, "uk", at("2026-05-13T14:00")).until == at("2026-05-13T16:00")


def test_of_two_freezes_the_longer_is_named_and_the_opening_is_after_both():
    short = Freeze("short", *naive("2026-05-12T00:00", "2026-05-13T14:00"))
    long = Freeze("long", *naive("2026-05-13T00:00", "2026-05-20T11:00"))
    answer = opening(calendar(short, long), SUPPORT, "uk", at("2026-05-13T12:00"))
    assert (answer.freeze, answer.next_opening) == ("long", at("2026-05-20T11:00"))


def test_a_freeze_at_night_is_named_too():
    close = Freeze("close", *naive("2026-05-12T00:00", "2026-05-16T00:00"))
    assert opening(calendar(close), SUPPORT, "uk", at("2026-05-13T03:00")).freeze == "close"


def naive(*moments: str) -> list[datetime]:
    return [datetime.fromisoformat(moment) for moment in moments]


# New York: on 8 March 2026 02:00 becomes 03:00; on 1 November 2026 02:00 becomes 01:00.
@pytest.mark.parametrize(
    ("opens", "closes", "utc", "expected"),
    [
        # the gap: 02:30 does not exist; in doubt the window is closed
        (time(1), time(4), "2026-03-08T06:00", True),  # 01:00 EST
        (time(1), time(4), "2026-03-08T07:59", True),  # 03:59 EDT, two hours of three
        (time(1), time(4), "2026-03-08T08:00", False),
        (time(2, 30), time(5), "2026-03-08T07:00", False),  # 03:00 EDT
        (time(2, 30), time(5), "2026-03-08T07:30", True),  # 03:30 EDT
        (time(2, 30), time(3), "2026-03-08T07:00", False),  # a window that does not exist that night
        (time(0), time(2, 30), "2026-03-08T06:29", True),  # 01:29 EST
        (time(0), time(2, 30), "2026-03-08T07:00", False),  # 03:00 EDT
        # the fold: 01:30 comes twice; in doubt the window is closed
        (time(0), time(3), "2026-11-01T04:00", True),  # 00:00 EDT
        (time(0), time(3), "2026-11-01T07:59", True),  # 02:59 EST, four hours of three
        (time(1, 30), time(3), "2026-11-01T05:30", False),  # 01:30 EDT
        (time(1, 30), time(3), "2026-11-01T06:30", True),  # 01:30 EST
        (time(0), time(1, 30), "2026-11-01T05:29", True),  # 01:29 EDT
        (time(0), time(1, 30), "2026-11-01T06:00", False),  # 01:00 EST, for the second time
    ],
)
def test_an_hour_that_the_clocks_skip_or_repeat_is_no_reason_to_widen(opens, closes, utc, expected):
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert is_open(night(opens, closes), SUPPORT, "us", now) is expected


def test_a_freeze_lasts_through_both_of_a_repeated_hour():
    freeze = Freeze("night", *naive("2026-11-01T01:30", "2026-11-01T01:45"))
    always = Calendar(NEW_YORK, {}, (Window("all", frozenset(range(7)), time(0), time(0)),), (freeze,))
    assert is_open(always, SUPPORT, "us", at("2026-11-01T01:29", NEW_YORK))
    assert not is_open(always, SUPPORT, "us", at("2026-11-01T01:50", NEW_YORK))
    assert not is_open(always, SUPPORT, "us", at("2026-11-01T01:40", NEW_YORK, fold=1))
    assert is_open(always, SUPPORT, "us", at("2026-11-01T01:45", NEW_YORK, fold=1))


def test_the_weekend_is_the_next_closed_stretch():
    found = closed_stretch(calendar(), SUPPORT, "uk", at("2026-05-13T12:00"), 48)
    assert found == (at("2026-05-14T16:00"), at("2026-05-19T10:00"))


def test_inside_a_closed_stretch_its_own_beginning_is_told():
    found = closed_stretch(calendar(), SUPPORT, "uk", at("2026-05-17T12:00"), 48)
    assert found == (at("2026-05-14T16:00"), at("2026-05-19T10:00"))


def test_at_the_moment_of_opening_the_closed_stretch_is_the_next_one():
    found = closed_stretch(calendar(), SUPPORT, "uk", at("2026-05-19T10:00"), 48)
    assert found == (at("2026-05-21T16:00"), at("2026-05-26T10:00"))


def test_a_freeze_makes_a_closed_stretch_longer():
    freeze = Freeze("peak", *naive("2026-05-19T00:00", "2026-05-20T12:00"))
    found = closed_stretch(calendar(freeze), SUPPORT, "uk", at("2026-05-13T12:00"), 48)
    assert found == (at("2026-05-14T16:00"), at("2026-05-20T12:00"))


def test_a_night_is_no_closed_stretch_of_48_hours_but_one_of_18():
    found = closed_stretch(calendar(), SUPPORT, "uk", at("2026-05-12T12:00"), 18)
    assert found == (at("2026-05-12T16:00"), at("2026-05-13T10:00"))


def test_a_calendar_that_never_opens_again_is_closed_to_the_end_of_the_search():
    for_ever = calendar(Freeze("for ever", *naive("2026-05-14T00:00", "2099-01-01T00:00")))
    found = closed_stretch(for_ever, SUPPORT, "uk", at("2026-05-13T12:00"), 48)
    assert found is not None
    assert found[0] == at("2026-05-13T16:00")
    assert found[1] - found[0] > timedelta(days=600)
    assert next_opening(for_ever, SUPPORT, "uk", at("2026-05-15T12:00")) is None


def test_two_calendars_are_never_mistaken_for_one_another():
    for n in range(300):
        hour = time(n % 24)
        only = Calendar(LONDON, {}, (Window("w", frozenset({2}), hour, time((n + 1) % 24)),))
        assert is_open(only, SUPPORT, "uk", at(f"2026-05-13T{hour:%H:%M}"))
        assert not is_open(only, SUPPORT, "uk", at(f"2026-05-13T{(n + 12) % 24:02}:00"))


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (date(2026, 5, 15), 1, date(2026, 5, 18)),  # Friday -> Monday
        (date(2026, 5, 22), 1, date(2026, 5, 26)),  # over the weekend and a holiday
        (date(2026, 5, 19), 5, date(2026, 5, 27)),
        (date(2026, 5, 19), -3, date(2026, 5, 14)),  # T-3 of a Tuesday is the Thursday before
        (date(2026, 5, 16), 0, date(2026, 5, 16)),
        (date(2026, 5, 16), 1, date(2026, 5, 18)),
    ],
)
def test_business_days_pass_over_weekends_and_holidays(day, days, expected):
    assert add_business_days(calendar(), day, days) == expected


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda d: d.replace(tzinfo=UTC))  # noqa: DTZ001
clock_times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))
zones = st.sampled_from([LONDON, SYDNEY, NEW_YORK, BERLIN, "Asia/Kolkata", "America/St_Johns", "UTC"])
windows = st.lists(
    st.builds(Window, st.just("w"), st.frozensets(st.integers(0, 6), min_size=1), clock_times, clock_times),
    min_size=1,
    max_size=3,
).map(tuple)


@st.composite
def freezes(draw):
    starts = draw(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)))  # noqa: DTZ001
    return Freeze("f", starts, starts + timedelta(hours=draw(st.integers(1, 900))))


calendars = st.builds(
    lambda zone, windows, freezes: Calendar(zone, {}, windows, tuple(freezes)),
    zones,
    windows,
    st.lists(freezes(), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(calendars, moments, st.floats(0, 0.999))
def test_the_next_opening_is_open_and_nothing_before_it_is(calendar, now, part):
    opens = next_opening(calendar, SUPPORT, "x", now)
    assert opens is not None
    assert opening(calendar, SUPPORT, "x", opens).is_open
    sample = now + (opens - now) * part
    if sample < opens:
        assert not opening(calendar, SUPPORT, "x", sample).is_open


@settings(max_examples=200, deadline=None)
@given(calendars, moments)
def test_what_is_open_is_inside_a_window_by_the_wall_clock_and_inside_no_freeze(calendar, now):
    answer = opening(calendar, SUPPORT, "x", now)
    wall = now.astimezone(ZoneInfo(calendar.home_zone)).replace(tzinfo=None)
    inside = any(covers(window, wall) for window in calendar.windows)
    frozen = any(freeze.starts <= wall < freeze.ends for freeze in calendar.freezes)
    if answer.is_open:
        assert inside
        assert not frozen
    if calendar.home_zone in ("UTC", "Asia/Kolkata"):
        assert answer.is_open is (inside and not frozen)


@settings(max_examples=100, deadline=None)
@given(calendars, moments, st.floats(0, 0.999))
def test_an_openness_lasts_until_it_says_and_no_longer(calendar, now, part):
    answer = opening(calendar, SUPPORT, "x", now)
    if answer.until is not None:
        assert is_open(calendar, SUPPORT, "x", now + (answer.until - now) * part)
        assert not is_open(calendar, SUPPORT, "x", answer.until)


@settings(max_examples=100, deadline=None)
@given(calendars, moments, st.integers(2, 200), st.floats(0, 0.999))
def test_a_closed_stretch_is_closed_throughout_and_long_enough(calendar, now, hours, part):
    found = closed_stretch(calendar, SUPPORT, "x", now, hours)
    if found is not None:
        begins, ends = found
        assert ends > now
        assert ends - begins >= timedelta(hours=hours)
        assert not is_open(calendar, SUPPORT, "x", begins + (ends - begins) * part)


def covers(window: Window, wall: datetime) -> bool:
    """Say by the wall clock alone whether a window covers a moment: the oracle."""
    if window.opens < window.closes:
        return wall.weekday() in window.weekdays and window.opens <= wall.time() < window.closes
    yesterday = (wall - timedelta(days=1)).weekday()
    evening = wall.weekday() in window.weekdays and wall.time() >= window.opens
    return evening or (yesterday in window.weekdays and wall.time() < window.closes)
