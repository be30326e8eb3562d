"""What became of a candidate on staging?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StagingState(StrEnum):
    """What was done on staging."""

    DEPLOYED = "deployed"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class StagingRecord:
    """One row: a pipeline (or a person) has deployed a change's candidate to staging, or rolled it back there.

    `unit` is the digest of the candidate as it stood; `earlier` says that the ticket's candidate is another now.
    """

    state: StagingState
    at: datetime
    by: str
    because: str
    unit: str
    url: str = ""
    earlier: bool = False
