"""How is a change reviewed and closed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.actions.house import House, need_reason, permit, record, target_of
from leverframe.nouns.changes import Change, CloseCode, Review, State
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.verdicts import Fault, Invalid, Refused, failed
from leverframe.store import changes, follow_ups
from leverframe.store.database import Db


def review(house: House, actor: Actor, change_id: str, close_code: str, notes: str) -> Change:
    """Record the change review. The change closes when 24 h after settlement have passed as well."""
    if close_code not in list(CloseCode):
        raise Invalid(
            [Fault("close_code", f"{close_code or 'nothing'} is no outcome", f"one of {', '.join(CloseCode)}")]
        )
    said = need_reason(notes, place="notes")
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.review", target_of(policy, change.target))
        _refuse_unready(change)
        code = change.close_code or CloseCode(close_code)
        change = replace(change, review=Review(actor.name, now, code, said), close_code=code)
        change = changes.update(db, change)
        follow_ups.done(db, change_id, "change_review", now)
        record(db, now, actor, "change.reviewed", change_id, said, role=role, facts={"close_code": code.value})
        change = close_if_done(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return change


def _refuse_unready(change: Change) -> None:
    if change.state is State.REVIEW or (change.state is State.IMPLEMENT and change.settled_at):
        return
    because = f"{change.id} is in {change.state.value} and has not settled"
    raise Refused([failed("state", because, remedy="a change is reviewed after it has settled or ended")])


def close_if_done(house: House, db: Db, change: Change, now: datetime) -> Change:
    """Move a settled change on: to its review after the watch, to closed when that is held too."""
    watch_ends = change.settled_at + timedelta(hours=house.policy(db).watch_hours) if change.settled_at else now
    if change.state is State.IMPLEMENT and change.settled_at and now >= watch_ends:
        change = changes.update(db, replace(change, state=State.REVIEW))
        record(db, now, CLOCK, "change.watch_ended", change.id, "24 h after settlement have passed", role="clock")
    held = change.review
    if change.state is State.REVIEW and held is not None:
        change = changes.update(db, replace(change, state=State.CLOSED))
        because = f"reviewed by {held.by}: {held.close_code.value.replace('_', ' ')}"
        record(db, now, CLOCK, "change.closed", change.id, because, role="clock")
    return change


def close_due(house: House, change_id: str) -> None:
    """Do the same for the clock."""
    with house.store.write() as db:
        close_if_done(house, db, changes.get(db, change_id), house.clock.now())
        db.after_commit(lambda: house.stir("change"))
