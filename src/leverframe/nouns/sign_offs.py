"""Who said yes, in which role, to exactly what?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignOff:
    """One person, in one role, says yes to one digest.

    `subject` is what is signed: a change's id, or `policy:<digest>`, or `switch:<layer>/<key>`. A void
    sign-off says when and why it was voided. A delegate signs on behalf of the member whose seat it is.
    """

    subject: str
    person: str
    role: str
    content_digest: str
    at: datetime
    comment: str = ""
    voided_at: datetime | None = None
    void_because: str = ""
    on_behalf_of: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Return who counts once by this: who signed, and for whom."""
        return frozenset({self.person, self.on_behalf_of}) - {""}


@dataclass(frozen=True, slots=True)
class Seat:
    """A role that must sign, and how many people in it."""

    role: str
    count: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's membership of a role, since when (audited)."""

    person: str
    role: str
    since: datetime
