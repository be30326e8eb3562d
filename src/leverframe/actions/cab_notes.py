"""What is written down and told when the CAB has decided?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leverframe.actions.house import House, record, tell
from leverframe.nouns.cab import CabReturn, CabRule, Item, ItemState, Meeting, MeetingState
from leverframe.nouns.changes import Change
from leverframe.nouns.people import CLOCK, Actor
from leverframe.rules.cab import cab_seats
from leverframe.rules.cab_items import ended, is_done, left_over, sent_back, settled, with_item
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.sign_offs import counted
from leverframe.store import cab
from leverframe.store.database import Db


def decide(
    db: Db, actor: Actor, rule: CabRule, meeting: Meeting, change: Change, facts: ShipFacts, now: datetime
) -> Meeting:
    """Return a meeting in which a change's item stands as its seats do, and write down what was decided by that."""
    item = meeting.item(change.id)
    if item is None:
        return meeting
    states = cab_seats(rule, seats(change, facts))
    filled = {(state.role, name) for state in states for name in state.signed_by}
    standing = counted(change, facts.digest_now, facts.sign_offs)
    signed = [s for s in standing if (s.role, s.person) in filled]
    after = settled(item, change, states, signed, facts.digest_now, meeting.zone, now)
    if after.state is item.state:
        return meeting
    note_down(db, actor, meeting, after, change, now)
    return with_item(meeting, after)


def give_back(db: Db, actor: Actor, meeting: Meeting, change: Change, sent: CabReturn, now: datetime) -> Meeting:
    """Return a meeting in which a change was sent back, and write it down."""
    item = meeting.item(change.id)
    if item is None or not item.state.is_open:
        return meeting
    after = sent_back(item, sent, meeting.zone)
    note_down(db, actor, meeting, after, change, now)
    return with_item(meeting, after)


def note_down(db: Db, actor: Actor, meeting: Meeting, item: Item, change: Change, now: datetime) -> None:
    """Write down what became of an item, on the change's own trail, and tell those whom it concerns."""
    role = "clock" if actor is CLOCK else "cab"
    facts = {"meeting": meeting.id, "outcome": item.state.value, "minutes": round(item.minutes, 1)}
    because = item.note or item.because
    record(db, now, actor, f"cab.{item.state.value}", change.id, because, role=role, facts=facts, decided=item.digest)
    if item.state is not ItemState.PASSED_ON:
        told = {**facts, "change": change.id, "note": because, "to": [*item.presenters]}
        tell(db, "cab.decided", told, key=f"{meeting.id}/{change.id}/{item.state.value}/{now.isoformat()}")


def keep(house: House, db: Db, meeting: Meeting, now: datetime) -> Meeting:
    """Write a meeting down; it is complete when no item waits any more."""
    if meeting.state.is_open and is_done(meeting):
        because = "no item waits any more"
        meeting = replace(meeting, state=MeetingState.COMPLETE, ended_at=now, ended_because=because)
        record(db, now, CLOCK, "cab.closed", meeting.id, because, role="clock")
    db.after_commit(lambda: house.stir("change"))
    return cab.save(db, meeting)


def end(house: House, db: Db, actor: Actor, meeting: Meeting, now: datetime, because: str) -> Meeting:
    """End a meeting: one that nobody opened is canceled, and what it has not decided is carried over."""
    over = ended(meeting, now, because)
    act = "cab.canceled" if over.state is MeetingState.CANCELED else "cab.closed"
    left = {"carried_over": list(left_over(over))}
    record(db, now, actor, act, over.id, because, role="clock" if actor is CLOCK else "cab", facts=left)
    tell(db, act, {"meeting": over.id, "because": because, **left}, key=f"{over.id}/ended")
    return keep(house, db, over, now)
