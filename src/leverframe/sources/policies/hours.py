"""In which hours may traffic widen, in which dates not, and which days are holidays?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import holidays as holiday_calendars
from holidays.utils import list_supported_countries

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Window
from leverframe.sources.policies.fiscal import read_closes
from leverframe.sources.policies.reading import Report, Section, nearest
from leverframe.sources.policies.scopes import WEEKDAYS, read_scope

YEARS = range(2024, 2033)


def read_calendar(policy: Section, report: Report) -> Calendar:
    """Return the organisation's windows, freezes, zones and holidays."""
    calendar = Calendar(
        home_zone=policy.zone("home_zone", required=True),
        zones=_read_regions(policy.section("regions"), report),
        windows=tuple(_read_windows(policy)),
        holidays=_read_holidays(policy.section("holidays"), report),
    )
    return replace(calendar, freezes=(*_read_freezes(policy), *read_closes(policy, calendar, YEARS)))


def _read_regions(section: Section, report: Report) -> dict[str, str]:
    zones = {}
    for region in section.free():
        report.remember(f"region {region}", section.place_of(region))
        zones[region] = section.zone(region, required=True)
    return zones


def _read_windows(policy: Section) -> Iterator[Window]:
    for entry in policy.sections("windows", required=True):
        with entry as section:
            name = section.text("name", required=True, example="standard hours")
            days = section.names("days", required=True, known=WEEKDAYS)
            opens, closes = section.clock_time("opens"), section.clock_time("closes")
            if opens >= closes and section.has("opens") and section.has("closes"):
                because = f"opens at {opens:%H:%M} and closes at {closes:%H:%M}, so it is never open"
                section.wrong("closes", because, "Let `closes` be later on the same day.")
            weekdays = frozenset(WEEKDAYS.index(day) for day in days)
            yield Window(name, weekdays, opens, closes, section.zone("zone"), read_scope(section))


def _read_freezes(policy: Section) -> Iterator[Freeze]:
    for entry in policy.sections("freezes"):
        with entry as section:
            name = section.text("name", required=True, example="quarter-end close")
            starts, ends = _stretch(section)
            if starts and ends and starts >= ends:
                last = "ends" if section.has("ends") else "last_day"
                section.wrong(last, "is not after its start", "Swap the two.")
            during_ramp = section.choice("during_ramp", DuringRamp, default=DuringRamp.HOLD) or DuringRamp.HOLD
            zone, scope, because = section.zone("zone"), read_scope(section), section.text("because")
            if starts and ends:
                yield Freeze(name, starts, ends, zone, scope, during_ramp, because)


def _stretch(section: Section) -> tuple[datetime | None, datetime | None]:
    """Read `starts` and `ends` (times), or `first_day` and `last_day` (whole days, the last one included)."""
    if section.has("first_day") or section.has("last_day"):
        days = [section.day(key) for key in ("first_day", "last_day")]
        for key in ("first_day", "last_day"):
            section.value(key, required=True, example="2026-06-30")
        first, last = (datetime.combine(day, datetime.min.time()) if day else None for day in days)
        return first, last + timedelta(days=1) if last else None
    for key in ("starts", "ends"):
        section.value(key, required=True, example="2026-06-30 18:00")
    starts, ends = section.wall_time("starts"), section.wall_time("ends")
    for key, moment in (("starts", starts), ("ends", ends)):
        if moment and moment.tzinfo:
            section.wrong(key, "carries an offset", "Write the wall time, and name the `zone` beside it.")
    return _naive(starts), _naive(ends)


def _naive(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=None) if moment else None


def _read_holidays(section: Section, report: Report) -> frozenset[date]:
    if not section:
        return frozenset()
    with section:
        country, subdivision = section.text("country", required=True, example="GB"), section.text("subdivision")
        known = list_supported_countries()
        if country and country not in known:
            section.wrong(
                "country", f"is `{country}`, which has no holiday calendar", "Write its two letters, as `GB`."
            )
            return frozenset()
        if subdivision and subdivision not in known.get(country, []):
            because = f"is `{subdivision}`, which is no part of {country}"
            section.wrong("subdivision", because, nearest(subdivision, known[country], noun="parts"))
            return frozenset()
        if not country:
            return frozenset()
        found = holiday_calendars.country_holidays(country, subdiv=subdivision or None, years=YEARS)
        return frozenset(found)
