"""Which moment is a wall time of a rota?"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def moment_of(wall: datetime, zone: str) -> datetime:
    """Return the UTC moment of a wall time, as RFC 5545 (3.3.5) reads those that the clocks skip or repeat.

    One that is skipped is counted with the offset before the clocks change; of one that is repeated the first is
    meant. A shift that ends and the next that starts at the same wall time therefore meet, whatever the clocks do.
    """
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
