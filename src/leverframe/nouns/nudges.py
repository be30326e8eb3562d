"""Who was nudged about what a change waits for?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Nudge:
    """One nudge: of `whom`, by `by`, for the gate that waits for them."""

    change: str
    gate: str
    whom: str
    by: str
    at: datetime
    because: str = ""
