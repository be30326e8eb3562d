"""When may traffic widen, and when may it not?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Scope:
    """What a window or freeze speaks of; an empty part means all."""

    targets: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: one target, its tier and the change's kind."""

    target: str
    tier: str
    kind: str


@dataclass(frozen=True, slots=True)
class Window:
    """Weekly hours in which traffic may widen, as wall time in the region's zone.

    `weekdays` count from Monday = 0; `opens` is inside the window, `closes` is not. `zone` overrides the
    region's own zone where it is given.
    """

    name: str
    weekdays: frozenset[int]
    opens: time
    closes: time
    zone: str = ""
    scope: Scope = field(default_factory=Scope)


class DuringRamp(StrEnum):
    """What a freeze that begins in mid-ramp does to it."""

    HOLD = "hold"
    NARROW = "narrow"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A stretch in which traffic may not widen: wall time, `starts` inside, `ends` not.

    Without a zone it is that of each region. `id` is that of a freeze that was declared beside the policy.
    """

    name: str
    starts: datetime
    ends: datetime
    zone: str = ""
    scope: Scope = field(default_factory=Scope)
    during_ramp: DuringRamp = DuringRamp.HOLD
    because: str = ""
    owner: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The organisation's windows and freezes.

    `zones` maps a region to its IANA zone; a region that is not in it, and what has no region, follows
    `home_zone`. `holidays` are the organisation's, for counting business days.
    """

    home_zone: str
    zones: Mapping[str, str] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    holidays: frozenset[date] = frozenset()

    def zone_of(self, region: str) -> str:
        """Return the IANA zone name of a region."""
        return self.zones.get(region, self.home_zone)
