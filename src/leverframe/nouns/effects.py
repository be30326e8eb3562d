"""What do users get since an act that gave a target one unit, as the calls that were answered show it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EffectState(StrEnum):
    """How far an effect is shown."""

    WAITING = "waiting"
    PROVEN = "proven"
    MISSING = "missing"
    """Another unit is still served, long after it should have ended."""
    UNPROVEN = "unproven"
    """Its time is over, and nothing was shown."""
    OVERTAKEN = "overtaken"
    """Another act on the same target has come before it was shown."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What an act should lead to: from table `number` on all calls of a target get the unit `serves`.

    `serves` and `instead_of` are names of units. `because` is the newest sentence that was written down of it.
    """

    change: str
    target: str
    what: str
    serves: str
    instead_of: str
    number: str
    since: datetime
    state: EffectState = EffectState.WAITING
    because: str = ""
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Say whether it may still be shown."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Served:
    """That a gateway has answered calls of a target with a unit: when last, and under which newest table."""

    unit: str
    gateway: str
    number: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SeenEffect:
    """An effect as it stands now: who answers with the unit that should be served, and who has with another since."""

    effect: Effect
    state: EffectState
    because: str
    mine: tuple[Served, ...]
    others: tuple[Served, ...]
