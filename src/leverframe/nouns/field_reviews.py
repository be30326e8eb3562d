"""Who has read one field of a ticket, and what did they check?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FieldReview:
    """One person, in one role, has read one field as `value_digest` names it; `comment` says what they checked."""

    change: str
    field: str
    by: str
    role: str
    value_digest: str
    at: datetime
    comment: str


@dataclass(frozen=True, slots=True)
class SeenField:
    """One field of which a review is asked: the review that counts, and those that stand and do not, each with why.

    `digest` names the value that a reviewer reads now, `able` are the people who may.
    """

    field: str
    digest: str
    able: tuple[str, ...]
    review: FieldReview | None = None
    others: tuple[tuple[FieldReview, str], ...] = ()
