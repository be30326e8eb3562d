"""When is an event of an iCalendar file (RFC 5545)?

Times are wall times in a zone (empty: the file names none). DTEND of days is not in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event
from icalendar.prop import vDDDTypes

from leverframe.nouns.verdicts import Fault, Invalid

Wall = tuple[datetime, datetime, str]
"""When an event starts and ends, as wall time in a zone (empty: each reader's own)."""
TIMES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID")
UTC_UNTIL = re.compile(r"UNTIL=(\d{8}T\d{6})Z", re.IGNORECASE)
UNREADABLE = (ValueError, TypeError, KeyError, OverflowError)
"""What reading the times of a broken event may raise."""


def is_calendar(body: bytes) -> bool:
    """Say whether this is an iCalendar file."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR"


def calendars_of(body: bytes | str, *, place: str) -> list[Calendar]:
    """Return the calendars of a file; raises Invalid."""
    try:
        return [each for each in Calendar.from_ical(body, multiple=True) if isinstance(each, Calendar)]
    except (ValueError, IndexError, KeyError, TypeError) as wrong:
        because = f"this is no iCalendar file: {wrong}"
        raise Invalid([Fault(place, because, "export it again from the calendar")]) from None


def events_of(calendar: Calendar) -> list[Event]:
    """Return the events of a calendar, in its order."""
    return [event for event in calendar.walk("VEVENT") if isinstance(event, Event)]


def unreadable_times(event: Event, at: str) -> Iterator[Fault]:
    """Yield what is wrong with the times of an event, before they are asked for."""
    if "DTSTART" not in event:
        yield Fault(at, "the event has no DTSTART", "say in the calendar when it starts")
    for key in TIMES:
        if key in event and not isinstance(event[key], vDDDTypes):
            yield Fault(at, f"its {key} cannot be read: {str(event[key])[:60]}", f"mend its {key}")
    if isinstance(event.get("RRULE"), list):
        yield Fault(at, "it repeats by more than one RRULE", "make an event of each")


def wall_of(event: Event) -> Wall:
    """Return when an event is; one without an end lasts a day where its start is one, else no time at all."""
    starts = told(event, "DTSTART")
    zone = _zone(starts)
    whole = not isinstance(starts, datetime)
    if "DTEND" in event:
        ends = told(event, "DTEND")
    else:
        ends = starts + (told(event, "DURATION") if "DURATION" in event else timedelta(days=1 if whole else 0))
    return naive(starts, zone), naive(ends, zone), zone


def starts_of(event: Event, starts: datetime, zone: str) -> Iterator[datetime]:
    """Yield every start of an event that repeats, in order, without those that EXDATE leaves out."""
    rule = rrulestr(_rule(event["RRULE"], zone), dtstart=starts, ignoretz=True)
    left_out = {naive(each.dt, zone) for each in _listed(event.get("EXDATE")) for each in each.dts}
    return (at for at in rule if at not in left_out)


def told(event: Event, key: str) -> Any:
    """Return a date, a moment or a length of time of an event."""
    value: Any = event[key]
    return value.dt


def naive(moment: Any, zone: str) -> datetime:
    """Return a moment as wall time in a zone."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)


def day_of(moment: Any) -> date:
    """Return the day of a date or a moment."""
    return moment.date() if isinstance(moment, datetime) else moment


def _zone(moment: Any) -> str:
    """Return the IANA zone of a moment, UTC where its zone is another's own, empty where it has none."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return ""
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC"


def _rule(value: Any, zone: str) -> str:
    """Write a rule with its UNTIL as wall time, which is how its starts are counted."""

    def in_zone(found: re.Match[str]) -> str:
        until = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        return f"UNTIL={naive(until, zone):%Y%m%dT%H%M%S}"

    return UTC_UNTIL.sub(in_zone, value.to_ical().decode())


def _listed(found: Any) -> list[Any]:
    return [] if found is None else found if isinstance(found, list) else [found]
