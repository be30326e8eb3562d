"""What does an auditor ask of every change of a period?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from leverframe.nouns.audit import Entry


class Passage(StrEnum):
    """What of a change can fall into a period."""

    FILED = "filed"
    BEGUN = "begun"
    ENDED = "ended"
    CLOSED = "closed"


class Failure(StrEnum):
    """What auditors find, and look for first."""

    NO_TICKET = "no_ticket"
    APPROVER_IS_AUTHOR = "approver_is_author"
    APPROVAL_AFTER_START = "approval_after_start"
    EVIDENCE_MISSING = "evidence_missing"
    EMERGENCY_WITHOUT_REVIEW = "emergency_without_review"
    UNAUTHORISED_UNIT = "unauthorised_unit"


@dataclass(frozen=True, slots=True)
class Period:
    """From the first moment (inside) to the last (not): whole days of the organisation's zone."""

    first_day: date
    last_day: date
    begins: datetime
    ends: datetime

    def holds(self, moment: datetime | None) -> bool:
        """Say whether a moment lies in it."""
        return moment is not None and self.begins <= moment < self.ends


@dataclass(frozen=True, slots=True)
class Signed:
    """One sign-off as the audit log has it; `leaf` is its number there."""

    role: str
    person: str
    at: datetime
    leaf: int | None


@dataclass(frozen=True, slots=True)
class Begun:
    """The start of a ramp as the audit log has it, with the sign-offs that stood then.

    `bypassed` are the gates that a break-glass cleared, `advised` those that said no and only advised.
    """

    at: datetime
    by: str
    leaf: int | None
    content_digest: str
    policy: str
    bypassed: tuple[str, ...]
    advised: tuple[str, ...]
    standing: tuple[Signed, ...]
    edited_at: datetime | None
    with_evals: bool


@dataclass(frozen=True, slots=True)
class History:
    """What the audit log says of one change, in order.

    `writers` wrote what is signed; `standing` are the sign-offs that stand now; `ends` are the ways in which it
    ended, the first first; `alone` says that the policy asked for no second person.
    """

    filed: Entry | None
    writers: frozenset[str]
    edited_at: datetime | None
    standing: tuple[Signed, ...]
    begun: Begun | None
    ends: tuple[tuple[str, datetime], ...]
    reviewed: Entry | None
    closed_at: datetime | None
    with_evals: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """One change of the population, as the audit log proves it.

    `passed` says what of it fell into the period, `altered` what its row says otherwise than the log. `unauthorised`
    names the records of units that it comes near. The leaves are the numbers of its entries in the log. `approved_at`
    is when the last required sign-off came.
    """

    change: str
    title: str
    target: str
    tier: str
    kind: str
    path: str
    passed: tuple[Passage, ...]
    outcome: str
    author: str
    release_manager: str
    candidate: str
    filed_at: datetime | None
    edited_at: datetime | None
    sign_offs: tuple[Signed, ...]
    open_seats: tuple[str, ...]
    approved_at: datetime | None
    window_opens_at: datetime | None
    window_closes_at: datetime | None
    started_at: datetime | None
    started_by: str
    settled_at: datetime | None
    rolled_back_at: datetime | None
    aborted_at: datetime | None
    went_back_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by: str
    closed_at: datetime | None
    close_code: str
    approved_before_start: str
    approval_because: str
    segregated: str
    segregation_because: str
    policy: str
    content_digest: str
    bypassed: tuple[str, ...]
    debts: tuple[str, ...]
    failures: tuple[Failure, ...]
    altered: tuple[str, ...]
    unauthorised: tuple[str, ...]
    leaf_filed: int | None
    leaves_signed: tuple[int, ...]
    leaf_started: int | None


@dataclass(frozen=True, slots=True)
class PopulationCounts:
    """How many changes a population has, by tier, kind and outcome, and how many show each failure."""

    changes: int
    by_tier: Mapping[str, int] = field(default_factory=dict)
    by_kind: Mapping[str, int] = field(default_factory=dict)
    by_outcome: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[Failure, int] = field(default_factory=dict)
