"""Where did the time of a change go?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SpentPart:
    """One part of a change's life, and how long it took; `ended_at` is None while it lasts."""

    name: str
    began_at: datetime
    ended_at: datetime | None
    minutes: float


@dataclass(frozen=True, slots=True)
class SpentTime:
    """How long a change has taken since it was filed, in which parts, and how much of it was people's work.

    `held_minutes` are those of the ramp in which it was held. `active_hours` is what its review was told, or None.
    """

    elapsed_minutes: float
    parts: tuple[SpentPart, ...]
    held_minutes: float = 0.0
    active_hours: float | None = None
    told_by: str = ""


@dataclass(frozen=True, slots=True)
class TimeRow:
    """Where the time of one closed change went, in minutes; `held` is a part of `ramp`.

    `month` is that in which it was closed, at home: `2026-05`.
    """

    change: str
    month: str
    tier: str
    elapsed_minutes: float
    active_hours: float | None
    preparing: float
    signing: float
    window: float
    ramp: float
    held: float
    watch: float


@dataclass(frozen=True, slots=True)
class MonthTime:
    """The changes of one tier that were closed in one month: medians, and which share of their time went where.

    `told` is how many of them were told their hours of work. The ramp's share holds that in which it was held.
    """

    month: str
    tier: str
    changes: int
    median_elapsed_minutes: float
    median_active_hours: float | None
    told: int
    preparing_percent: float
    sign_offs_percent: float
    window_percent: float
    ramp_percent: float
    held_percent: float
    watch_percent: float
