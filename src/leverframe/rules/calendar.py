"""May traffic widen now, and if not, when?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leverframe.nouns.calendar import Calendar, Freeze, Subject
from leverframe.nouns.targets import EVERYWHERE
from leverframe.rules.moments import say
from leverframe.rules.open_hours import closures_from, horizon, hours_of, openings_from, stretch_of


@dataclass(frozen=True, slots=True)
class Opening:
    """The calendar's answer for one subject in one region at one moment.

    `until` ends this openness (None: closed, or no end within two years); `next_opening` is when it opens
    (None: open now, or never within two years); `freeze` names the freeze that holds now, if one does.
    """

    is_open: bool
    because: str
    until: datetime | None
    next_opening: datetime | None
    zone: str
    freeze: str = ""


def opening(calendar: Calendar, subject: Subject, region: str, now: datetime) -> Opening:
    """Say whether traffic may widen in a region now, and if not, why and when it may."""
    zone = calendar.zone_of(region)
    hours = hours_of(calendar, subject, region)
    opens, closes = next(openings_from(hours, now), (None, None))
    if opens is not None and closes is not None and opens <= now:
        until = closes if closes < horizon(now) else None
        end = f"until {say(closes, zone)}" if until else "without an end in two years"
        return Opening(True, f"the release window{say_place(region)} is open {end}", until, None, zone)
    freeze = freeze_at(calendar, subject, region, now)
    if freeze is not None:
        return Opening(False, say_freeze(freeze, region, zone), None, opens, zone, freeze.name)
    if not hours.weekly:
        return Opening(False, f"no release window speaks of {subject.target}{say_place(region)}", None, None, zone)
    return Opening(False, f"it is outside the release window{say_place(region)}", None, opens, zone)


def is_open(calendar: Calendar, subject: Subject, region: str, now: datetime) -> bool:
    """Say whether traffic may widen in a region now."""
    return next_opening(calendar, subject, region, now) == now


def next_opening(calendar: Calendar, subject: Subject, region: str, after: datetime) -> datetime | None:
    """Return the first moment from `after` on at which traffic may widen; `after` itself if it may now.

    None: nothing opens within two years.
    """
    for opens, _ in openings_from(hours_of(calendar, subject, region), after):
        return max(opens, after)
    return None


def closed_stretch(
    calendar: Calendar, subject: Subject, region: str, after: datetime, hours: float
) -> tuple[datetime, datetime] | None:
    """Return the first closed stretch of at least so many hours that ends after a moment.

    It may have begun before the moment: then the moment lies inside it. None: there is none in two years.
    """
    return next(closures_from(hours_of(calendar, subject, region), after, timedelta(hours=hours)), None)


def freezes_at(calendar: Calendar, subject: Subject, region: str, now: datetime) -> tuple[Freeze, ...]:
    """List the freezes that hold in a region now."""
    hours = hours_of(calendar, subject, region)
    return tuple(f for f, (starts, ends) in zip(hours.freezes, hours.frozen, strict=True) if starts <= now < ends)


def freeze_at(calendar: Calendar, subject: Subject, region: str, now: datetime) -> Freeze | None:
    """Return the freeze that holds in a region now, the longest-lasting of several."""
    found = freezes_at(calendar, subject, region, now)
    return longest_freeze(found, calendar.zone_of(region)) if found else None


def longest_freeze(freezes: Sequence[Freeze], zone: str) -> Freeze:
    """Return the freeze that ends last."""
    return max(freezes, key=lambda freeze: stretch_of(freeze, zone)[1])


def say_freeze(freeze: Freeze, region: str, zone: str) -> str:
    """Say that a freeze holds, until when, and why."""
    place = freeze.zone or zone
    why = f" ({freeze.because})" if freeze.because else ""
    return f"the freeze {freeze.name}{why} holds{say_place(region)} until {say(stretch_of(freeze, zone)[1], place)}"


def add_business_days(calendar: Calendar, day: date, days: int) -> date:
    """Count so many business days on from a day (back, if negative), over weekends and the holidays."""
    step = timedelta(days=1 if days >= 0 else -1)
    left = abs(days)
    while left:
        day += step
        if day.weekday() < 5 and day not in calendar.holidays:
            left -= 1
    return day


def say_place(region: str) -> str:
    """Say where: nothing for what has no region."""
    return "" if region in ("", EVERYWHERE) else f" in {region}"
