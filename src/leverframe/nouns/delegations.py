"""Who signs for whom, in which seat, from when until when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PREFIX = "DLG-"


@dataclass(frozen=True, slots=True)
class Delegation:
    """One member of a role names one person who may sign in that seat for them; `ends_at` is not in the stretch."""

    id: str
    member: str
    delegate: str
    role: str
    starts_at: datetime
    ends_at: datetime
    because: str
    made_at: datetime
    revoked_at: datetime | None = None
    revoked_because: str = ""

    def holds_at(self, at: datetime) -> bool:
        """Say whether the delegate may sign at a moment, as far as this row says."""
        return self.revoked_at is None and self.starts_at <= at < self.ends_at
