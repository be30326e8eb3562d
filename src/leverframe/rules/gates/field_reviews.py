"""Has another person reviewed each field that the policy wants reviewed?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.field_reviews import SeenField
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.field_reviews import NOBODY, FieldFacts, seen_fields
from leverframe.rules.gates.facts import ShipFacts


def field_reviews(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no with each field that nobody has reviewed as it stands, and who may.

    Source: handbook phase 8, the ticket of a High change: some fields are written by hand, and reviewed.
    """
    if not facts.asks.reviewed:
        return not_needed("field_reviews", "the policy asks for no field to be reviewed")
    if facts.policy.solo:
        return not_needed("field_reviews", "the policy is solo: no second person is asked")
    seen = seen_fields(change, FieldFacts(facts.policy, facts.asks, facts.targets), facts.field_reviews)
    open_ones = [one for one in seen if one.review is None]
    if not open_ones:
        said = ", ".join(f"{_named(one)} by {one.review.by}" for one in seen if one.review)
        return passed("field_reviews", f"reviewed: {said}")
    because = "; ".join(_lacking(one) for one in open_ones)
    people = {name for one in open_ones for name in one.able}
    who = ", ".join(sorted(people)) or NOBODY
    remedy = f"ask {who} to review it on the change"
    return failed("field_reviews", because, remedy=remedy, who=who, people=people)


def _lacking(one: SeenField) -> str:
    """Say that a field is not reviewed, and what came of the newest review that does not count."""
    if not one.others:
        return f"nobody has reviewed the {_named(one)}"
    review, why = one.others[-1]
    return f"{review.by}'s review of the {_named(one)} does not count: {why}"


def _named(one: SeenField) -> str:
    return one.field.replace("_", " ")
