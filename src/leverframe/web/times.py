"""How are times, shares and amounts said to their reader?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from leverframe.rules.moments import say_span


def say_time(at: datetime, zone: str, now: datetime, *, home: str = "") -> str:
    """Say a time in a zone, with its name; with its date when it is not today where the reader is (`home`)."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(home or zone)).date()
    clock = f"{local:%H:%M} {zone_name(local, zone)}"
    if local.date() == today:
        return clock
    return f"{say_day(local.date(), today)} {clock}"


def say_day(day: date, today: date) -> str:
    """Say a day with its weekday; with its year when it is another one."""
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%a} {day.day} {day:%b}{year}"


def say_date(day: date) -> str:
    """Say a date in full: 30 Jun 2026."""
    return f"{day.day} {day:%b %Y}"


def zone_name(local: datetime, zone: str) -> str:
    """Name the zone as people do (CEST); by its IANA name where its short name is only a number."""
    short = local.tzname() or ""
    return short if short.isalpha() else zone


def say_ago(at: datetime, now: datetime) -> str:
    """Say how far a time lies from now: 12 min ago, in 3 h, just now."""
    gap = now - at
    if abs(gap) < timedelta(minutes=1):
        return "just now"
    span = say_span(gap.total_seconds() / 60)
    return f"{span} ago" if gap > timedelta(0) else f"in {span}"


def say_share(percent: float) -> str:
    """Say a share: 10 %, 0.5 %."""
    return f"{percent:.3g} %" if percent != 100 else "100 %"


def say_sentence(text: str) -> str:
    """Say a rule's or a person's words as a sentence; a name of a thing keeps its small letter."""
    first = text.split(" ", 1)[0]
    if first.isalpha():
        text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".:?" else f"{text}."


def say_count(amount: float) -> str:
    """Say a whole number with its thousands apart: 4,000,000."""
    return f"{amount:,.0f}"
