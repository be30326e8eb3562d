"""Which freezes does an iCalendar file hold (RFC 5545)?

Each event is a freeze: SUMMARY is its name, DESCRIPTION why, UID its name in the file. Days are whole, and DTEND of
days is not in it. A time keeps its zone; one without a zone is wall time in each region. An event that repeats is one
freeze for each time, YEARS ahead at most; a canceled one is called off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from icalendar import Event
from icalendar.prop import vDDDTypes

from leverframe.nouns.calendar import Freeze
from leverframe.nouns.freezes import ReadFreeze
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.calendar_events import (
    UNREADABLE,
    Wall,
    calendars_of,
    day_of,
    events_of,
    is_calendar,
    starts_of,
    told,
    unreadable_times,
    wall_of,
)

YEARS = 5
MOST_TIMES = 400


def recognise(body: bytes) -> bool:
    """Say whether this is an iCalendar file."""
    return is_calendar(body)


def read(body: bytes, *, place: str) -> Sequence[ReadFreeze]:
    """Return the freezes of a file; raises Invalid with all faults, by the number and name of the event."""
    events = [event for calendar in calendars_of(body, place=place) for event in events_of(calendar)]
    moved = {_key(event) for event in events if isinstance(event.get("RECURRENCE-ID"), vDDDTypes)}
    faults: list[Fault] = []
    freezes = [read for number, event in enumerate(events, 1) for read in _event(event, number, place, moved, faults)]
    if not events:
        faults.append(Fault(place, "there is no event in this calendar", "export the one that holds the freezes"))
    if faults:
        raise Invalid(faults)
    return freezes


def _event(
    event: Event, number: int, place: str, moved: set[tuple[str, date]], faults: list[Fault]
) -> Iterator[ReadFreeze]:
    """Yield the freezes of one event; what is wrong with it is added to the faults."""
    name, uid = str(event.get("SUMMARY", "")).strip(), str(event.get("UID", "")).strip()
    at = f"{place}: event {number}{f' ({name})' if name else ''}"
    wrong = [*_missing(event, at, name)]
    faults += wrong
    if wrong:
        return
    try:
        times = [*_times(event, uid, moved)]
    except UNREADABLE as error:
        faults.append(Fault(at, f"its times cannot be read: {error}", "mend DTSTART, DTEND or RRULE"))
        return
    because = " ".join(str(event.get("DESCRIPTION", "")).split())
    called_off = str(event.get("STATUS", "")).upper() == "CANCELLED"
    repeats = len(times) > 1 or "RECURRENCE-ID" in event or "RRULE" in event
    for starts, ends, zone in times:
        if starts >= ends:
            faults.append(Fault(at, "it ends before it starts", "swap DTSTART and DTEND"))
            return
        day = f"/{_named_by(event, starts):%Y-%m-%d}" if repeats else ""
        freeze = Freeze(name, starts, ends, zone, because=because)
        yield ReadFreeze(freeze, f"{uid or name}{day}", at, called_off)


def _missing(event: Event, at: str, name: str) -> Iterator[Fault]:
    if not name:
        yield Fault(at, "the event has no SUMMARY, so that its freeze has no name", "name it in the calendar")
    yield from unreadable_times(event, at)


def _times(event: Event, uid: str, moved: set[tuple[str, date]]) -> Iterator[Wall]:
    """Yield every time of an event, in order; those that are moved have an event of their own."""
    starts, ends, zone = wall_of(event)
    if "RRULE" not in event:
        yield starts, ends, zone
        return
    until = starts.replace(year=max(starts.year, 2000)) + timedelta(days=366 * YEARS)
    for count, at in enumerate(starts_of(event, starts, zone)):
        if count >= MOST_TIMES or at > until:
            return
        if (uid, at.date()) not in moved:
            yield at, at + (ends - starts), zone


def _key(event: Event) -> tuple[str, date]:
    return str(event.get("UID", "")).strip(), day_of(told(event, "RECURRENCE-ID"))


def _named_by(event: Event, starts: datetime) -> date:
    """Return the day by which one time of an event that repeats is told apart: the one before it was moved."""
    return day_of(told(event, "RECURRENCE-ID")) if "RECURRENCE-ID" in event else starts.date()
