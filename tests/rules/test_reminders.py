"""When is somebody reminded of what they owe?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from leverframe.nouns.calendar import Calendar
from leverframe.nouns.follow_ups import FollowUp
from leverframe.rules.reminders import first_reminder, next_reminder, reminds_now, tone
from leverframe.rules.working_days import at_home, working_day_from

LONDON = ZoneInfo("Europe/London")
NINE = time(9)
HOME = Calendar("Europe/London", holidays=frozenset({date(2026, 5, 25)}))


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%d %b %H:%M").replace(year=2026, tzinfo=LONDON)


def duty(opens: str = "15 May 09:00", due: str = "21 May 17:00", **other) -> FollowUp:
    opened = {"opens_at": moment(opens), "remind_at": moment(opens), **other}
    return FollowUp(1, "CHG-2026-00001", "change_review", moment(due), "remi", "it is due", **opened)


@pytest.mark.parametrize(
    ("now", "after"),
    [
        ("15 May 09:00", "21 May 09:00"),  # once when it opens, and not again before its day
        ("21 May 09:00", "22 May 09:00"),  # from its day on every working day
        ("22 May 09:00", "26 May 09:00"),  # over the weekend and a holiday
        ("26 May 13:40", "27 May 09:00"),  # a server that was down tells late, and is back on time the next day
    ],
)
def test_the_next_reminder_is_on_a_working_day(now: str, after: str):
    assert next_reminder(duty(), HOME, NINE, moment(now)) == moment(after)


@pytest.mark.parametrize(
    ("now", "opened", "how"),
    [
        ("15 May 09:00", None, "opened"),
        ("21 May 09:00", "15 May 09:00", "due"),
        ("21 May 09:00", None, "due"),
        ("21 May 17:01", "15 May 09:00", "overdue"),
        ("22 May 09:00", "15 May 09:00", "overdue"),
    ],
)
def test_it_is_said_whether_it_opens_is_due_or_is_overdue(now: str, opened: str | None, how: str):
    told = duty(opened_at=moment(opened) if opened else None)
    assert tone(told, HOME, moment(now)) == how


def test_nobody_is_told_on_a_day_on_which_nobody_works_and_nothing_that_is_done_reminds():
    assert reminds_now(duty(), HOME, moment("15 May 09:00"))
    assert not reminds_now(duty(), HOME, moment("15 May 08:59"))
    assert not reminds_now(duty(), HOME, moment("16 May 09:00"))
    assert not reminds_now(duty(), HOME, moment("25 May 09:00"))
    assert not reminds_now(duty(done_at=moment("15 May 10:00")), HOME, moment("18 May 09:00"))


def test_who_is_asked_on_a_saturday_hears_of_it_on_the_next_working_morning():
    assert first_reminder(HOME, NINE, moment("15 May 16:00")) == moment("15 May 16:00")
    assert first_reminder(HOME, NINE, moment("23 May 16:00")) == moment("26 May 09:00")


def test_whatever_day_it_is_the_next_reminder_is_later_and_on_a_working_day():
    for days in range(60):
        now = moment("15 May 09:00") + timedelta(days=days, hours=days % 11)
        told = next_reminder(duty(), HOME, NINE, now)
        day = told.astimezone(LONDON).date()
        assert told > now
        assert working_day_from(HOME, day) == day
        assert at_home(HOME, day, NINE) == told
