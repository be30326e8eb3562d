"""Who may review a field of a ticket, and does a review still count?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.nouns.field_reviews import FieldReview, SeenField
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.policies import REVIEW_FIELD
from leverframe.rules.sign_offs import authors, eligible, spoken


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What the rule of reviewing a field is told."""

    policy: Policy
    asks: Asks
    targets: tuple[Target, ...]


def value_digest(change: Change, field: str) -> str:
    """Return what a review of a field binds: its value as it stands."""
    return digest({field: getattr(change, field)})


def roles_that_review(facts: FieldFacts) -> tuple[str, ...]:
    """Return the roles whose holders may review: those that the policy names, else those that sign."""
    named = facts.policy.may.get(REVIEW_FIELD)
    return named if named is not None else tuple(seat.role for seat in facts.asks.seats)


def role_of(name: str, facts: FieldFacts) -> str:
    """Name the role in which somebody reviews; empty where they hold none that may."""
    return next((r for r in roles_that_review(facts) if name in eligible(facts.policy, r, facts.targets)), "")


def able(change: Change, field: str, facts: FieldFacts) -> frozenset[str]:
    """Return the people who may review a field."""
    held = (eligible(facts.policy, role, facts.targets) for role in roles_that_review(facts))
    return frozenset().union(*held) - _writers(change, field)


def _writers(change: Change, field: str) -> frozenset[str]:
    """Return who has a hand in a field: the authors of the change, and whoever wrote it."""
    wrote = change.provenance.get(field)
    return authors(change) | ({wrote.by} if wrote else set())


def may_review_field(change: Change, actor: Actor, field: str, facts: FieldFacts) -> tuple[Verdict, ...]:
    """Answer whether this person may review this field, with every reason at once."""
    return _is_person(actor), _is_asked(field, facts), _is_no_writer(change, actor, field), _may(actor, facts)


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} reviews in their own session")
    because = "a token reviews no field"
    return failed("session", because, remedy="sign in as a person and review it there", who=actor.name)


def _is_asked(field: str, facts: FieldFacts) -> Verdict:
    named = field.replace("_", " ")
    if field in facts.asks.reviewed:
        return passed("reviewed", f"the policy asks for a review of the {named}")
    asked = ", ".join(name.replace("_", " ") for name in facts.asks.reviewed) or "none of this change"
    because = f"the policy asks for no review of {named} here"
    return failed("reviewed", because, remedy=f"it asks for a review of {asked}")


def _is_no_writer(change: Change, actor: Actor, field: str) -> Verdict:
    if actor.name not in _writers(change, field):
        return passed("segregation", f"{actor.name} has not written it")
    wrote = change.provenance.get(field)
    what = f"wrote the {field.replace('_', ' ')}" if wrote and wrote.by == actor.name else "is an author"
    return failed("segregation", f"{actor.name} {what} of {change.id}", remedy="another person must review it")


def _may(actor: Actor, facts: FieldFacts) -> Verdict:
    if role := role_of(actor.name, facts):
        return passed("may", f"{actor.name} may review it as {spoken(role)}")
    roles = roles_that_review(facts)
    people = frozenset().union(*(eligible(facts.policy, role, facts.targets) for role in roles))
    who = ", ".join(sorted(people))
    allowed = " or ".join(spoken(role) for role in roles) or "nobody"
    because = f"{actor.name} may not review a field of this change; the policy gives it to {allowed}"
    return failed("may", because, remedy=f"ask {who}" if who else "ask for a role that may, in the policy", who=who)


NOBODY = "nobody who may"


def asked_by_name(lacking: Verdict) -> tuple[str, ...]:
    """Return the people whom the gate asks for a review."""
    return () if lacking.who == NOBODY else tuple(lacking.who.split(", "))


def seen_fields(change: Change, facts: FieldFacts, reviews: Sequence[FieldReview]) -> tuple[SeenField, ...]:
    """Return each field of which a review is asked, as its reviews stand; the newest that counts is the one."""
    return tuple(_seen(change, field, facts, reviews) for field in facts.asks.reviewed)


def _seen(change: Change, field: str, facts: FieldFacts, reviews: Sequence[FieldReview]) -> SeenField:
    told = [(one, _why_not(change, one, facts)) for one in reviews if one.field == field]
    counting = [one for one, why in told if not why]
    return SeenField(
        field=field,
        digest=value_digest(change, field),
        able=tuple(sorted(able(change, field, facts))),
        review=counting[-1] if counting else None,
        others=tuple((one, why) for one, why in told if why),
    )


def _why_not(change: Change, review: FieldReview, facts: FieldFacts) -> str:
    """Say why a review does not count any more; nothing where it does."""
    if review.value_digest != value_digest(change, review.field):
        return "the field was edited since"
    if review.by in _writers(change, review.field):
        return f"{review.by} has edited the change since"
    if not role_of(review.by, facts):
        return f"{review.by} may not review it any more"
    return ""
