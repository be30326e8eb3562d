"""Which fields of a ticket must another person have reviewed, and who may?"""

from __future__ import annotations

from leverframe.nouns.changes import Change
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Asks
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.sign_offs import authors, eligible


def unreviewed(change: Change, asks: Asks) -> tuple[str, ...]:
    """List the filled fields whose review the policy asks for, and that nobody has reviewed as they stand."""
    return tuple(name for name in asks.reviewed if getattr(change, name, None) and not _reviewer(change, name))


def _reviewer(change: Change, field: str) -> str:
    wrote = change.provenance.get(field)
    return wrote.reviewed_by if wrote and wrote.reviewed_by != wrote.by else ""


def reviewers(change: Change, facts: ShipFacts, field: str) -> frozenset[str]:
    """Return who may review a field: who holds a role that signs the change, and has not written it or the field."""
    wrote = change.provenance.get(field)
    people = frozenset(name for seat in facts.asks.seats for name in eligible(facts.policy, seat.role, facts.targets))
    return people - authors(change) - ({wrote.by} if wrote else set())


def may_review(change: Change, facts: ShipFacts, actor: Actor, field: str) -> Verdict:
    """Say whether a person may review a field of a change now; a token reviews nothing."""
    who = ", ".join(sorted(reviewers(change, facts, field))) or "nobody"
    spoken = field.replace("_", " ")
    if not actor.is_person:
        return failed("field_reviews", "a token reviews nothing", remedy="let a person review it", who=who)
    if actor.name not in reviewers(change, facts, field):
        because = f"{actor.name} may not review the {spoken} of {change.id}"
        remedy = f"ask {who}: whoever signs this change, and has not written it or the {spoken}"
        return failed("field_reviews", because, remedy=remedy, who=who)
    return passed("field_reviews", f"{actor.name} may review the {spoken}")
