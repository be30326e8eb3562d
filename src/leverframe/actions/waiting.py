"""What does the store know of who is waited on?

Asked for every open change at once, in few queries: what a ticket lacks was kept when it was last asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain

from leverframe.actions.asked_signs import AskedSign, waits_for_signs
from leverframe.actions.facts import seat_facts, subject_of
from leverframe.nouns.changes import Change, State
from leverframe.nouns.effects import EffectState
from leverframe.nouns.follow_ups import REVIEW, FollowUp
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.waits import Wait, WaitGroup
from leverframe.rules.calendar import next_opening
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import authors, eligible
from leverframe.rules.waiting import Circumstances, OpenSeat, grouped, waits_of
from leverframe.store import changes, effects, follow_ups, ramps, unmet
from leverframe.store.database import Db

BEFORE = (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
AFTER = (State.IMPLEMENT, State.REVIEW)
MOST = 5_000


def all_waits(
    db: Db, policy: Policy, actor: Actor, others: Iterable[AskedSign], now: datetime
) -> tuple[WaitGroup, ...]:
    """Return who is waited on, the reader first: for changes, and for what else waits for sign-offs."""
    found = changes.find(db, states=(*BEFORE, *AFTER), limit=MOST)
    return grouped(chain(_waits(db, policy, found, now), waits_for_signs(others)), actor.name)


def _waits(db: Db, policy: Policy, found: list[Change], now: datetime) -> Iterator[Wait]:
    before = [change for change in found if change.state in BEFORE]
    after = [change for change in found if change.state in AFTER]
    lacks = unmet.of(db, [change.id for change in before])
    open_seats = dict(_open_seats(db, policy, before))
    moving = ramps.of_changes(db, [change.id for change in after])
    reviews = {duty.subject: duty for duty in follow_ups.open_ones(db, kind=REVIEW)} if after else {}
    openings: dict[tuple[str, ...], datetime | None] = {}
    for change in before:
        kept = lacks.get(change.id)
        told = Circumstances(
            since=kept.since if kept else change.filed_at,
            watch_hours=policy.watch_hours,
            lacks=kept.answers if kept else (),
            seats=open_seats.get(change.id, ()),
            starters=_holders(policy, policy.may.get("change.schedule", ()), change),
            opens=_opens(policy, change, now, openings),
        )
        yield from waits_of(change, told)
    yield from _of_begun(db, policy, after, moving, reviews)


def _of_begun(
    db: Db, policy: Policy, after: Iterable[Change], moving: Mapping[str, Ramp], reviews: Mapping[str, FollowUp]
) -> Iterator[Wait]:
    missing = {effect.change: effect for effect in effects.open_effects(db) if effect.state is EffectState.MISSING}
    for change in after:
        ramp = moving.get(change.id)
        ended = (ramp and ramp.ended_at) or change.settled_at or change.filed_at
        duty = reviews.get(change.id)
        told = Circumstances(
            since=ended,
            watch_hours=policy.watch_hours,
            ramp=ramp,
            review=duty,
            reviewers=_reviewers(policy, duty),
            starters=_holders(policy, policy.may.get("ramp.run", ()), change) if ramp and ramp.hold else (),
            missing=missing.get(change.id),
        )
        yield from waits_of(change, told)


def _reviewers(policy: Policy, duty: FollowUp | None) -> tuple[str, ...]:
    if duty is None or duty.owner:
        return (duty.owner,) if duty else ()
    people = policy.catalog.people.values()
    return tuple(sorted(person.name for person in people if duty.team in person.groups))


def _open_seats(db: Db, policy: Policy, before: list[Change]) -> Iterator[tuple[str, tuple[OpenSeat, ...]]]:
    asked = [change for change in before if change.state is State.AUTHORIZE]
    for change, facts in seat_facts(db, policy, asked):
        signed = {name for seat in seats(change, facts) for name in seat.signed_by}
        yield (
            change.id,
            tuple(
                OpenSeat(
                    seat.role,
                    seat.open,
                    tuple(sorted(eligible(policy, seat.role, facts.targets) - authors(change) - signed)),
                )
                for seat in seats(change, facts)
                if seat.open
            ),
        )


def _holders(policy: Policy, roles: Iterable[str], change: Change) -> tuple[str, ...]:
    target = policy.catalog.targets.get(change.target)
    return tuple(sorted(frozenset().union(*(holders(policy, role, target) for role in roles))))


def _opens(
    policy: Policy, change: Change, now: datetime, known: dict[tuple[str, ...], datetime | None]
) -> datetime | None:
    """Return the next moment at which a change may begin in the first of its regions, within its start window."""
    region, begins = next(iter(change.blast_radius.regions), ""), max(now, change.start.opens_at)
    about = subject_of(change)
    key = (about.target, about.tier, about.kind, region, begins.isoformat())
    if key not in known:
        known[key] = next_opening(policy.calendar, about, region, begins)
    opens = known[key]
    return opens if opens is not None and opens < change.start.closes_at else None
