"""On whom does an open change wait, for what, since when?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leverframe.nouns.changes import Change, State
from leverframe.nouns.effects import Effect
from leverframe.nouns.follow_ups import FollowUp
from leverframe.nouns.people import CLOCK as BY_RULE
from leverframe.nouns.ramps import HoldRow, Ramp, RampState
from leverframe.nouns.verdicts import Verdict
from leverframe.nouns.waits import CLOCK, GATEWAYS, Wait, WaitGroup
from leverframe.rules.field_reviews import asked_by_name
from leverframe.rules.sign_offs import RELEASE_MANAGER, spoken

STARTS = "next legal start"
HOLDS_THAT_END = {
    "window": CLOCK,
    "freeze": CLOCK,
    "closed_stretch": CLOCK,
    "closed_stretch_begun": CLOCK,
    "no_data": GATEWAYS,
}
"""Who ends a hold by rule, by its code; every other waits for whoever runs the ramp."""


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """A role that must still sign, and the people who may."""

    role: str
    missing: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of one open change.

    `since` is when it came to where it stands, `lacks` what its ticket lacked when that was last asked, `starters`
    who may start it or run its ramp, `opens` the next moment at which it may legally begin, `review` the open duty of
    its review, `missing` what users do not get though the ramp has ended.
    """

    since: datetime
    watch_hours: float
    lacks: Sequence[Verdict] = ()
    seats: Sequence[OpenSeat] = ()
    starters: tuple[str, ...] = ()
    opens: datetime | None = None
    ramp: Ramp | None = None
    review: FollowUp | None = None
    reviewers: tuple[str, ...] = ()
    missing: Effect | None = None


def waits_of(change: Change, told: Circumstances) -> Iterator[Wait]:
    """Yield each of those for whom an open change waits; a ramp that runs by itself waits for nobody."""
    match change.state:
        case State.DRAFT | State.ASSESS:
            yield _for_its_author(change, told)
        case State.AUTHORIZE:
            yield from _for_signers(change, told)
        case State.SCHEDULED:
            yield _wait(change, told, CLOCK, (), "its window", until=told.opens, until_is=STARTS)
        case State.IMPLEMENT | State.REVIEW:
            yield from _after_it_began(change, told)
        case _:
            return


def _for_its_author(change: Change, told: Circumstances) -> Wait:
    first = next(iter(told.lacks), None)
    if first is None:
        return _wait(change, told, change.author, (change.author,), "what its ticket lacks", until=told.opens)
    if first.gate == "field_reviews":
        names = asked_by_name(first)
        return _wait(change, told, "a reviewer of its fields", names, first.because, first.remedy, told.opens, STARTS)
    more = f", and {len(told.lacks) - 1} more" if len(told.lacks) > 1 else ""
    what = f"{first.because}{more}"
    return _wait(change, told, change.author, (change.author,), what, first.remedy, told.opens, STARTS)


def _for_signers(change: Change, told: Circumstances) -> Iterator[Wait]:
    if not told.seats:
        on, names = _starter(change, told)
        yield _wait(change, told, on, names, "a start", "schedule it, or start its ramp", told.opens, STARTS)
    for seat in told.seats:
        what = "a sign-off" if seat.missing == 1 else f"{seat.missing} sign-offs"
        yield _wait(change, told, spoken(seat.role), seat.names, what, "read it and sign", told.opens, STARTS)


def _after_it_began(change: Change, told: Circumstances) -> Iterator[Wait]:
    ramp, duty, missing = told.ramp, told.review, told.missing
    if missing is not None:
        what = f"{missing.serves} to be what users get: {missing.because}"
        remedy = "see which table each gateway has applied"
        yield _wait(change, told, GATEWAYS, (), what, remedy, since=missing.since)
    if ramp is not None and ramp.state is RampState.RAMPING:
        if ramp.hold is not None:
            yield _held(change, told, ramp.hold)
    elif change.review is None and duty is not None and duty.opened_at is None:
        yield _wait(change, told, CLOCK, (), "its review", until=duty.opens_at, until_is="opens")
    elif change.review is None:
        on = duty.owed_by if duty else change.release_manager or change.author
        names, since = told.reviewers or (on,), (duty and (duty.opened_at or duty.opens_at)) or told.since
        remedy = f"record the change review of {change.id}"
        due = duty.due_at if duty else None
        yield _wait(change, told, on, names, "its review", remedy, due, "due", since=min(since, due or since))
    elif change.settled_at is not None:
        ends = change.settled_at + timedelta(hours=told.watch_hours)
        yield _wait(change, told, CLOCK, (), "the end of its watch", until=ends, until_is="ends")


def _held(change: Change, told: Circumstances, hold: HoldRow) -> Wait:
    if hold.by != BY_RULE.name:
        on, names = hold.by, (hold.by,)
    elif hold.code in HOLDS_THAT_END:
        on, names = HOLDS_THAT_END[hold.code], ()
    else:
        on, names = _starter(change, told)
    what = f"the end of its hold: {hold.because}"
    return _wait(change, told, on, names, what, hold.remedy or "let it go on, or abort it", since=hold.since)


def _starter(change: Change, told: Circumstances) -> tuple[str, tuple[str, ...]]:
    """Name who starts a change and runs its ramp: its release manager, or whoever may where it names none."""
    named = change.release_manager
    return (named, (named,)) if named else (spoken(RELEASE_MANAGER), told.starters)


def _wait(
    change: Change,
    told: Circumstances,
    on: str,
    names: tuple[str, ...],
    what: str,
    remedy: str = "",
    until: datetime | None = None,
    until_is: str = STARTS,
    *,
    since: datetime | None = None,
) -> Wait:
    return Wait(
        on=on,
        names=names,
        change=change.id,
        title=change.title,
        target=change.target,
        tier=change.tier,
        what=what,
        since=since or told.since,
        remedy=remedy,
        until=until,
        until_is=until_is if until else "",
    )


def grouped(waits: Iterable[Wait], reader: str) -> tuple[WaitGroup, ...]:
    """Group by who is waited on: the reader first, then who has let something wait longest, the clock last."""
    by: dict[str, list[Wait]] = {}
    for wait in waits:
        by.setdefault(wait.on, []).append(wait)
    groups = (_group(on, found, reader) for on, found in by.items())
    return tuple(sorted(groups, key=lambda group: (not group.is_mine, group.on == CLOCK, group.since, group.on)))


def _group(on: str, found: list[Wait], reader: str) -> WaitGroup:
    """Return one group; it is the reader's where anything in it could be ended by them."""
    longest = sorted(found, key=lambda wait: (reader not in wait.names, wait.since, wait.change))
    names = tuple(sorted({name for wait in found for name in wait.names}))
    return WaitGroup(on, names, reader in names, min(wait.since for wait in found), tuple(longest))
