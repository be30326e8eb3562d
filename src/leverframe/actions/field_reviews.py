"""How does a person review one field of a ticket that somebody else has filled?"""

from __future__ import annotations

from dataclasses import replace

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House, record, refuse
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest, to_document
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, Refused, failed
from leverframe.rules.field_reviews import may_review
from leverframe.store import changes


def review_field(
    house: House, actor: Actor, change_id: str, field: str, value_digest: str = "", comment: str = ""
) -> Change:
    """Write down that a person has reviewed what a field holds now; an edit of it takes the review away.

    `value_digest` is that of the value that was read (`field_digest`); empty: what stands. Raises Conflict where the
    field has been edited since, Refused where this person may not, Invalid for a field that nobody has filled.
    """
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        wrote = change.provenance.get(field)
        if wrote is None or not getattr(change, field, None):
            known = ", ".join(sorted(name for name in change.provenance if getattr(change, name, None)))
            raise Invalid([Fault("field", f"{field} is no filled field of {change_id}", f"name one of {known}")])
        if change.state not in EDITABLE:
            because = f"{change_id} is in {change.state.value} and is not reviewed field by field any more"
            raise Refused([failed("state", because, remedy="review a change before it begins")])
        facts = ship_facts(house, db, change)
        refuse([may_review(change, facts, actor, field)])
        if value_digest and value_digest != field_digest(change, field):
            raise Conflict(
                f"the {field.replace('_', ' ')} of {change_id} was edited since you read it",
                remedy="read what stands now, then review it",
            )
        reviewed = replace(wrote, reviewed_by=actor.name)
        change = changes.update(db, replace(change, provenance={**change.provenance, field: reviewed}))
        because = comment.strip() or f"the {field.replace('_', ' ')} is reviewed"
        told, read = {"field": field, "wrote": wrote.by}, field_digest(change, field)
        record(db, now, actor, "change.field_reviewed", change_id, because, facts=told, decided=read)
        change = restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return change


def field_digest(change: Change, field: str) -> str:
    """Return the digest of what a field holds now."""
    return digest({field: to_document(getattr(change, field))})
