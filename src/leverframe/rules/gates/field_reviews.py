"""Has another person reviewed the fields of which the policy asks that?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.field_reviews import reviewers, unreviewed
from leverframe.rules.gates.facts import ShipFacts


def field_reviews(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer with every field that nobody but its writer has read, and who may review it."""
    if not facts.asks.reviewed:
        return not_needed("field_reviews", "the policy asks for no review of single fields")
    missing = unreviewed(change, facts.asks)
    if not missing:
        return passed("field_reviews", "each field that the policy names was reviewed by another person")
    said = ", ".join(name.replace("_", " ") for name in missing)
    able = {name for field in missing for name in reviewers(change, facts, field)}
    who = ", ".join(sorted(able))
    remedy = f"let one of {who} review it on the change" if who else "nobody is left who may"
    return failed("field_reviews", f"to be reviewed by another person: {said}", remedy=remedy, who=who, people=able)
