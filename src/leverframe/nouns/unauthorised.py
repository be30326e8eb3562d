"""Which unit was served that no change explains?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "UNA-"


class Explains(StrEnum):
    """What explains such a unit best: the first of these that is true."""

    UNKNOWN_TABLE = "unknown_table"
    CHANGE_ENDED = "change_ended"
    FORMER_UNIT = "former_unit"
    TICKET_AFTER = "ticket_after"
    TICKET_NOT_BEGUN = "ticket_not_begun"
    ADOPTED_AFTER = "adopted_after"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one gateway told of one unit of a target: since when, until when, and under which newest table.

    `calls` is how many calls were answered with it, `call` the id of the last. `uncounted` are those that it had told
    of before, when the unit was rightly served.
    """

    gateway: str
    number: str
    first_at: datetime
    last_at: datetime
    calls: int
    call: str
    uncounted: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """What explains a unit best; `change` is empty where no ticket comes near."""

    what: Explains
    because: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a person made of it: the change that it belongs to, or (without one) an incident; and why."""

    by: str
    at: datetime
    because: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class UnauthorisedUnit:
    """A unit that was served without a change: from its first call that nothing explains to its last.

    The record is never taken away; `settled` says what a person made of it.
    """

    id: str
    target: str
    unit: str
    found_at: datetime
    first_at: datetime
    last_at: datetime
    sightings: tuple[Sighting, ...]
    explanation: Explanation
    settled: Settlement | None = None

    @property
    def calls(self) -> int:
        """Count the calls of the gateways that told of it."""
        return sum(sighting.calls for sighting in self.sightings)


@dataclass(frozen=True, slots=True)
class NearRecord:
    """A record as a change sees it; `is_late` says that the change was filed after its unit was served."""

    id: str
    is_late: bool
