"""When are people told that a tenant's pause is about to end?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.switches import Layer, Switch
from leverframe.rules.pauses import NOTICES, ends_at, notice_due

CHICAGO = ZoneInfo("America/Chicago")
SPRING = datetime(2026, 3, 1, tzinfo=UTC)
PAUSE = Switch(Layer.TENANT, "contoso", True, thrown_at=SPRING, expires_on=date(2026, 6, 30), zone="America/Chicago")


@pytest.mark.parametrize(
    ("at", "days"),
    [
        ("2026-06-22 23:59", 0),
        ("2026-06-23 00:00", 7),
        ("2026-06-28 23:59", 7),
        ("2026-06-29 00:00", 1),
        ("2026-06-30 23:59", 1),
        ("2026-07-01 00:00", 0),
    ],
)
def test_days_are_counted_in_the_tenants_zone(at, days):
    assert notice_due(PAUSE, datetime.fromisoformat(at).replace(tzinfo=CHICAGO)) == days


@pytest.mark.parametrize(
    ("set_on", "at", "days"),
    [
        (date(2026, 6, 22), date(2026, 6, 23), 7),
        (date(2026, 6, 23), date(2026, 6, 23), 0),
        (date(2026, 6, 25), date(2026, 6, 28), 0),
        (date(2026, 6, 25), date(2026, 6, 29), 1),
        (date(2026, 6, 29), date(2026, 6, 30), 0),
    ],
)
def test_a_last_day_that_is_set_late_was_told_by_the_throw_itself(set_on, at, days):
    noon = datetime(set_on.year, set_on.month, set_on.day, 12, tzinfo=CHICAGO)
    switch = replace(PAUSE, thrown_at=noon)
    assert notice_due(switch, datetime(at.year, at.month, at.day, 13, tzinfo=CHICAGO)) == days


@pytest.mark.parametrize(
    "other",
    [
        replace(PAUSE, thrown=False),
        replace(PAUSE, expires_on=None),
        replace(PAUSE, layer=Layer.MODEL),
    ],
    ids=["set", "without an end", "no tenant's"],
)
def test_what_does_not_end_is_not_told(other):
    assert notice_due(other, datetime(2026, 6, 29, 12, tzinfo=UTC)) == 0


def test_a_pause_ends_when_its_day_has_ended_there():
    assert ends_at(PAUSE) == datetime(2026, 7, 1, 5, tzinfo=UTC)
    assert ends_at(replace(PAUSE, expires_on=None)) is None
    assert ends_at(replace(PAUSE, expires_on=date.max)) is None


@given(st.dates(date(2026, 3, 8), date(2026, 12, 31)), st.integers(0, 400))
def test_each_notice_is_due_on_its_own_day_and_none_before(last, ahead):
    switch = replace(PAUSE, expires_on=last)
    at = datetime.combine(last, datetime.min.time(), CHICAGO).timestamp() - ahead * 3600
    days = notice_due(switch, datetime.fromtimestamp(at, UTC))
    left = (last - datetime.fromtimestamp(at, CHICAGO).date()).days
    assert days in (0, *NOTICES)
    assert (days == 0) == (left > max(NOTICES) or SPRING.astimezone(CHICAGO).date() >= last)
    assert not days or left <= days
