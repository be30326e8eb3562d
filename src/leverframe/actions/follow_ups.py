"""How is a follow-up done, handed on, or dropped?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.house import House, first_role, need_reason, record, refuse, target_of
from leverframe.nouns.follow_ups import FollowUp
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, NotFound, Refused, Verdict, failed
from leverframe.rules.duties import is_mine, may_drop, may_finish
from leverframe.rules.reminders import first_reminder
from leverframe.store import changes, follow_ups
from leverframe.store.database import Db

May = Callable[[Policy, Actor, FollowUp, Target | None], Verdict]


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """One follow-up as a list shows it, with what this reader may do about it."""

    duty: FollowUp
    is_overdue: bool
    is_mine: bool
    may_finish: bool
    may_drop: bool


def list_follow_ups(house: House, actor: Actor, *, mine: bool = False, subject: str = "") -> tuple[FollowUpLine, ...]:
    """List what is owed, the next due first: of everybody, of one change, or of this reader alone."""
    with house.store.read() as db:
        found = follow_ups.open_ones(db, subject=subject)
        lines = lines_of(house, db, actor, found)
        return tuple(line for line in lines if line.is_mine or not mine)


def left_by(house: House, db: Db, actor: Actor, subject: str) -> tuple[FollowUpLine, ...]:
    """List every follow-up that a change left behind, done or open."""
    return tuple(lines_of(house, db, actor, follow_ups.of_subject(db, subject)))


def lines_of(house: House, db: Db, actor: Actor, found: list[FollowUp]) -> Iterator[FollowUpLine]:
    """Say of each duty whether it is overdue, and what this reader may do about it."""
    now, policy = house.clock.now(), house.policy_or_none(db)
    tickets = changes.of_ids(db, {duty.subject for duty in found}) if found else {}
    for duty in found:
        change = tickets.get(duty.subject)
        target = policy.catalog.targets.get(change.target) if policy and change else None
        is_open = duty.done_at is None
        yield FollowUpLine(
            duty=duty,
            is_overdue=is_open and duty.due_at < now,
            is_mine=is_open and is_mine(duty, actor),
            may_finish=is_open and policy is not None and not may_finish(policy, actor, duty, target).refuses,
            may_drop=is_open and policy is not None and not may_drop(policy, actor, duty, target).refuses,
        )


def finish(house: House, actor: Actor, id: int, note: str) -> FollowUp:
    """Say that a follow-up is done, with a note of what was found."""
    said = need_reason(note, place="note")
    with house.store.write() as db:
        now, duty, role = _asked(house, db, actor, id, may_finish)
        _end(db, duty, now, actor, said, dropped=False)
        _record(db, now, actor, role, "follow_up.done", duty, said)
        db.after_commit(lambda: house.stir("change"))
        return follow_ups.get(db, id)


def drop(house: House, actor: Actor, id: int, because: str) -> FollowUp:
    """Drop a follow-up that nobody will do, with the reason."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, duty, role = _asked(house, db, actor, id, may_drop)
        _end(db, duty, now, actor, reason, dropped=True)
        _record(db, now, actor, role, "follow_up.dropped", duty, reason)
        db.after_commit(lambda: house.stir("change"))
        return follow_ups.get(db, id)


def hand(house: House, actor: Actor, id: int, to: str, because: str = "") -> FollowUp:
    """Hand a follow-up to another person, who is told at once, or on the next working morning."""
    with house.store.write() as db:
        policy = house.policy(db)
        if to not in policy.catalog.people:
            raise Invalid([Fault("to", f"{to or 'nobody'} is not in the catalog", "name one of the people")])
        now, duty, role = _asked(house, db, actor, id, may_finish)
        if duty.owner == to:
            raise Refused([failed("state", f"{to} owes it already", remedy="hand it to somebody else")])
        first = first_reminder(policy.calendar, policy.reviews_open_at, now)
        if not follow_ups.hand(db, id, to, first):
            raise _ended(duty)
        because = f"handed to {to}{f': {because.strip()}' if because.strip() else ''}"
        _record(db, now, actor, role, "follow_up.handed", duty, because, to=to)
        db.after_commit(lambda: house.stir("change"))
        return follow_ups.get(db, id)


def _asked(house: House, db: Db, actor: Actor, id: int, asks: May) -> tuple[datetime, FollowUp, str]:
    """Return an open duty and the role in which this actor acts on it; raises Refused, NotFound."""
    policy, duty = house.policy(db), follow_ups.get(db, id)
    if duty.done_at is not None:
        raise _ended(duty)
    target = _target(policy, db, duty)
    refuse([asks(policy, actor, duty, target)])
    role = first_role(policy.may.get("change.review", ()), actor, target)
    return house.clock.now(), duty, role or "owner"


def _target(policy: Policy, db: Db, duty: FollowUp) -> Target | None:
    try:
        return target_of(policy, changes.get(db, duty.subject).target)
    except NotFound:
        return None


def _end(db: Db, duty: FollowUp, now: datetime, actor: Actor, said: str, *, dropped: bool) -> None:
    if not follow_ups.end(db, duty.id, now, actor.name, said, dropped=dropped):
        raise _ended(duty)


def _ended(duty: FollowUp) -> Exception:
    how = "dropped" if duty.dropped else "done"
    because = f"follow-up {duty.id} was {how} by {duty.done_by or 'somebody else'} already"
    if duty.done_at is None:
        return Conflict(because, remedy="look at it again")
    return Refused([failed("state", because, remedy="look at what is still open")])


def _record(
    db: Db, now: datetime, actor: Actor, role: str, act: str, duty: FollowUp, because: str, **more: object
) -> None:
    facts = {"follow_up": duty.id, "what": duty.name, **more}
    record(db, now, actor, act, duty.subject, because, role=role, facts=facts)
