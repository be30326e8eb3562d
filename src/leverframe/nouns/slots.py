"""When could a change start, and what would become of it then?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.conflicts import Conflict


@dataclass(frozen=True, slots=True)
class Stand:
    """A closed stretch through which a ramp would stand, at which share (percent)."""

    share_percent: float
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Slot:
    """One moment at which a change could start, and how its ramp would go then.

    `opens_at` to `closes_at` is the window that is open then. `settles` is as likely earlier as later, `settles_late`
    nine times in ten no later; None: it would not settle. `freeze` is the first one that would hold it on its way.
    `refused` says why it must not start then (empty: it may); `because` ranks it in a sentence.
    """

    opens_at: datetime
    closes_at: datetime
    timeline: str
    settles: datetime | None
    settles_late: datetime | None
    this_week: bool
    stands: tuple[Stand, ...]
    freeze: str
    conflicts: tuple[Conflict, ...]
    refused: str
    because: str


@dataclass(frozen=True, slots=True)
class RegionOpening:
    """When traffic may widen in one region: now `until` a moment, or from `opens_at` on (None: not in two years)."""

    region: str
    zone: str
    is_open: bool
    opens_at: datetime | None
    until: datetime | None
    because: str
