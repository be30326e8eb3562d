"""What becomes of an item of the agenda?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leverframe.nouns.cab import CabReturn, Item, ItemState, Meeting, MeetingState, Told
from leverframe.nouns.changes import Change
from leverframe.nouns.sign_offs import SignOff
from leverframe.rules.cab import BEFORE_IT_BEGINS
from leverframe.rules.cab_words import approval_note, return_note
from leverframe.rules.sign_offs import SeatState

NOT_REACHED = "it was not decided when the meeting ended"


def opened(meeting: Meeting, change: str, by: str, digest: str, told: Sequence[Told], now: datetime) -> Meeting:
    """Return a meeting in which an item is being discussed; the one before it waits again, with its minutes."""
    items = tuple(
        _begun(item, by, digest, told, now) if item.change == change else stopped(item, now) for item in meeting.items
    )
    return replace(meeting, state=MeetingState.IN_PROGRESS, opened_at=meeting.opened_at or now, items=items)


def _begun(item: Item, by: str, digest: str, told: Sequence[Told], now: datetime) -> Item:
    if item.state is ItemState.IN_DISCUSSION:
        return item
    return replace(item, state=ItemState.IN_DISCUSSION, opened_at=now, opened_by=by, digest=digest, told=tuple(told))


def stopped(item: Item, now: datetime) -> Item:
    """Return an item whose discussion ends now; what was not decided waits again."""
    if item.state is not ItemState.IN_DISCUSSION:
        return item
    return replace(item, state=ItemState.WAITING, minutes=minutes_of(item, now), opened_at=None)


def minutes_of(item: Item, now: datetime) -> float:
    """Return the real minutes that an item was discussed, the present stretch among them."""
    present = (now - item.opened_at).total_seconds() / 60 if item.opened_at is not None else 0.0
    return item.minutes + max(0.0, present)


def carried(item: Item, now: datetime, because: str) -> Item:
    """Return an item that is carried over, where it is not decided yet; its minutes are kept."""
    if not item.state.is_open:
        return item
    return replace(stopped(item, now), state=ItemState.CARRIED_OVER, decided_at=now, because=because)


def settled(
    item: Item,
    change: Change,
    states: Sequence[SeatState],
    signed: Sequence[SignOff],
    digest: str,
    zone: str,
    now: datetime,
) -> Item:
    """Return an item as its change now stands: decided when no seat of the CAB is open.

    One that was never opened passes on by itself; `signed` are the sign-offs that fill those seats.
    """
    if not item.state.is_open:
        return item
    if change.state not in BEFORE_IT_BEGINS:
        return _passed_on(item, f"the change is in {change.state.value}", digest, now)
    if not states or any(state.open for state in states):
        return item
    if item.opened_at is None and not item.minutes:
        return _passed_on(item, "all its seats signed before it was opened", digest, now)
    minutes = minutes_of(item, now)
    note = approval_note(change.id, signed, minutes, now, zone)
    ended = replace(stopped(item, now), minutes=minutes, digest=digest)
    return replace(ended, state=ItemState.APPROVED, decided_at=now, note=note)


def _passed_on(item: Item, because: str, digest: str, now: datetime) -> Item:
    ended = stopped(item, now)
    return replace(ended, state=ItemState.PASSED_ON, decided_at=now, because=because, digest=digest)


def sent_back(item: Item, sent: CabReturn, zone: str) -> Item:
    """Return an item that a member has sent back."""
    minutes = minutes_of(item, sent.at)
    note = return_note(sent, minutes, zone)
    return replace(stopped(item, sent.at), state=ItemState.SENT_BACK, decided_at=sent.at, note=note)


def with_item(meeting: Meeting, item: Item) -> Meeting:
    """Return a meeting in which one item stands otherwise."""
    return replace(meeting, items=tuple(item if each.change == item.change else each for each in meeting.items))


def is_done(meeting: Meeting) -> bool:
    """Say whether no item of a meeting waits any more."""
    return not any(item.state.is_open for item in meeting.items)


def ended(meeting: Meeting, now: datetime, because: str) -> Meeting:
    """Return a meeting that is over: what it has not decided is carried over to the next."""
    state = MeetingState.CANCELED if meeting.state is MeetingState.PENDING else MeetingState.COMPLETE
    items = tuple(carried(item, now, NOT_REACHED) for item in meeting.items)
    return replace(meeting, state=state, ended_at=now, ended_because=because, items=items)


def left_over(meeting: Meeting) -> tuple[str, ...]:
    """Name the changes that a meeting carries over."""
    return tuple(item.change for item in meeting.items if item.state is ItemState.CARRIED_OVER)
