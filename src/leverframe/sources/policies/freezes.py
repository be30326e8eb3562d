"""What does one freeze say, in the policy or as somebody declares it?"""

from __future__ import annotations

from datetime import datetime, timedelta

from leverframe.nouns.calendar import DuringRamp, Freeze
from leverframe.sources.policies.reading import Section
from leverframe.sources.policies.scopes import read_scope


def read_freeze(section: Section) -> Freeze | None:
    """Return the freeze that a section describes; None where its stretch cannot be read, which is told."""
    name = section.text("name", required=True, example="quarter-end close")
    starts, ends = _stretch(section)
    if starts and ends and starts >= ends:
        last = "ends" if section.has("ends") else "last_day"
        section.wrong(last, "is not after its start", "Swap the two.")
    during_ramp = section.choice("during_ramp", DuringRamp, default=DuringRamp.HOLD) or DuringRamp.HOLD
    zone, scope, because = section.zone("zone"), read_scope(section), section.text("because")
    owner = section.text("owner")
    return Freeze(name, starts, ends, zone, scope, during_ramp, because, owner) if starts and ends else None


def _stretch(section: Section) -> tuple[datetime | None, datetime | None]:
    """Read `starts` and `ends` (times), or `first_day` and `last_day` (whole days, the last one included)."""
    if section.has("first_day") or section.has("last_day"):
        days = [section.day(key) for key in ("first_day", "last_day")]
        for key in ("first_day", "last_day"):
            section.value(key, required=True, example="2026-06-30")
        first, last = (datetime.combine(day, datetime.min.time()) if day else None for day in days)
        return first, last + timedelta(days=1) if last else None
    for key in ("starts", "ends"):
        section.value(key, required=True, example="2026-06-30 18:00")
    starts, ends = section.wall_time("starts"), section.wall_time("ends")
    for key, moment in (("starts", starts), ("ends", ends)):
        if moment and moment.tzinfo:
            section.wrong(key, "carries an offset", "Write the wall time, and name the `zone` beside it.")
    return _naive(starts), _naive(ends)


def _naive(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=None) if moment else None
