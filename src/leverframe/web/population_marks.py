"""How do the population, a break-glass and a debt say where they stand?"""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from leverframe.rules.population import NO, YES
from leverframe.web.marks import mark

FAILURE_WORDS: Mapping[str, str] = {
    "no_ticket": "in production with no ticket",
    "approver_is_author": "the approver is the author",
    "approval_after_start": "approved after it began, or not at all",
    "evidence_missing": "evidence missing",
    "emergency_without_review": "emergency without a later review",
    "unauthorised_unit": "units in production that no change explains",
}


def population_mark(answer: str) -> Markup:
    """Draw the answer to one question about a change."""
    kind = {YES: "fine", NO: "refused"}.get(answer, "quiet")
    return mark(kind, answer)


def glass_mark(state: str) -> Markup:
    """Draw how a break-glass stands."""
    kind = {"asked": "waiting", "stands": "thrown"}.get(state, "quiet")
    return mark(kind, state)


def debt_mark(state: str) -> Markup:
    """Draw whether a debt is open, overdue or paid."""
    return mark({"open": "waiting", "overdue": "refused"}.get(state, "fine"), state)
