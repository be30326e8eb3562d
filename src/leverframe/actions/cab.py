"""What do people do at a meeting of the CAB?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from leverframe.actions.cab_notes import decide, end, give_back, keep, note_down
from leverframe.actions.changes import restate
from leverframe.actions.contents import changed_since
from leverframe.actions.facts import forecast_of, ship_facts
from leverframe.actions.house import House, need_reason, record, refuse, tell
from leverframe.actions.sign_offs import put_sign_off, stale
from leverframe.nouns.cab import ApprovalReason, CabReturn, CabRule, Item, ItemState, Meeting, ReturnReason
from leverframe.nouns.changes import Change
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid, Refused, Verdict, failed, passed
from leverframe.rules.cab import may_sit, sits_as
from leverframe.rules.cab_checks import Check, all_hold, five_checks
from leverframe.rules.cab_items import carried, opened, with_item
from leverframe.rules.cab_words import APPROVES, RETURNS, with_note
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.moments import say
from leverframe.rules.shipping import may_ship
from leverframe.rules.sign_offs import authors, eligible, spoken
from leverframe.store import cab, changes, delegations
from leverframe.store.database import Db

MOST_NOTE = 500
NO_CAB = failed(
    "cab",
    "the policy names no CAB",
    remedy="add `cab` to policy.yaml, with its hour and its roles",
    who="whoever may propose a policy",
)
E = TypeVar("E", bound=StrEnum)


def open_item(house: House, actor: Actor, meeting_id: str, change_id: str) -> Meeting:
    """Begin to discuss one item: its minutes run from now on, and those of the one before it end."""
    with house.store.write() as db:
        now, policy, meeting, item, change = _found(house, db, meeting_id, change_id)
        facts = ship_facts(house, db, change)
        refuse([may_sit(policy, actor, facts.targets, facts.delegations, now), _is_open(meeting, item)])
        if item.state is ItemState.IN_DISCUSSION:
            return meeting
        checks = _five(house, db, change, facts, now)
        after = opened(meeting, change_id, actor.name, facts.digest_now, [check.told for check in checks], now)
        role = sits_as(policy, actor.name, facts.targets, facts.delegations, now)[0]
        record(db, now, actor, "cab.item_opened", change_id, f"opened at {meeting.id}", role=role)
        return keep(house, db, after, now)


def approve(
    house: House,
    actor: Actor,
    meeting_id: str,
    change_id: str,
    role: str,
    content_digest: str,
    reason: str,
    note: str = "",
    on_behalf_of: str = "",
) -> Meeting:
    """Approve an item in one seat: a sign-off as any other; the item is decided when no seat of the CAB is open.

    Raises Conflict where the content has changed since it was shown, Refused with every reason why not now: nobody
    says that all five checks hold while one of them says no.
    """
    why, note = _answer(ApprovalReason, reason, note)
    if why is ApprovalReason.ON_CONDITION and not note:
        raise Invalid([Fault("note", "the condition is missing", "write it into the note")])
    with house.store.write() as db:
        now, policy, meeting, item, change = _found(house, db, meeting_id, change_id)
        refuse([_is_seat(_rule(policy), role), _is_discussed(meeting, item)])
        facts = ship_facts(house, db, change)
        if why is ApprovalReason.ALL_HOLD and facts.digest_now == content_digest:
            refuse([all_hold(_five(house, db, change, facts, now))])
        comment = with_note(APPROVES[why], note)
        put_sign_off(house, db, actor, change_id, role, content_digest, comment, on_behalf_of, now)
        change = changes.get(db, change_id)
        facts = ship_facts(house, db, change)
        return keep(house, db, decide(db, actor, _rule(policy), meeting, change, facts, now), now)


def send_back(
    house: House,
    actor: Actor,
    meeting_id: str,
    change_id: str,
    role: str,
    content_digest: str,
    reason: str,
    note: str = "",
) -> Meeting:
    """Send an item back: it returns to assess until its content is edited, or this member takes it back.

    Raises Conflict where the content has changed since it was shown.
    """
    why, note = _answer(ReturnReason, reason, note)
    with house.store.write() as db:
        now, policy, meeting, item, change = _found(house, db, meeting_id, change_id)
        facts = ship_facts(house, db, change)
        if facts.digest_now != content_digest:
            raise stale(change, content_digest, facts, changed_since(db, change_id, content_digest))
        refuse([_is_discussed(meeting, item), _may_return(policy, actor, role, facts, now)])
        sent = CabReturn(0, change_id, meeting_id, actor.name, role, content_digest, why, note, now)
        cab.send_back(db, sent)
        told = {"change": change_id, "by": actor.name, "because": with_note(RETURNS[why], note)}
        tell(
            db, "cab.returned", {**told, "to": sorted(authors(change))}, key=f"{meeting_id}/{change_id}/{actor.name}"
        )
        after = give_back(db, actor, meeting, change, sent, now)
        restate(house, db, change, now)
        return keep(house, db, after, now)


def take_back(house: House, actor: Actor, change_id: str, because: str) -> Change:
    """Take one's own return of a change back: it stands as before, and comes to the next meeting."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        standing = cab.standing_returns(db, [change_id])[change_id]
        mine = [each for each in standing if each.by == actor.name]
        if not mine:
            others = ", ".join(each.by for each in standing)
            because = f"{actor.name} has not sent {change_id} back"
            remedy = f"ask {others}" if others else "there is nothing to take back"
            raise Refused([failed("may" if others else "state", because, remedy=remedy, who=others)])
        for each in mine:
            cab.take_back(db, each.id, now, reason)
            _note_taken_back(db, each, reason, now, house.policy(db).calendar.home_zone)
        record(db, now, actor, "cab.return_taken_back", change_id, reason, role=mine[0].role)
        db.after_commit(lambda: house.stir("change"))
        return restate(house, db, change, now)


def _note_taken_back(db: Db, sent: CabReturn, because: str, now: datetime, zone: str) -> None:
    """Add to a meeting's minutes, which keep what was decided there, that it was taken back later."""
    meeting = cab.lock(db, sent.meeting)
    item = meeting.item(sent.change)
    if item is not None:
        note = f"{item.note}; {sent.by} took it back {say(now, zone)}: {because}"
        cab.save(db, with_item(meeting, replace(item, note=note)))


def carry_over(house: House, actor: Actor, meeting_id: str, change_id: str, because: str) -> Meeting:
    """Leave an item to the next meeting."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, meeting, item, change = _found(house, db, meeting_id, change_id)
        facts = ship_facts(house, db, change)
        refuse([may_sit(policy, actor, facts.targets, facts.delegations, now), _is_open(meeting, item)])
        after = carried(item, now, reason)
        note_down(db, actor, meeting, after, change, now)
        return keep(house, db, with_item(meeting, after), now)


def close(house: House, actor: Actor, meeting_id: str, because: str) -> Meeting:
    """End a meeting: what it has not decided is carried over; one that nobody opened is canceled."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, meeting = house.clock.now(), house.policy(db), cab.lock(db, meeting_id)
        standing = delegations.standing(db, _rule(policy).roles)
        refuse([may_sit(policy, actor, (), standing, now)])
        if not meeting.state.is_open:
            because = f"{meeting_id} is {meeting.state.value} already"
            raise Refused([failed("state", because, remedy="there is nothing to end")])
        return end(house, db, actor, meeting, now, reason)


def _five(house: House, db: Db, change: Change, facts: ShipFacts, now: datetime) -> tuple[Check, ...]:
    return five_checks(change, facts, may_ship(change, facts, now), forecast_of(house, db, change, now), now)


def _found(house: House, db: Db, meeting_id: str, change_id: str) -> tuple[datetime, Policy, Meeting, Item, Change]:
    """Return what an act on an item stands on; the meeting is kept from other writers."""
    now, policy = house.clock.now(), house.policy(db)
    _rule(policy)
    meeting, change = cab.lock(db, meeting_id), changes.get(db, change_id)
    item = meeting.item(change_id)
    if item is None:
        because = f"{change_id} is not on the agenda of {meeting_id}"
        raise Refused([failed("cab", because, remedy="what is ready now comes to the next meeting")])
    return now, policy, meeting, item, change


def _rule(policy: Policy) -> CabRule:
    if policy.cab is None:
        raise Refused([NO_CAB])
    return policy.cab


def _answer(kind: type[E], reason: str, note: str) -> tuple[E, str]:
    """Read an answer: its reason is of the fixed set, its note is beside it."""
    faults, known = [], [each.value for each in kind]
    if reason not in known:
        because = f"{reason or 'nothing'} is no reason of the CAB; technical merit belongs in the code review"
        faults.append(Fault("reason", because, f"one of {', '.join(known)}"))
    if len(note.strip()) > MOST_NOTE:
        faults.append(Fault("note", f"the note is longer than {MOST_NOTE} characters", "say it shorter"))
    if faults:
        raise Invalid(faults)
    return kind(reason), note.strip()


def _is_open(meeting: Meeting, item: Item) -> Verdict:
    if meeting.state.is_open and item.state.is_open:
        return passed("state", f"{item.change} waits at {meeting.id}")
    if not meeting.state.is_open:
        because = f"{meeting.id} is {meeting.state.value.replace('_', ' ')}"
    else:
        because = f"{item.change} was {item.state.value.replace('_', ' ')} at {meeting.id}"
    return failed("state", because, remedy="what is ready comes to the next meeting")


def _is_discussed(meeting: Meeting, item: Item) -> Verdict:
    if item.state is not ItemState.WAITING or not meeting.state.is_open:
        return _is_open(meeting, item)
    because = f"{item.change} waits at {meeting.id} and was not opened"
    return failed("state", because, remedy=f"open it first: leverframe cab open {meeting.id} {item.change}")


def _is_seat(rule: CabRule, role: str) -> Verdict:
    if role in rule.roles:
        return passed("seat", f"{spoken(role)} sits on the CAB")
    seats = ", ".join(spoken(each) for each in rule.roles)
    because = f"{spoken(role) if role else 'nobody'} does not sit on the CAB"
    return failed("seat", because, remedy=f"its seats are {seats}; others sign on the change's page")


def _may_return(policy: Policy, actor: Actor, role: str, facts: ShipFacts, now: datetime) -> Verdict:
    sits = may_sit(policy, actor, facts.targets, facts.delegations, now)
    if sits.refuses or role in sits_as(policy, actor.name, facts.targets, facts.delegations, now):
        return sits
    who = ", ".join(sorted(eligible(policy, role, facts.targets))) or "nobody holds it"
    because = f"{actor.name} does not sit on the CAB as {spoken(role) if role else 'nobody'}"
    return failed("role", because, remedy=f"ask {who}", who=who)
