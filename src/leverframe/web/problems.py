"""What went wrong, and what is the way on?

RFC 9457: the rules' refusals (409, and 403 where all of them are about who asks), a conflict (412), faults of an
input (422) and the rest, as one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Conflict, Fault, Forbidden, Invalid, NotFound, Refused, SourceFailed, Verdict

ABOUT_WHO_ASKS = frozenset({"may", "session", "role", "seat"})
"""The gates whose no is about the person: another one might."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: `type` is its machine code, `detail` the sentence, the rest what clears it."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str = ""
    verdicts: tuple[Verdict, ...] = ()
    faults: tuple[Fault, ...] = ()
    differs: tuple[str, ...] = ()

    def document(self) -> Mapping[str, Any]:
        """Return the RFC 9457 document, without what is empty."""
        whole = to_document(self)
        return {name: value for name, value in whole.items() if value or name == "status"}


def problem_of(error: Exception) -> Problem | None:
    """Say an error of the house as a problem; None for a bug."""
    match error:
        case Refused():
            said = "; ".join(verdict.because for verdict in error.verdicts)
            if error.verdicts and all(verdict.gate in ABOUT_WHO_ASKS for verdict in error.verdicts):
                return Problem("forbidden", "This is not yours to do", 403, said, verdicts=error.verdicts)
            return Problem("refused", "The rules say no", 409, said, verdicts=error.verdicts)
        case Conflict():
            title = "Something has changed since you looked"
            return Problem("conflict", title, 412, error.because, error.remedy, differs=error.differs)
        case Invalid():
            said = "Nothing was changed. Every fault is listed, with the way to mend it."
            return Problem("invalid", "This cannot be read", 422, said, faults=error.faults)
        case NotFound():
            return Problem("not-found", "There is no such thing", 404, error.because, error.remedy)
        case Forbidden():
            return Problem("forbidden", "This is not yours to do", 403, error.because, error.remedy)
        case SourceFailed():
            return Problem("source-failed", "The outside is silent", 503, str(error))
    return None
