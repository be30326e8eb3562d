"""Which moment is meant by a wall time, and how is a moment written for people?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@lru_cache(maxsize=4096)
def earliest(wall: datetime, zone: str) -> datetime:
    """Return the UTC moment of a wall time; the earlier one where the clocks skip or repeat it."""
    return min(_readings(wall, zone))


@lru_cache(maxsize=4096)
def latest(wall: datetime, zone: str) -> datetime:
    """Return the UTC moment of a wall time; the later one where the clocks skip or repeat it."""
    return max(_readings(wall, zone))


def say(at: datetime, zone: str) -> str:
    """Write a moment with date and zone: `Wed 13 May 2026 16:00 Europe/London`."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M} {zone}"


def say_minutes(minutes: float) -> str:
    """Write a length of time as people say it: `30 minutes`, `4 hours`, `1 day 2 hours`."""
    whole = max(0, round(minutes))
    days, hours, rest = whole // 1440, whole % 1440 // 60, whole % 60
    parts = [_count(days, "day"), _count(hours, "hour"), _count(rest, "minute")]
    return " ".join(part for part in parts if part) or "0 minutes"


def later(at: datetime, minutes: float) -> datetime:
    """Return the moment so many minutes on."""
    return at + timedelta(minutes=minutes)


def _readings(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """Read a wall time both ways (PEP 495); the two differ only in a skipped or repeated hour."""
    if wall.tzinfo is not None:
        return wall.astimezone(UTC), wall.astimezone(UTC)
    local = wall.replace(tzinfo=ZoneInfo(zone))
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}" if number else ""


def say_span(minutes: float) -> str:
    """Say a stretch of minutes in at most two units: 34 min, 4 h, 1 d 4 h."""
    whole = round(abs(minutes))
    if whole < 1:
        return "under 1 min"
    days, rest = divmod(whole, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [f"{amount} {unit}" for amount, unit in ((days, "d"), (hours, "h"), (left, "min")) if amount]
    return " ".join(parts[:2])
