"""How does a person say that they have read one field of a ticket?"""

from __future__ import annotations

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House, record, refuse
from leverframe.nouns.changes import Change
from leverframe.nouns.field_reviews import FieldReview, SeenField
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, NotFound, Verdict, failed
from leverframe.rules.field_reviews import (
    FieldFacts,
    may_review_field,
    role_of,
    seen_fields,
    value_digest,
)
from leverframe.rules.gates.facts import ShipFacts
from leverframe.sources.policies.authority import REVIEWABLE
from leverframe.store import changes, field_reviews


def review_field(
    house: House, actor: Actor, change_id: str, field: str, comment: str, value: str = ""
) -> FieldReview:
    """Review one field as it stands; `value` is the digest of what was read (empty: what stands now).

    Raises NotFound for a field that is never reviewed, Conflict where it was edited since it was read, or this person
    has reviewed this very value, Refused with every reason why this person may not.
    """
    said = comment.strip()
    if not said:
        raise Invalid([Fault("comment", "it is not said what was checked", "say in a few words what you have read")])
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        _need_field(field)
        told = facts_of(ship_facts(house, db, change))
        refuse([*_has_not_begun(change), *may_review_field(change, actor, field, told)])
        stands = value_digest(change, field)
        if value and value != stands:
            raise Conflict(
                f"the {_spoken(field)} of {change_id} was edited since you read it",
                remedy="read it again, then review what stands now",
                differs=(field,),
            )
        review = FieldReview(change_id, field, actor.name, role_of(actor.name, told), stands, now, said)
        field_reviews.add(db, review)
        facts = {"field": field}
        record(
            db, now, actor, "change.field_reviewed", change_id, said, role=review.role, facts=facts, decided=stands
        )
        restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return review


def facts_of(facts: ShipFacts) -> FieldFacts:
    """Return what the rule of reviewing asks of what is known of a change."""
    return FieldFacts(facts.policy, facts.asks, facts.targets)


def fields_to_review(change: Change, actor: Actor, facts: ShipFacts) -> tuple[tuple[SeenField, bool], ...]:
    """Return each field of which a review is asked, and whether this reader may review it now."""
    told = facts_of(facts)
    if facts.policy.solo:
        return ()
    return tuple((one, _may_now(change, actor, one, told)) for one in seen_fields(change, told, facts.field_reviews))


def reviewers_of(change: Change, facts: ShipFacts) -> dict[str, list[str]]:
    """Return by field who has reviewed it as it stands."""
    found = seen_fields(change, facts_of(facts), facts.field_reviews)
    return {one.field: [one.review.by] for one in found if one.review}


def _may_now(change: Change, actor: Actor, seen: SeenField, told: FieldFacts) -> bool:
    """Say whether a reader may review a field now: of one value nobody says it twice."""
    again = seen.review is not None and seen.review.by == actor.name
    answers = (*_has_not_begun(change), *may_review_field(change, actor, seen.field, told))
    return not again and not any(answer.refuses for answer in answers)


def _has_not_begun(change: Change) -> list[Verdict]:
    if change.state in EDITABLE:
        return []
    because = f"{change.id} is in {change.state.value}"
    return [failed("state", because, remedy="what was reviewed of it is reviewed before it begins")]


def _need_field(field: str) -> None:
    if field not in REVIEWABLE:
        raise NotFound(f"there is no field {field} that is reviewed", remedy=f"name one of {', '.join(REVIEWABLE)}")


def _spoken(field: str) -> str:
    return field.replace("_", " ")
