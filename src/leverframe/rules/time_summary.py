"""How long do changes take, month by month, and where does the time go?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from statistics import median
from zoneinfo import ZoneInfo

from leverframe.nouns.spent_time import MonthTime, TimeRow

PARTS = ("preparing", "signing", "window", "ramp", "watch")


def month_of(moment: datetime, zone: str) -> str:
    """Name the month of a moment in a zone: `2026-05`."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m}"


def by_month_and_tier(rows: Iterable[TimeRow]) -> tuple[MonthTime, ...]:
    """Sum up what was closed in each month, tier by tier, the newest month first."""
    found: dict[tuple[str, str], list[TimeRow]] = {}
    for row in rows:
        found.setdefault((row.month, row.tier), []).append(row)
    return tuple(_summed(month, tier, found[month, tier]) for month, tier in sorted(found, key=_newest_first))


def _newest_first(key: tuple[str, str]) -> tuple[int, int]:
    month, tier = key
    return -int(month.replace("-", "")), ("high", "medium", "low").index(tier)


def _summed(month: str, tier: str, rows: Sequence[TimeRow]) -> MonthTime:
    """Medians of the whole; of the parts, which share of all the time of these changes went into each."""
    told = [row.active_hours for row in rows if row.active_hours is not None]
    elapsed = sum(row.elapsed_minutes for row in rows)
    shares = {part: _percent(sum(getattr(row, part) for row in rows), elapsed) for part in PARTS}
    return MonthTime(
        month=month,
        tier=tier,
        changes=len(rows),
        median_elapsed_minutes=median(row.elapsed_minutes for row in rows),
        median_active_hours=median(told) if told else None,
        told=len(told),
        preparing_percent=shares["preparing"],
        sign_offs_percent=shares["signing"],
        window_percent=shares["window"],
        ramp_percent=shares["ramp"],
        held_percent=_percent(sum(row.held for row in rows), elapsed),
        watch_percent=shares["watch"],
    )


def _percent(part: float, whole: float) -> float:
    return round(100.0 * part / whole, 1) if whole else 0.0
