"""Do the periods of a fiscal year end on the days on which accountants say they do?"""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from leverframe.nouns.calendar import Calendar
from leverframe.nouns.fiscal import FiscalMonths, FiscalWeeks, Period, Weeks
from leverframe.rules.calendar import add_business_days
from leverframe.rules.fiscal import closes_of

SATURDAY = 5
RETAIL = FiscalWeeks(Weeks.W454, SATURDAY, 1, nearest=True)
"""The calendar of the National Retail Federation: it ends on the Saturday nearest to the end of January."""


def days(year, period, *years):
    return {close.name: close.last_day for close in closes_of(year, period, years)}


def test_quarters_of_the_calendar_year():
    assert days(FiscalMonths(), Period.QUARTER, 2026) == {
        "Q1 2026": date(2026, 3, 31),
        "Q2 2026": date(2026, 6, 30),
        "Q3 2026": date(2026, 9, 30),
        "Q4 2026": date(2026, 12, 31),
    }


@pytest.mark.parametrize(
    ("begins", "first", "last"),
    [(4, date(2025, 4, 30), date(2026, 3, 31)), (2, date(2025, 2, 28), date(2026, 1, 31))],
)
def test_a_year_is_named_after_the_year_in_which_it_ends(begins, first, last):
    months = days(FiscalMonths(begins), Period.MONTH, 2026)
    assert (len(months), months["P1 2026"], months["P12 2026"]) == (12, first, last)
    assert days(FiscalMonths(begins), Period.YEAR, 2026) == {"FY2026": last}


def test_a_leap_february_ends_on_its_29th():
    assert days(FiscalMonths(), Period.MONTH, 2028)["P2 2028"] == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("year", "ends"), [(2024, date(2024, 2, 3)), (2025, date(2025, 2, 1)), (2026, date(2026, 1, 31))]
)
def test_the_retail_year_ends_on_the_saturday_nearest_to_the_end_of_january(year, ends):
    """2023 was the retail calendar's last year of 53 weeks: it ended on 3 February 2024."""
    assert days(RETAIL, Period.YEAR, year) == {f"FY{year}": ends}


def test_the_weeks_are_dealt_out_and_a_53rd_is_the_last_periods():
    long = list(days(RETAIL, Period.MONTH, 2024).values())
    begins = date(2023, 1, 28)
    weeks = [(day - before).days // 7 for before, day in zip([begins, *long], long, strict=False)]
    assert weeks == [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]


def test_the_last_weekday_of_a_month_is_never_after_it():
    last = FiscalWeeks(Weeks.W445, SATURDAY, 9)
    assert days(last, Period.YEAR, 2025, 2026) == {"FY2025": date(2025, 9, 27), "FY2026": date(2026, 9, 26)}


@pytest.mark.parametrize(("before", "after", "hit"), [(3, 5, 2), (3, 7, 16), (5, 8, 19), (5, 10, 24)])
def test_so_many_second_tuesdays_lie_in_a_quarters_close(before, after, hit):
    """reference "calendars": of the 72 major trains from 2025 to 2030, by the holidays of the United States."""
    calendar = Calendar(
        "America/New_York", holidays=frozenset(holidays.country_holidays("US", years=range(2024, 2032)))
    )
    closed = set()
    for close in closes_of(FiscalMonths(), Period.QUARTER, range(2024, 2032)):
        day, last = (add_business_days(calendar, close.last_day, by) for by in (-before, after))
        while day <= last:
            closed.add(day)
            day += timedelta(days=1)
    assert sum(second_tuesday(year, month) in closed for year in range(2025, 2031) for month in range(1, 13)) == hit


def second_tuesday(year, month):
    first = date(year, month, 1)
    return first + timedelta(days=(1 - first.weekday()) % 7 + 7)
