"""When is somebody reminded of what they owe?

When it opens, on the day it is due, and on every working day after that until it is done: who is told once and never
again learns that it did not matter.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from leverframe.nouns.calendar import Calendar
from leverframe.nouns.follow_ups import FollowUp
from leverframe.rules.working_days import at_home, day_at_home, is_working_day, working_day_from

OPENED, DUE, OVERDUE = "opened", "due", "overdue"


def reminds_now(duty: FollowUp, calendar: Calendar, now: datetime) -> bool:
    """Say whether its owner is to be told now: never on a day on which nobody works."""
    is_time = duty.done_at is None and duty.remind_at is not None and duty.remind_at <= now
    return is_time and is_working_day(calendar, day_at_home(calendar, now))


def tone(duty: FollowUp, calendar: Calendar, now: datetime) -> str:
    """Say as what it is told: opened, due or overdue."""
    if now > duty.due_at:
        return OVERDUE
    is_last_day = day_at_home(calendar, now) == day_at_home(calendar, duty.due_at)
    return DUE if is_last_day or duty.opened_at is not None else OPENED


def first_reminder(calendar: Calendar, hour: time, now: datetime) -> datetime:
    """Return when its owner is first told of what somebody asks of them now: today if people work today."""
    return now if is_working_day(calendar, day_at_home(calendar, now)) else waits_until(calendar, hour, now)


def next_reminder(duty: FollowUp, calendar: Calendar, hour: time, now: datetime) -> datetime:
    """Return when its owner is told again, after having been told today."""
    tomorrow = day_at_home(calendar, now) + timedelta(days=1)
    due = day_at_home(calendar, duty.due_at)
    return at_home(calendar, working_day_from(calendar, max(tomorrow, due)), hour)


def waits_until(calendar: Calendar, hour: time, now: datetime) -> datetime:
    """Return the next working morning for what falls on a day on which nobody works."""
    return at_home(calendar, working_day_from(calendar, day_at_home(calendar, now)), hour)
