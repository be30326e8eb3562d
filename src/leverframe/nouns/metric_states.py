"""How does the reading of an outside metric go?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MetricState:
    """How the reading of one metric in one stage goes.

    `candidate_at` and `control_at` are the beginnings of the newest minutes of which each arm was told, `fault` is
    why nothing could be read since `fault_since`, and `unread` why what was read could not be counted.
    """

    metric: str
    since: datetime
    every_seconds: float
    candidate_at: datetime | None = None
    control_at: datetime | None = None
    fault: str = ""
    fault_since: datetime | None = None
    unread: str = ""
