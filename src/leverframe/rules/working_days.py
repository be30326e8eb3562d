"""On which working day is something due?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leverframe.nouns.calendar import Calendar
from leverframe.rules.calendar import add_business_days
from leverframe.rules.moments import earliest


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Say whether people work on a day: no weekend, and no holiday of the organisation."""
    return add_business_days(calendar, day - timedelta(days=1), 1) == day


def working_day_from(calendar: Calendar, day: date) -> date:
    """Return this day, or the next working day where nobody works on it."""
    return add_business_days(calendar, day - timedelta(days=1), 1)


def next_working_day(calendar: Calendar, now: datetime) -> date:
    """Return the working day after the one that it is at home."""
    return add_business_days(calendar, day_at_home(calendar, now), 1)


def day_at_home(calendar: Calendar, now: datetime) -> date:
    """Return which day it is in the organisation's home zone."""
    return now.astimezone(ZoneInfo(calendar.home_zone)).date()


def at_home(calendar: Calendar, day: date, hour: time) -> datetime:
    """Return the moment of an hour of the home zone's wall clock."""
    return earliest(datetime.combine(day, hour), calendar.home_zone)
