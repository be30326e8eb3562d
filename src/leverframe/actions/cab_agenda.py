"""What is on the CAB's agenda, and who is told?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.actions.cab_notes import decide, end, keep
from leverframe.actions.facts import seat_facts, ship_facts
from leverframe.actions.house import House, record, tell
from leverframe.nouns.cab import CabRule, Item, ItemState, Meeting, MeetingState
from leverframe.nouns.changes import Change, State
from leverframe.nouns.people import CLOCK
from leverframe.nouns.policies import Policy
from leverframe.rules.cab import BEFORE_IT_BEGINS, Place, agenda_order, cab_seats, due_meeting, meeting_id, place_of
from leverframe.rules.cab_words import zone_of
from leverframe.rules.delegations import stands_in
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.shipping import may_ship, unready
from leverframe.rules.sign_offs import authors, eligible
from leverframe.store import cab, changes
from leverframe.store.database import Db

MOST = 100_000
DECIDED = (ItemState.APPROVED, ItemState.PASSED_ON)
EMPTY = "nothing waits for it"


@dataclass(frozen=True, slots=True)
class CabDue:
    """What the clock has to do for the CAB: build the agenda of a meeting, look after those that are open."""

    build: datetime | None = None
    tend: tuple[str, ...] = ()


NOTHING_DUE = CabDue()


def cab_due(db: Db, policy: Policy, now: datetime) -> CabDue:
    """Look whether an agenda is to be built, and which meetings are open."""
    if policy.cab is None:
        return NOTHING_DUE
    starts_at = due_meeting(policy.cab, policy.calendar, now)
    built = starts_at is None or cab.exists(db, meeting_id(policy.cab, policy.calendar, starts_at))
    return CabDue(None if built else starts_at, tuple(cab.open_ones(db)))


def serve(house: House, due: CabDue) -> None:
    """Do what the clock has to do for the CAB: what was decided elsewhere first, then the new agenda."""
    for id in due.tend:
        tend(house, id)
    if due.build is not None:
        build(house, due.build)


def tend(house: House, id: str) -> None:
    """Note on an open meeting what was decided elsewhere: seats that were signed on the change's page, a cancel."""
    with house.store.write() as db:
        now, policy, before = house.clock.now(), house.policy(db), cab.lock(db, id)
        if policy.cab is None or not before.state.is_open:
            return
        after = before
        waiting = changes.of_ids(db, (item.change for item in before.items if item.state.is_open))
        for change, facts in seat_facts(db, policy, list(waiting.values())):
            after = decide(db, CLOCK, policy.cab, after, change, facts, now)
        if after != before:
            keep(house, db, after, now)


def build(house: House, starts_at: datetime) -> Meeting | None:
    """Build the agenda of a meeting and tell who presents and who sits; None where another process has built it.

    A meeting that is still open then is over: what it has not reached is carried over. A day on which nothing is on
    the agenda is kept as such, and not told.
    """
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        id = meeting_id(policy.cab, policy.calendar, starts_at) if policy.cab else ""
        if policy.cab is None or cab.exists(db, id):
            return None
        for former in [cab.lock(db, each) for each in cab.open_ones(db) if each != id]:
            if former.state.is_open:
                end(house, db, CLOCK, former, now, "the next meeting's agenda was built")
        meeting = _meeting(policy, policy.cab, starts_at, agenda_of(house, db, policy, now), now)
        if not cab.add(db, meeting):
            return None
        if not meeting.items:
            return meeting
        waits = [item for item in meeting.items if item.state.is_open]
        passed = [item.change for item in meeting.items if not item.state.is_open]
        facts = {"items": [item.change for item in waits], "passed_on": passed}
        record(
            db, now, CLOCK, "cab.agenda_built", meeting.id, _said(facts["items"], passed), role="clock", facts=facts
        )
        if waits:
            tell(db, "cab.agenda", _told(db, policy, meeting, waits, now), key=f"{meeting.id}/agenda")
        db.after_commit(lambda: house.stir("change"))
        return meeting


def _said(waits: Sequence[str], passed: Sequence[str]) -> str:
    told = f"{', '.join(waits)} to be discussed" if waits else "nothing is to be discussed"
    return f"{told}; {', '.join(passed)} passed on by itself" if passed else told


def _meeting(policy: Policy, rule: CabRule, starts_at: datetime, items: tuple[Item, ...], now: datetime) -> Meeting:
    meeting = planned(policy, rule, starts_at, items)
    if any(item.state.is_open for item in items):
        return replace(meeting, built_at=now)
    return replace(meeting, state=MeetingState.COMPLETE, built_at=now, ended_at=now, ended_because=EMPTY)


def planned(policy: Policy, rule: CabRule, starts_at: datetime, items: tuple[Item, ...]) -> Meeting:
    """Return a meeting as it would be, before its agenda is built."""
    id, zone = meeting_id(rule, policy.calendar, starts_at), zone_of(rule, policy.calendar)
    return Meeting(id, starts_at, zone, rule.item_minutes, items=items)


def agenda_of(house: House, db: Db, policy: Policy, now: datetime) -> tuple[Item, ...]:
    """Return the agenda as it would be built now, in order: what is discussed, then what passes on by itself."""
    rows = sorted(_placed(house, db, policy, now), key=lambda row: row.order)
    return tuple(replace(row.item, position=number) for number, row in enumerate(rows, 1))


@dataclass(frozen=True, slots=True)
class _Row:
    order: tuple[bool, tuple[bool, datetime, str]]
    item: Item


def _placed(house: House, db: Db, policy: Policy, now: datetime) -> Iterator[_Row]:
    rule = policy.cab
    if rule is None:
        return
    found = [each for each in changes.find(db, states=BEFORE_IT_BEGINS, limit=MOST) if each.tier.value in rule.tiers]
    before = cab.items_of(db, (change.id for change in found))
    for change, facts in seat_facts(db, policy, found):
        told = [item for _, item in before[change.id]]
        carried = bool(told) and told[0].state is ItemState.CARRIED_OVER
        seen = any(item.state in DECIDED and item.digest == facts.digest_now for item in told)
        states = cab_seats(rule, seats(change, facts))
        ready = bool(states) and (change.state is not State.ASSESS or is_ready(house, db, change, now))
        place = place_of(change, rule, states, is_ready=ready, carried=carried, seen=seen)
        if place is not None:
            order = (not place.waits, agenda_order(change, carried=carried))
            yield _Row(order, _item(change, place, facts.digest_now, now))


def is_ready(house: House, db: Db, change: Change, now: datetime) -> bool:
    """Say whether nothing but sign-offs is missing that a person has to do."""
    noes = unready(may_ship(change, ship_facts(house, db, change), now))
    return all(verdict.gate == "sign_offs" for verdict in noes)


def _item(change: Change, place: Place, digest: str, now: datetime) -> Item:
    presenters = tuple(dict.fromkeys(name for name in (change.author, change.release_manager) if name))
    item = Item(change.id, 0, presenters=presenters, digest=digest, because=place.because)
    return item if place.waits else replace(item, state=ItemState.PASSED_ON, decided_at=now)


def _told(db: Db, policy: Policy, meeting: Meeting, waits: Sequence[Item], now: datetime) -> dict[str, object]:
    """Return the message about an agenda: when, what, who presents, who sits."""
    found = changes.of_ids(db, (item.change for item in waits))
    members = {
        change.id: members_for(policy, facts, change, now)
        for change, facts in seat_facts(db, policy, list(found.values()))
    }
    rows = [
        {
            "change": item.change,
            "title": found[item.change].title,
            "presenters": list(item.presenters),
            "members": members[item.change],
        }
        for item in waits
    ]
    people = sorted({name for item in waits for name in (*item.presenters, *members[item.change])})
    at = meeting.starts_at.astimezone(ZoneInfo(meeting.zone)).isoformat()
    return {"meeting": meeting.id, "starts_at": at, "zone": meeting.zone, "items": rows, "to": people}


def members_for(policy: Policy, facts: ShipFacts, change: Change, now: datetime) -> list[str]:
    """Name who may fill an open seat of the CAB on a change: members who did not write it, and their delegates."""
    names: set[str] = set()
    for state in cab_seats(policy.cab, seats(change, facts)) if policy.cab else ():
        names |= able(policy, facts, change, state.role, state.signed_by, now) if state.open else frozenset()
    return sorted(names)


def able(
    policy: Policy, facts: ShipFacts, change: Change, role: str, signed: Sequence[str], now: datetime
) -> frozenset[str]:
    """Return who may sign a change in a role now: members of it, and whom one of them has named."""
    members = eligible(policy, role, facts.targets) - authors(change) - set(signed)
    named = {
        each.delegate
        for each in facts.delegations
        if each.member in members and stands_in([each], policy, each.member, each.delegate, role, now)
    }
    return members | (named - authors(change))
