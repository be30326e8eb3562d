"""Which shifts does an iCalendar export tell?

PagerDuty writes `On Call - NAME - SCHEDULE` with the person's e-mail as ATTENDEE, Grafana OnCall the names with
commas between and a level, `[L1] NAME`, others the name or the e-mail alone. A shift that repeats ends at the same
wall time each time: clocks that change move no handover. Days are whole. What is canceled is no shift.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vDDDTypes

from leverframe.nouns.rotas import Shift
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.calendar_events import (
    UNREADABLE,
    Wall,
    calendars_of,
    events_of,
    naive,
    starts_of,
    told,
    unreadable_times,
    wall_of,
)
from leverframe.sources.policies.reading import is_zone
from leverframe.sources.rotas.moments import moment_of

PLACE = "rota"
MOST_STARTS = 50_000
"""So many starts of one event are counted through, and no more: the rule of an honest rota never comes near."""
LEVEL = re.compile(r"^\[L(\d{1,2})\]\s*", re.IGNORECASE)
PAGERDUTY = re.compile(r"^on[ -]call - (.+?)(?: - .*)?$", re.IGNORECASE | re.DOTALL)

Moved = set[tuple[str, datetime]]
"""The times of events that repeat which have an event of their own: by UID and the moment that they replace."""


def read(text: str, *, zone: str, begins: datetime, ends: datetime) -> list[Shift]:
    """Return the shifts of an export that touch a stretch; raises Invalid with all faults, by the event."""
    faults: list[Fault] = []
    found, count = [], 0
    for calendar in calendars_of(text, place=PLACE):
        home = _zone_of(calendar) or zone
        events = events_of(calendar)
        moved = {_key(event, home) for event in events if isinstance(event.get("RECURRENCE-ID"), vDDDTypes)}
        for event in events:
            count += 1
            found += _event(event, count, home, moved, (begins, ends), faults)
    if not count:
        faults.append(Fault(PLACE, "there is no shift in this calendar", "export the schedule of the rota"))
    if faults:
        raise Invalid(faults)
    return found


def _zone_of(calendar: Calendar) -> str:
    """Return the zone in which a calendar means its times that have none; empty where it does not say."""
    said = str(calendar.get("X-WR-TIMEZONE", "")).strip()
    return said if said and is_zone(said) else ""


def _event(
    event: Event, number: int, home: str, moved: Moved, asked: tuple[datetime, datetime], faults: list[Fault]
) -> list[Shift]:
    """Return the shifts of one event; what is wrong with it is added to the faults."""
    summary = " ".join(str(event.get("SUMMARY", "")).split())
    at = f"{PLACE}: event {number}{f' ({summary})' if summary else ''}"
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return []
    people, level = _people(event, summary)
    wrong = [*_wrong(event, at, people)]
    faults += wrong
    if wrong:
        return []
    try:
        times = [*_times(event, home, moved, asked)]
    except UNREADABLE as error:
        faults.append(Fault(at, f"its times cannot be read: {error}", "mend DTSTART, DTEND or RRULE"))
        return []
    return [Shift(who, starts, ends, email, level) for starts, ends in times for who, email in people]


def _wrong(event: Event, at: str, people: list[tuple[str, str]]) -> Iterator[Fault]:
    if not people:
        yield Fault(at, "the event names nobody", "write who is on call into its SUMMARY or its ATTENDEE")
    broken = [*unreadable_times(event, at)]
    yield from broken
    if broken:
        return
    if "RDATE" in event:
        yield Fault(at, "it repeats on days of an RDATE, which are not read", "make an event of each")
    for key in ("DTSTART", "DTEND"):
        if key in event and (zone := str(event[key].params.get("TZID", ""))) and not _is_known(event, key):
            yield Fault(at, f"its {key} is in {zone}, which is no IANA zone", "export it in a zone such as UTC")
    if "DTEND" not in event and "DURATION" not in event and isinstance(told(event, "DTSTART"), datetime):
        yield Fault(at, "the event has no end", "say in the calendar when the shift ends")


def _is_known(event: Event, key: str) -> bool:
    """Say whether the zone of a time was understood: a zone of the database, or UTC."""
    moment = told(event, key)
    return not isinstance(moment, datetime) or isinstance(moment.tzinfo, ZoneInfo) or _is_utc(moment)


def _is_utc(moment: datetime) -> bool:
    return moment.tzinfo is not None and moment.tzname() == "UTC"


def _times(
    event: Event, home: str, moved: Moved, asked: tuple[datetime, datetime]
) -> Iterator[tuple[datetime, datetime]]:
    """Yield each time of an event that touches the stretch; raises ValueError where one ends before it starts."""
    wall = wall_of(event)
    starts, ends, zone = wall[0], wall[1], wall[2] or home
    if starts >= ends:
        raise ValueError("it ends before it starts")
    walls = _starts(event, wall, asked[1], home) if "RRULE" in event else iter([starts])
    uid, is_one = _uid(event), "RRULE" not in event
    for at in walls:
        shift = moment_of(at, zone), moment_of(at + (ends - starts), zone)
        is_moved = not is_one and (uid, shift[0]) in moved
        if shift[0] < shift[1] and shift[1] > asked[0] and shift[0] < asked[1] and not is_moved:
            yield shift


def _starts(event: Event, wall: Wall, until: datetime, home: str) -> Iterator[datetime]:
    starts, _, zone = wall
    last = naive(until, zone or home) + timedelta(days=1)
    for count, at in enumerate(starts_of(event, starts, zone)):
        if at > last:
            return
        if count >= MOST_STARTS:
            raise ValueError(f"it repeats more than {MOST_STARTS:,} times")
        yield at


def _people(event: Event, summary: str) -> tuple[list[tuple[str, str]], int]:
    """Return who an event puts on call, each with their e-mail where it is told, and at which level."""
    found = LEVEL.match(summary)
    level = int(found[1]) if found else 0
    rest = summary[found.end() :] if found else summary
    named = PAGERDUTY.match(rest)
    emails = [each for each in map(_email, _listed(event.get("ATTENDEE"))) if each]
    if named:
        return [(named[1].strip(), emails[0] if emails else "")], level
    names = [name for part in rest.split(",") if (name := part.strip())]
    if len(names) == len(emails):
        return [*zip(names, emails, strict=True)], level
    if emails:
        return [(email, email) for email in emails], level
    return [(name, name if "@" in name else "") for name in names], level


def _email(attendee: Any) -> str:
    text = str(attendee).strip()
    text = text[len("mailto:") :] if text.lower().startswith("mailto:") else text
    return text if "@" in text else ""


def _listed(found: Any) -> list[Any]:
    return [] if found is None else found if isinstance(found, list) else [found]


def _key(event: Event, home: str) -> tuple[str, datetime]:
    moment = told(event, "RECURRENCE-ID")
    aware = isinstance(moment, datetime) and moment.tzinfo is not None
    return _uid(event), moment_of(naive(moment, "UTC" if aware else ""), "UTC" if aware else home)


def _uid(event: Event) -> str:
    return str(event.get("UID", "")).strip()
