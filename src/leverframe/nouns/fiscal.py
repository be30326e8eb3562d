"""When does the organisation close its books?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Period(StrEnum):
    """What is closed."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Weeks(StrEnum):
    """How the weeks of a quarter are dealt out to its three periods."""

    W445 = "4-4-5"
    W454 = "4-5-4"
    W544 = "5-4-4"

    @property
    def each(self) -> tuple[int, int, int]:
        """Return the weeks of each period of a quarter."""
        first, second, third = map(int, self.value.split("-"))
        return first, second, third


@dataclass(frozen=True, slots=True)
class FiscalMonths:
    """A fiscal year of calendar months that begins with one of them (1 to 12)."""

    begins: int = 1


@dataclass(frozen=True, slots=True)
class FiscalWeeks:
    """A fiscal year of 52 or 53 whole weeks, as shops keep it.

    It ends on a `weekday` (Monday = 0): the last one of a month, or, with `nearest`, the one nearest to its end. The
    53rd week of a long year belongs to its last period.
    """

    weeks: Weeks
    weekday: int
    month: int
    nearest: bool = False


FiscalYear = FiscalMonths | FiscalWeeks


@dataclass(frozen=True, slots=True)
class Close:
    """One period that ends: its name (`Q2 2026`: the year in which the fiscal year ends), and its last day."""

    name: str
    last_day: date
