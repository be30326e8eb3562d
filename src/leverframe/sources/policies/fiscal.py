"""Which freezes follow from the days on which the books are closed?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze
from leverframe.nouns.fiscal import FiscalMonths, FiscalWeeks, FiscalYear, Period, Weeks
from leverframe.rules.calendar import add_business_days
from leverframe.rules.fiscal import closes_of
from leverframe.sources.policies.reading import Section, nearest
from leverframe.sources.policies.scopes import WEEKDAYS, read_scope

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("business_days_before", "business_days_after")
MOST_DAYS = 30


def read_closes(policy: Section, calendar: Calendar, years: Sequence[int]) -> Iterator[Freeze]:
    """Yield the freezes of some calendar years that `fiscal_closes` asks for, around each close of `fiscal_year`."""
    year = _read_year(policy.section("fiscal_year"))
    for entry in policy.sections("fiscal_closes"):
        with entry as section:
            name = section.text("name", required=True, example="quarter-end close")
            period = section.choice("each", Period, default=Period.QUARTER) or Period.QUARTER
            before, after = (section.whole(key, default=0, low=0, high=MOST_DAYS) for key in DAYS)
            during_ramp = section.choice("during_ramp", DuringRamp, default=DuringRamp.HOLD) or DuringRamp.HOLD
            zone, scope, because = section.zone("zone"), read_scope(section), section.text("because")
            for close in closes_of(year, period, years):
                first = add_business_days(calendar, close.last_day, -before)
                last = add_business_days(calendar, close.last_day, after)
                starts, ends = (datetime.combine(day, time()) for day in (first, last + timedelta(days=1)))
                yield Freeze(f"{name} {close.name}", starts, ends, zone, scope, during_ramp, because)


def _read_year(section: Section) -> FiscalYear:
    """Read a year of months (`begins`) or of whole weeks (`weeks`); the calendar's year where none is said."""
    if not section:
        return FiscalMonths()
    with section:
        if section.has("weeks") and section.has("begins"):
            section.wrong("begins", "stands beside `weeks`", "Say one of both: a year of months, or of weeks.")
        if not section.has("weeks"):
            return FiscalMonths(_month(section, "begins"))
        weeks = section.choice("weeks", Weeks, required=True) or Weeks.W445
        weekday = section.text("ends_on", required=True, example="sat")
        if weekday and weekday not in WEEKDAYS:
            section.wrong("ends_on", f"is `{weekday}`, which is no day", nearest(weekday, WEEKDAYS, noun="days"))
        number = WEEKDAYS.index(weekday) if weekday in WEEKDAYS else 0
        return FiscalWeeks(weeks, number, _month(section, "of"), section.flag("nearest"))


def _month(section: Section, key: str) -> int:
    """Read a month by its three letters."""
    text = section.text(key, required=True, example="jan")
    if text and text not in MONTHS:
        section.wrong(key, f"is `{text}`, which is no month", nearest(text, MONTHS, noun="months"))
    return MONTHS.index(text) + 1 if text in MONTHS else 1
