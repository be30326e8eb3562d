"""Who coordinates a change on its bridge, since when, and from whom was that taken over?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

COORDINATE = "bridge.coordinate"
"""The act of the policy: coordinate a change on its bridge."""


@dataclass(frozen=True, slots=True)
class Handover:
    """One taking over of the bridge: `giver` is empty for the first, `by` is who wrote it down, or the clock."""

    change: str
    giver: str
    taker: str
    at: datetime
    by: str
    because: str
