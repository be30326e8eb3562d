"""Who is on call by a rota's file, and when?

A file is iCalendar (what PagerDuty, Opsgenie or Grafana OnCall export), or a YAML list of shifts. Its text is kept
and read again for the stretch that is asked for, so that a shift that repeats is never written out too short.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from leverframe.nouns.rotas import Shift
from leverframe.sources.calendar_events import is_calendar
from leverframe.sources.rotas import ics, shifts

AHEAD, BEHIND = timedelta(days=400), timedelta(days=35)
"""So far shifts are looked for: one that comes later is as good as none, one that is over says when it was."""


def read_rota(text: str, *, zone: str, now: datetime) -> tuple[Shift, ...]:
    """Return the shifts around this day, from BEHIND to AHEAD, in order; raises Invalid with all faults.

    `zone` is that of times that name none.
    """
    return _read(text, zone, datetime.combine(now.astimezone(UTC).date(), time(), UTC))


@lru_cache(maxsize=128)
def _read(text: str, zone: str, day: datetime) -> tuple[Shift, ...]:
    reader = ics if is_calendar(text.encode()) else shifts
    found = reader.read(text, zone=zone, begins=day - BEHIND, ends=day + AHEAD)
    return tuple(sorted(found, key=lambda shift: (shift.starts_at, -shift.level, shift.who)))
