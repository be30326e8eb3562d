"""How is a change reviewed and closed?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leverframe.actions.agreed_actions import AskedAction, read_actions
from leverframe.actions.duties import owe_actions
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of
from leverframe.actions.review_facts import gather
from leverframe.actions.spent_time import keep_spent
from leverframe.nouns.changes import Change, CloseCode, Review, State
from leverframe.nouns.follow_ups import REVIEW
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, Verdict, failed, passed
from leverframe.store import changes, follow_ups, outcomes, reviews
from leverframe.store.database import Db

MOST_HOURS = 10_000
SETTLED_CODES = (CloseCode.SUCCESSFUL, CloseCode.SUCCESSFUL_WITH_ISSUES, CloseCode.UNSUCCESSFUL)
"""How the review of a settled change may find it; that it did harm is for people to say, where no rule has."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a reviewer says; `facts` is the digest of what they were shown, where they name it."""

    close_code: str
    notes: str
    active_hours: float | None = None
    learned: str = ""
    actions: tuple[AskedAction, ...] = ()
    facts: str = ""


def review(
    house: House, actor: Actor, change_id: str, close_code: str, notes: str, active_hours: float | None = None
) -> Change:
    """Record a review that has no more to say than how it went."""
    return hold_review(house, actor, change_id, Held(close_code, notes, active_hours))


def hold_review(house: House, actor: Actor, change_id: str, held: Held) -> Change:
    """Record the change review. The change closes when 24 h after settlement have passed as well.

    A settled change was successful, with issues or without, or did harm; one that ended otherwise keeps the code of
    its end. `active_hours` are the hours of work that went into it, of all people together. What it agrees on becomes
    follow-ups. Raises Conflict where something happened since the facts that the reviewer names.
    """
    said = need_reason(held.notes, place="notes")
    _need_hours(held.active_hours)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.review", target_of(policy, change.target))
        refuse([_is_due(change)])
        code, learned = _code(change, held.close_code), held.learned.strip()
        actions = read_actions(held.actions, policy, now, before=_lessons(code, learned))
        facts = _keep_facts(house, db, change, held.facts, now)
        held_now = Review(actor.name, now, code, said, held.active_hours, learned, facts)
        change = changes.update(db, replace(change, review=held_now, close_code=code))
        follow_ups.done(db, change_id, REVIEW, now, actor.name)
        owed = owe_actions(house, db, change, actions, actor.name, now)
        told = {"close_code": code.value, "active_hours": held.active_hours, "learned": learned, "actions": owed}
        kept = {name: value for name, value in told.items() if value} | {"facts": facts}
        record(db, now, actor, "change.reviewed", change_id, said, role=role, facts=kept)
        change = close_if_done(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return change


def _lessons(code: CloseCode, learned: str) -> list[Fault]:
    """Ask what was learned where something can be: a settled change that went wrong."""
    if learned or code not in (CloseCode.SUCCESSFUL_WITH_ISSUES, CloseCode.UNSUCCESSFUL):
        return []
    return [Fault("learned", "what was learned is missing", "say what you would do differently, and how it was seen")]


def _keep_facts(house: House, db: Db, change: Change, read: str, now: datetime) -> str:
    """Keep what happened, and return its digest; raises Conflict where the reviewer has read something else."""
    digest = reviews.keep(db, gather(house, db, change, now), now)
    if read and read != digest:
        because = f"something happened to {change.id} since you read it"
        raise Conflict(because, remedy="read its review again, then record it")
    return digest


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
    codes = (change.close_code,) if change.close_code else SETTLED_CODES
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
        keep_spent(house, db, change, now)
    return change


def close_due(house: House, change_id: str) -> None:
    """Do the same for the clock."""
    with house.store.write() as db:
        close_if_done(house, db, changes.get(db, change_id), house.clock.now())
        db.after_commit(lambda: house.stir("change"))
