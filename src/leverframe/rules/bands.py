"""Which hours are open and which dates are frozen, between two moments?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.calendar import Calendar, Subject
from leverframe.rules.open_hours import hours_of, openings_from


def open_between(
    calendar: Calendar, subject: Subject, region: str, begins: datetime, ends: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the open stretches that lie between two moments, cut to them."""
    found = []
    for opens, closes in openings_from(hours_of(calendar, subject, region), begins):
        if opens >= ends:
            break
        found.append((max(opens, begins), min(closes, ends)))
    return tuple(found)


def frozen_between(
    calendar: Calendar, subject: Subject, region: str, begins: datetime, ends: datetime
) -> tuple[tuple[datetime, datetime, str], ...]:
    """Return the freezes that touch the time between two moments, cut to them, with their names."""
    hours = hours_of(calendar, subject, region)
    pairs = zip(hours.freezes, hours.frozen, strict=True)
    return tuple((max(s, begins), min(e, ends), f.name) for f, (s, e) in pairs if s < ends and e > begins)
