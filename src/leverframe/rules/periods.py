"""Which moments do the days from one to another hold?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leverframe.nouns.population import Period
from leverframe.nouns.verdicts import Fault, Invalid

DAYS = 90
"""So many days are asked about where nobody says which."""


def period_of(first: str, last: str, zone: str, now: datetime) -> Period:
    """Read a period of whole days in a zone, both included; raises Invalid with all its faults.

    Without a last day it ends today, without a first one it has 90 days.
    """
    faults: list[Fault] = []
    today = now.astimezone(ZoneInfo(zone)).date()
    end = _day("to", last, today, faults)
    begin = _day("from", first, end - timedelta(days=DAYS - 1), faults)
    if not faults and begin > end:
        faults.append(Fault("to", f"{end} is before {begin}", "swap the two"))
    if faults:
        raise Invalid(faults)
    return Period(begin, end, _midnight(begin, zone), _midnight(end + timedelta(days=1), zone))


def _day(place: str, text: str, default: date, faults: list[Fault]) -> date:
    try:
        day = date.fromisoformat(text) if text else default
    except ValueError:
        faults.append(Fault(place, f"{text} is no day", "write it as 2026-10-01"))
        return default
    if not date(1970, 1, 2) <= day <= date(9999, 12, 30):
        faults.append(Fault(place, f"{text} is a day of which nothing is known", "choose one since 1970"))
        return default
    return day


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))
