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
