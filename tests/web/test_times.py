"""Are times, shares and amounts said as people read them?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.web.times import (
    say_ago,
    say_count,
    say_date,
    say_day,
    say_sentence,
    say_share,
    say_span,
    say_time,
)

NOW = datetime(2026, 5, 13, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "said"),
    [
        (datetime(2026, 5, 13, 13, 30, tzinfo=UTC), "Europe/London", "14:30 BST"),
        (datetime(2026, 5, 14, 13, 30, tzinfo=UTC), "Europe/London", "Thu 14 May 14:30 BST"),
        (datetime(2026, 5, 13, 23, 30, tzinfo=UTC), "Australia/Sydney", "Thu 14 May 09:30 AEST"),
        (datetime(2027, 1, 2, 9, 0, tzinfo=UTC), "Europe/Berlin", "Sat 2 Jan 2027 10:00 CET"),
        (datetime(2026, 5, 13, 1, 0, tzinfo=UTC), "America/Sao_Paulo", "Tue 12 May 22:00 America/Sao_Paulo"),
    ],
)
def test_a_time_has_its_zone_and_its_date_when_it_is_not_today(at, zone, said):
    assert say_time(at, zone, NOW) == said


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_is_said_without_a_date_only_today(at):
    today = at.date() == NOW.date()
    assert (say_time(at, "UTC", NOW) == f"{at:%H:%M} UTC") is today


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0.4, "under 1 min"), (34, "34 min"), (240, "4 h"), (1680, "1 d 4 h"), (61, "1 h 1 min"), (2881, "2 d 1 min")],
)
def test_a_span_has_at_most_two_units(minutes, said):
    assert say_span(minutes) == said


@pytest.mark.parametrize(
    ("gap", "said"),
    [(timedelta(seconds=20), "just now"), (timedelta(minutes=18), "18 min ago"), (timedelta(hours=-3), "in 3 h")],
)
def test_a_gap_is_said_from_now(gap, said):
    assert say_ago(NOW - gap, NOW) == said


@pytest.mark.parametrize(
    ("percent", "said"), [(1.0, "1 %"), (10, "10 %"), (0.5, "0.5 %"), (100.0, "100 %"), (0, "0 %")]
)
def test_a_share_is_a_number_a_space_and_a_sign(percent, said):
    assert say_share(percent) == said


def test_days_and_counts_are_said_in_full():
    assert say_day(date(2026, 5, 14), date(2026, 5, 13)) == "Thu 14 May"
    assert say_date(date(2026, 6, 30)) == "30 Jun 2026"
    assert say_count(4_000_000) == "4,000,000"


def test_a_time_elsewhere_has_its_date_when_it_is_another_day_than_the_readers():
    opens = datetime(2026, 5, 14, 0, 0, tzinfo=UTC)
    evening = datetime(2026, 5, 13, 20, 0, tzinfo=UTC)
    assert say_time(opens, "Australia/Sydney", evening, home="Europe/London") == "Thu 14 May 10:00 AEST"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the window is closed", "The window is closed."),
        ("feature/policy-search-v1 is set", "feature/policy-search-v1 is set."),
        ("Read it.", "Read it."),
        ("", ""),
    ],
)
def test_words_become_a_sentence_and_names_stay_as_they_are(text, said):
    assert say_sentence(text) == said
