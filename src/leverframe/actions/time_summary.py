"""How long do changes take, and where does their time go?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from leverframe.actions.house import House
from leverframe.nouns.spent_time import MonthTime
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.time_summary import by_month_and_tier
from leverframe.store import spent

DAYS_A_MONTH, MOST_MONTHS = 31, 120


@dataclass(frozen=True, slots=True)
class TimeSummary:
    """What was closed in the last months, by month and tier."""

    months: int
    rows: tuple[MonthTime, ...]


def time_summary(house: House, months: int = 12) -> TimeSummary:
    """Sum up the changes that were closed in the last months; raises Invalid."""
    if not 1 <= months <= MOST_MONTHS:
        raise Invalid([Fault("months", f"{months} months cannot be summed up", f"a number from 1 to {MOST_MONTHS}")])
    with house.store.read() as db:
        since = house.clock.now() - timedelta(days=DAYS_A_MONTH * months)
        return TimeSummary(months, by_month_and_tier(spent.closed_since(db, since)))
