"""When are people told that a tenant's pause is about to end?"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leverframe.nouns.switches import Layer, Switch
from leverframe.rules.switches import EVERYWHERE_ENDED

NOTICES = (7, 1)
"""So many days before its last one, people are told."""


def notice_due(switch: Switch, now: datetime) -> int:
    """Return the notice that is due for a pause: so many days before its last one; 0 where none is.

    Days are the tenant's own. Of two that are due the later one is told. A last day that was set on the day of a
    notice, or after it, was told by whoever set it; one that has passed is not about to come.
    """
    if not switch.thrown or switch.expires_on is None or switch.layer is not Layer.TENANT:
        return 0
    zone, last = _zone(switch), switch.expires_on
    today = now.astimezone(zone).date()
    set_on = switch.thrown_at.astimezone(zone).date() if switch.thrown_at else date.min
    due = (days for days in NOTICES if set_on < last - timedelta(days=days) <= today <= last)
    return min(due, default=0)


def ends_at(switch: Switch) -> datetime | None:
    """Return the moment at which a pause's last day has ended, in its tenant's own zone."""
    if switch.expires_on is None or switch.expires_on == date.max:
        return None
    return datetime.combine(switch.expires_on + timedelta(days=1), time(), _zone(switch))


def _zone(switch: Switch) -> ZoneInfo:
    return ZoneInfo(switch.zone or EVERYWHERE_ENDED)
