"""Who coordinates a change on its bridge, and how is that handed over?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from leverframe.actions.house import House, first_role, need_reason, record, refuse, target_of, tell
from leverframe.nouns.changes import Change, Provenance
from leverframe.nouns.handovers import Handover
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Refused, Verdict, failed
from leverframe.rules.coordinating import first_coordinator, may_coordinate, may_hand_over, who_may
from leverframe.rules.sign_offs import RELEASE_MANAGER
from leverframe.store import changes, handovers
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class BridgeView:
    """Who coordinates a change, who did before, and what this reader may do; `stands`: may they still?"""

    handovers: tuple[Handover, ...]
    stands: Verdict | None
    may: Verdict
    people: tuple[str, ...]


def bridge_view(db: Db, policy: Policy, actor: Actor, change: Change) -> BridgeView:
    """Gather what a page says of who coordinates."""
    target = policy.catalog.targets.get(change.target)
    allowed = (name for name in who_may(policy, target) if name != change.coordinator)
    able = (name for name in allowed if not may_coordinate(change, name, policy, target).refuses)
    open_ = may_hand_over(change, actor, policy, target) if change.state.is_open else _ended(change)
    named = may_coordinate(change, change.coordinator, policy, target) if change.coordinator else None
    return BridgeView(tuple(handovers.of_change(db, change.id)), named, open_, tuple(sorted(able)))


def hand_over(house: House, actor: Actor, change_id: str, to: str, because: str) -> Handover:
    """Hand the bridge of a change to another person: from then on they coordinate it, and nobody else."""
    reason, taker = need_reason(because), to.strip()
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.lock(db, change_id)
        if not change.state.is_open:
            raise Refused([_ended(change)])
        role = _permit(policy, actor, change, taker)
        after = _named(change, taker, Provenance(actor.name, at=now))
        made = write_handover(house, db, actor, change, taker, reason, role, now)
        changes.update(db, after)
        return made


def handed_by_edit(house: House, db: Db, actor: Actor, before: Change, after: Change, now: datetime) -> None:
    """Write an edit that names another coordinator down as what it is; raises Refused where it may not be."""
    if after.coordinator != before.coordinator:
        policy = house.policy(db)
        role = _permit(policy, actor, replace(after, coordinator=before.coordinator), after.coordinator)
        write_handover(house, db, actor, before, after.coordinator, "the ticket was edited", role, now)


def note_first(db: Db, actor: Actor, change: Change, now: datetime) -> None:
    """Write down who coordinates a change from its filing on, where the ticket names somebody."""
    if change.coordinator:
        filed = Handover(change.id, "", change.coordinator, now, actor.name, "named when the ticket was filed")
        handovers.add(db, filed)


def at_start(policy: Policy, actor: Actor, change: Change) -> Verdict:
    """Answer who coordinates a ramp that this actor starts, or the clock for whoever armed it."""
    starter = change.armed_by if actor is CLOCK else actor.name
    return first_coordinator(change, starter, policy, target_of(policy, change.target))


def take_over_at_start(house: House, db: Db, actor: Actor, change: Change, answer: Verdict, now: datetime) -> Change:
    """Name who coordinates a ramp that begins, where nobody does who may; the change is not written here."""
    if answer.who == change.coordinator:
        return change
    left = f"{change.coordinator} may not coordinate it any more" if change.coordinator else "nobody was named"
    because = f"{left}, and {answer.because}"
    write_handover(house, db, actor, change, answer.who, because, "", now)
    return _named(change, answer.who, Provenance("auto", "the start of the ramp", now))


def write_handover(
    house: House, db: Db, actor: Actor, change: Change, taker: str, because: str, role: str, now: datetime
) -> Handover:
    """Write a handover, its audit entry and its message."""
    made = Handover(change.id, change.coordinator, taker, now, actor.name, because)
    handovers.add(db, made)
    facts = {"from": made.giver, "to": made.taker}
    record(db, now, actor, "bridge.handed_over", change.id, because, role=role, facts=facts)
    body = {"change": change.id, **facts, "because": because, "by": actor.name}
    tell(db, "bridge.handed_over", body, key=f"{change.id}/bridge/{len(handovers.of_change(db, change.id))}")
    db.after_commit(lambda: house.stir("change"))
    return made


def _permit(policy: Policy, actor: Actor, change: Change, taker: str) -> str:
    """Return the role in which this actor hands the bridge over, or refuse with every reason."""
    target = target_of(policy, change.target)
    if taker and taker == change.coordinator:
        raise Refused([failed("bridge", f"{taker} coordinates {change.id} already", remedy="name somebody else")])
    may_give, may_take = may_hand_over(change, actor, policy, target), may_coordinate(change, taker, policy, target)
    refuse([may_give, may_take])
    if actor.name == change.coordinator:
        return "coordinator"
    roles = (RELEASE_MANAGER,) if change.coordinator else policy.may.get("change.file", ())
    return first_role(roles, actor, target)


def _named(change: Change, taker: str, wrote: Provenance) -> Change:
    return replace(change, coordinator=taker, provenance={**change.provenance, "coordinator": wrote})


def _ended(change: Change) -> Verdict:
    because = f"{change.id} is {change.state.value}, and nobody coordinates it any more"
    return failed("bridge", because, remedy="look at who coordinates the changes that are open")
