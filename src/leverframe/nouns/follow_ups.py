"""What is owed later, by whom, until when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A dated duty that a change or an emergency leaves behind, such as its review."""

    id: int
    subject: str
    kind: str
    due_at: datetime
    owner: str
    because: str
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """Evidence that was skipped and is owed, with its due date."""

    id: int
    subject: str
    what: str
    due_at: datetime
    because: str
    paid_at: datetime | None = None
