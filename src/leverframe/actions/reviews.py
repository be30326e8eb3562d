"""How is a change reviewed and closed?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of
from leverframe.nouns.changes import Change, CloseCode, Review, State
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.verdicts import Fault, Invalid, Verdict, failed, passed
from leverframe.store import changes, follow_ups, outcomes
from leverframe.store.database import Db

MOST_HOURS = 10_000


def review(
    house: House, actor: Actor, change_id: str, close_code: str, notes: str, active_hours: float | None = None
) -> Change:
    """Record the change review. The change closes when 24 h after settlement have passed as well.

    A settled change was successful, with issues or without; one that ended otherwise keeps the code of its end.
    `active_hours` are the hours of work that went into it, of all people together.
    """
    said = need_reason(notes, place="notes")
    _need_hours(active_hours)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.review", target_of(policy, change.target))
        refuse([_is_due(change)])
        code = _code(change, close_code)
        change = replace(change, review=Review(actor.name, now, code, said, active_hours), close_code=code)
        change = changes.update(db, change)
        follow_ups.done(db, change_id, "change_review", now)
        facts = {"close_code": code.value, **({} if active_hours is None else {"active_hours": active_hours})}
        record(db, now, actor, "change.reviewed", change_id, said, role=role, facts=facts)
        change = close_if_done(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return change


def _need_hours(active_hours: float | None) -> None:
    if active_hours is not None and not 0 < active_hours <= MOST_HOURS:
        because = f"{active_hours:g} hours of work are none"
        raise Invalid([Fault("active_hours", because, f"a number above 0, at most {MOST_HOURS:,}, or nothing")])


def _is_due(change: Change) -> Verdict:
    if change.review is not None:
        because = f"{change.id} was reviewed by {change.review.by} already"
        return failed("state", because, remedy="it closes when its watch has ended")
    if change.state is State.REVIEW or (change.state is State.IMPLEMENT and change.settled_at):
        return passed("state", "it may be reviewed")
    because = f"{change.id} is in {change.state.value} and has not settled"
    return failed("state", because, remedy="a change is reviewed after it has settled or ended")


def _code(change: Change, close_code: str) -> CloseCode:
    """Return how the change ended; what happened is not for the review to choose."""
    codes = (change.close_code,) if change.close_code else (CloseCode.SUCCESSFUL, CloseCode.SUCCESSFUL_WITH_ISSUES)
    if close_code in codes:
        return CloseCode(close_code)
    because = f"{close_code or 'nothing'} is not how {change.id} ended"
    raise Invalid([Fault("close_code", because, f"it is {' or '.join(codes)}")])


def close_if_done(house: House, db: Db, change: Change, now: datetime) -> Change:
    """Move a settled change on: to its review after the watch, to closed when that is held too."""
    policy = house.policy(db)
    watch_ends = change.settled_at + timedelta(hours=policy.watch_hours) if change.settled_at else now
    if change.state is State.IMPLEMENT and change.settled_at and now >= watch_ends:
        change = changes.update(db, replace(change, state=State.REVIEW))
        because = f"{policy.watch_hours:g} h after settlement have passed"
        record(db, now, CLOCK, "change.watch_ended", change.id, because, role="clock")
    held = change.review
    if change.state is State.REVIEW and held is not None:
        change = changes.update(db, replace(change, state=State.CLOSED))
        outcomes.forget_units(db, change.id)
        because = f"reviewed by {held.by}: {held.close_code.value.replace('_', ' ')}"
        record(db, now, CLOCK, "change.closed", change.id, because, role="clock")
    return change


def close_due(house: House, change_id: str) -> None:
    """Do the same for the clock."""
    with house.store.write() as db:
        close_if_done(house, db, changes.get(db, change_id), house.clock.now())
        db.after_commit(lambda: house.stir("change"))
