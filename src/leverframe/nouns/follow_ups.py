"""What is owed later, by whom, until when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

REVIEW, LATER_LOOK, ACTION = "change_review", "follow_up", "review_action"
"""The kinds of a follow-up: the change's review, a look that the policy asks for later, an action of the review."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A dated duty that a change or an emergency leaves behind, such as its review.

    It is owed by its `owner`; where that is empty, by anybody of `team`. From `opens_at` on people are reminded of
    it, next at `remind_at`; `opened_at` is when they first were. One that is `dropped` was not done: `note` says why.
    """

    id: int
    subject: str
    kind: str
    due_at: datetime
    owner: str
    because: str
    done_at: datetime | None = None
    what: str = ""
    team: str = ""
    opens_at: datetime | None = None
    opened_at: datetime | None = None
    remind_at: datetime | None = None
    done_by: str = ""
    note: str = ""
    dropped: bool = False

    @property
    def name(self) -> str:
        """Say in a few words what is owed: its own words, or those of its kind."""
        return self.what or self.kind.replace("_", " ")

    @property
    def owed_by(self) -> str:
        """Name who owes it."""
        return self.owner or self.team


@dataclass(frozen=True, slots=True)
class LaterLook:
    """What the policy asks to be done so many calendar days after settlement; empty tiers mean all."""

    after_days: int
    what: str
    tiers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AgreedAction:
    """What a review agreed on: what is to be done, by whom, and until when."""

    what: str
    owner: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Debt:
    """Evidence that was skipped and is owed by `owner`, with its due date; `what` names the gate that asks for it."""

    id: int
    subject: str
    what: str
    due_at: datetime
    because: str
    owner: str = ""
    paid_at: datetime | None = None
