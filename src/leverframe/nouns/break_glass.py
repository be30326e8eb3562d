"""Who lets one change pass which gates, for how long, and who has approved that?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.sign_offs import Seat

PREFIX = "BG-"


@dataclass(frozen=True, slots=True)
class BreakGlassRule:
    """What the policy says of it: who may ask (roles), who must approve, which gates, and for how long at most.

    What is owed for it is due after so many business days.
    """

    may: tuple[str, ...]
    approve: tuple[Seat, ...]
    gates: frozenset[str]
    most_minutes: int = 240
    debt_due_business_days: int = 2


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes to a break-glass, in a role."""

    person: str
    role: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BreakGlass:
    """One change's way past some gates: asked for, approved (`until` says how long it holds), ended.

    It is of the content that `content_digest` names, and of no other: an edit makes it void. Where nobody has ended
    it by hand, it ends by itself.
    """

    id: str
    change: str
    gates: tuple[str, ...]
    because: str
    asked_by: str
    asked_at: datetime
    minutes: int
    content_digest: str
    approvals: tuple[Approval, ...] = ()
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_because: str = ""

    @property
    def approvers(self) -> str:
        """Name who has approved it."""
        return ", ".join(approval.person for approval in self.approvals)
