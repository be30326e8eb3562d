"""Which freezes does an iCalendar file hold (RFC 5545)?

Each event is a freeze: SUMMARY is its name, DESCRIPTION why, UID its name in the file. Days are whole, and DTEND of
days is not in it. A time keeps its zone; one without a zone is wall time in each region. An event that repeats is one
freeze for each time, YEARS ahead at most; a canceled one is called off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr
from icalendar import Calendar, Event
from icalendar.prop import vDDDTypes

from leverframe.nouns.calendar import Freeze
from leverframe.nouns.freezes import ReadFreeze
from leverframe.nouns.verdicts import Fault, Invalid

YEARS = 5
MOST_TIMES = 400
Wall = tuple[datetime, datetime, str]
"""When an event starts and ends, as wall time in a zone (empty: each region's own)."""


def recognise(body: bytes) -> bool:
    """Say whether this is an iCalendar file."""
    return body.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].upper() == b"BEGIN:VCALENDAR"


def read(body: bytes, *, place: str) -> Sequence[ReadFreeze]:
    """Return the freezes of a file; raises Invalid with all faults, by the number and name of the event."""
    try:
        calendars = [each for each in Calendar.from_ical(body, multiple=True) if isinstance(each, Calendar)]
    except (ValueError, IndexError, KeyError, TypeError) as wrong:
        because = f"this is no iCalendar file: {wrong}"
        raise Invalid([Fault(place, because, "export it again from the calendar")]) from None
    found = [each for calendar in calendars for each in calendar.walk("VEVENT")]
    events = [event for event in found if isinstance(event, Event)]
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
    except (ValueError, TypeError, KeyError, OverflowError) as error:
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
    if "DTSTART" not in event:
        yield Fault(at, "the event has no DTSTART", "say in the calendar when it starts")
    for key in ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID"):
        if key in event and not isinstance(event[key], vDDDTypes):
            yield Fault(at, f"its {key} cannot be read: {str(event[key])[:60]}", f"mend its {key}")


def _times(event: Event, uid: str, moved: set[tuple[str, date]]) -> Iterator[Wall]:
    """Yield every time of an event, in order; those that are moved have an event of their own."""
    starts, ends, zone = _wall(event)
    if "RRULE" not in event:
        yield starts, ends, zone
        return
    rule = rrulestr(_rule(event["RRULE"]), dtstart=starts, ignoretz=True)
    left_out = {_naive(each.dt, zone) for each in _listed(event.get("EXDATE")) for each in each.dts}
    until = starts.replace(year=max(starts.year, 2000)) + timedelta(days=366 * YEARS)
    for count, at in enumerate(rule):
        if count >= MOST_TIMES or at > until:
            return
        if at not in left_out and (uid, at.date()) not in moved:
            yield at, at + (ends - starts), zone


def _wall(event: Event) -> Wall:
    starts = _of(event, "DTSTART")
    zone = _zone(starts)
    whole = not isinstance(starts, datetime)
    if "DTEND" in event:
        ends = _of(event, "DTEND")
    else:
        ends = starts + (_of(event, "DURATION") if "DURATION" in event else timedelta(days=1 if whole else 0))
    return _naive(starts, zone), _naive(ends, zone), zone


def _of(event: Event, key: str) -> Any:
    """Return a date, a moment or a length of time of an event."""
    value: Any = event[key]
    return value.dt


def _rule(value: Any) -> str:
    return value.to_ical().decode()


def _zone(moment: Any) -> str:
    """Return the IANA zone of a moment, UTC where its zone is another's own, empty where it has none."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return ""
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC"


def _naive(moment: Any, zone: str) -> datetime:
    """Return a moment as wall time in a zone."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).replace(tzinfo=None)


def _listed(found: Any) -> list[Any]:
    return [] if found is None else found if isinstance(found, list) else [found]


def _key(event: Event) -> tuple[str, date]:
    return str(event.get("UID", "")).strip(), _day(_of(event, "RECURRENCE-ID"))


def _named_by(event: Event, starts: datetime) -> date:
    """Return the day by which one time of an event that repeats is told apart: the one before it was moved."""
    return _day(_of(event, "RECURRENCE-ID")) if "RECURRENCE-ID" in event else starts.date()


def _day(moment: Any) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
