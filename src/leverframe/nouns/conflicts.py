"""Which two changes are in each other's way?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ConflictKind(StrEnum):
    """What two changes share at one time."""

    TARGET = "target"
    MODEL = "model"
    PEOPLE = "people"
    BRIDGE = "bridge"
    HIGH_IMPACT = "high_impact"


@dataclass(frozen=True, slots=True)
class ConflictRule:
    """When the policy speaks of a conflict, and which kinds of it refuse; the others only warn.

    A change of the tier high, or one that can hit `high_impact_users` or more, is of high impact; more than
    `most_high_impact` of them at one time are too many.
    """

    most_high_impact: int = 2
    high_impact_users: int = 1_000_000
    refuse: frozenset[ConflictKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Occupied:
    """What a change takes, and when: from its start to the end of its bakes at the soonest.

    `moving` says that its ramp is under way, `armed` that it begins by itself. `people` are those who must be
    there: the coordinator.
    """

    change: str
    title: str
    begins: datetime
    ends: datetime
    moving: bool
    armed: bool
    targets: frozenset[str]
    models: frozenset[str]
    people: frozenset[str]
    bridge: str
    high_impact: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """What one change shares with others, and when; `first` says that this change goes before all of them."""

    kind: ConflictKind
    others: tuple[str, ...]
    begins: datetime
    ends: datetime
    because: str
    first: bool
