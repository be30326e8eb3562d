"""On which days do the periods of a fiscal year end?"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from leverframe.nouns.fiscal import Close, FiscalMonths, FiscalWeeks, FiscalYear, Period

QUARTERS, MONTHS = 4, 12
WEEK = timedelta(days=7)


def closes_of(year: FiscalYear, period: Period, years: Sequence[int]) -> Iterator[Close]:
    """Yield the closes of some fiscal years, each named after the calendar year in which it ends, in order."""
    for number in years:
        ends = _ends_of_months(year, number) if isinstance(year, FiscalMonths) else _ends_of_weeks(year, number)
        for place, last_day in enumerate(ends, 1):
            if name := _name(period, place):
                yield Close(f"{name}{number}", last_day)


def _name(period: Period, place: int) -> str:
    """Name what ends with one of the twelve periods (from 1); empty where nothing of that length does."""
    if period is Period.MONTH:
        return f"P{place} "
    if period is Period.QUARTER:
        return f"Q{place // 3} " if place % 3 == 0 else ""
    return "FY" if place == MONTHS else ""


def _ends_of_months(year: FiscalMonths, number: int) -> Iterator[date]:
    """Yield the last days of the twelve months of the fiscal year that ends in a calendar year."""
    first = (number if year.begins == 1 else number - 1) * MONTHS + year.begins - 1
    for month in range(first, first + MONTHS):
        yield _last_of(month // MONTHS, month % MONTHS + 1)


def _ends_of_weeks(year: FiscalWeeks, number: int) -> Iterator[date]:
    """Yield the last days of the twelve periods; a 53rd week is the last one's."""
    day, last = _year_end(year, number - 1), _year_end(year, number)
    for weeks in (year.weeks.each * QUARTERS)[:-1]:
        day += weeks * WEEK
        yield day
    yield last


def _year_end(year: FiscalWeeks, number: int) -> date:
    """Return the last day of a fiscal year: the last such weekday of the month, or the one nearest to its end."""
    last = _last_of(number, year.month)
    before = last - timedelta(days=(last.weekday() - year.weekday) % 7)
    return before + WEEK if year.nearest and (last - before).days > 3 else before


def _last_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
