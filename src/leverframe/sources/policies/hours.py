"""In which hours may traffic widen, in which dates not, and which days are holidays?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import holidays as holiday_calendars
from holidays.utils import list_supported_countries

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Window
from leverframe.sources.policies.fiscal import read_closes
from leverframe.sources.policies.freezes import read_freeze
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
    freezes = (*_read_freezes(policy), *_read_holiday_freezes(policy), *read_closes(policy, calendar, YEARS))
    return replace(calendar, freezes=freezes)


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
            if freeze := read_freeze(section):
                yield freeze


def _read_holiday_freezes(policy: Section) -> Iterator[Freeze]:
    """Yield a freeze for each holiday of a country, such as the one where a region's people live."""
    for entry in policy.sections("holiday_freezes"):
        with entry as section:
            found = _read_country(section)
            zone, scope, because = section.zone("zone"), read_scope(section), section.text("because")
            during_ramp = section.choice("during_ramp", DuringRamp, default=DuringRamp.HOLD) or DuringRamp.HOLD
            for day, name in sorted(found.items()):
                starts = datetime.combine(day, time())
                yield Freeze(name, starts, starts + timedelta(days=1), zone, scope, during_ramp, because)


def _read_holidays(section: Section, report: Report) -> frozenset[date]:
    if not section:
        return frozenset()
    with section:
        return frozenset(_read_country(section))


def _read_country(section: Section) -> dict[date, str]:
    """Return the holidays of a `country`, or of its `subdivision`, by day."""
    country, subdivision = section.text("country", required=True, example="GB"), section.text("subdivision")
    known = list_supported_countries()
    if country and country not in known:
        remedy = "Write its two letters, as `GB`."
        section.wrong("country", f"is `{country}`, which has no holiday calendar", remedy)
        return {}
    if subdivision and subdivision not in known.get(country, []):
        because = f"is `{subdivision}`, which is no part of {country}"
        section.wrong("subdivision", because, nearest(subdivision, known[country], noun="parts"))
        return {}
    if not country:
        return {}
    return dict(holiday_calendars.country_holidays(country, subdiv=subdivision or None, years=YEARS))
