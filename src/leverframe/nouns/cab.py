"""What does the CAB meet on, and how does it answer?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from leverframe.nouns.verdicts import Outcome

PREFIX = "CAB-"


@dataclass(frozen=True, slots=True)
class CabRule:
    """When the CAB meets, on which tiers, which roles sit there, and how long it has for an item.

    `meets` is wall time in `zone` (none: the policy's home zone) on these `weekdays` (Monday = 0); holidays are left
    out. Its agenda is built `notice_minutes` before. `delegates` maps a role to further groups whose people may sit
    for one of its members.
    """

    meets: time
    weekdays: frozenset[int]
    roles: tuple[str, ...]
    zone: str = ""
    notice_minutes: int = 30
    item_minutes: int = 10
    tiers: frozenset[str] = frozenset({"medium", "high"})
    delegates: Mapping[str, frozenset[str]] = field(default_factory=dict)


class ApprovalReason(StrEnum):
    """Why a member approves.

    A condition stands in the note, and its keeping is the release manager's. Where one of the checks says no, this is
    how a member approves all the same.
    """

    ALL_HOLD = "all_five_hold"
    ON_CONDITION = "on_a_condition"


class ReturnReason(StrEnum):
    """Why a member sends a change back. Technical merit is none: that was code review (handbook, phase 8)."""

    TICKET = "ticket_incomplete"
    ROLLBACK = "rollback_plan_not_real"
    SWITCH = "kill_switch_not_current"
    WINDOW = "window_not_right"
    BLAST_RADIUS = "blast_radius_too_wide"
    CONFLICT = "conflicts_with_another_change"
    NOBODY = "nobody_present_to_answer"


class MeetingState(StrEnum):
    """How far a meeting is; one that nobody opened is canceled."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETE = "complete"
    CANCELED = "canceled"

    @property
    def is_open(self) -> bool:
        """Say whether something may still be decided there."""
        return self in (MeetingState.PENDING, MeetingState.IN_PROGRESS)


class ItemState(StrEnum):
    """How far one change of an agenda is."""

    WAITING = "waiting"
    IN_DISCUSSION = "in_discussion"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    PASSED_ON = "passed_on"
    CARRIED_OVER = "carried_over"

    @property
    def is_open(self) -> bool:
        """Say whether the item is still to be decided."""
        return self in (ItemState.WAITING, ItemState.IN_DISCUSSION)


@dataclass(frozen=True, slots=True)
class Told:
    """What one of the five checks said when the item was opened: what has turned since is told."""

    check: str
    outcome: Outcome
    because: str


@dataclass(frozen=True, slots=True)
class Item:
    """One change on an agenda.

    `minutes` are real ones, of all the stretches in which it was discussed; `opened_at` begins the present one.
    `digest` and `told` are what was read when it was opened first. `note` is the decision note, `because` why it
    was passed on or carried over.
    """

    change: str
    position: int
    state: ItemState = ItemState.WAITING
    presenters: tuple[str, ...] = ()
    opened_at: datetime | None = None
    opened_by: str = ""
    minutes: float = 0.0
    digest: str = ""
    told: tuple[Told, ...] = ()
    decided_at: datetime | None = None
    because: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting of the CAB, `CAB-2026-11-24`, with its agenda in order."""

    id: str
    starts_at: datetime
    zone: str
    item_minutes: int
    state: MeetingState = MeetingState.PENDING
    built_at: datetime | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    ended_because: str = ""
    items: tuple[Item, ...] = ()

    def item(self, change: str) -> Item | None:
        """Return the item of a change, None where it is not on this agenda."""
        return next((item for item in self.items if item.change == change), None)

    @property
    def in_discussion(self) -> Item | None:
        """Return the item that is being discussed."""
        return next((item for item in self.items if item.state is ItemState.IN_DISCUSSION), None)


@dataclass(frozen=True, slots=True)
class CabReturn:
    """One member sends one content of a change back; it stands until that is edited, or the member takes it back."""

    id: int
    change: str
    meeting: str
    by: str
    role: str
    content_digest: str
    reason: ReturnReason
    note: str
    at: datetime
    ended_at: datetime | None = None
    ended_because: str = ""
