"""How is one change let past some gates, for a stretch of time, on an executive's approval?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.facts import ship_facts, verdicts
from leverframe.actions.house import House, first_role, need_reason, record, refuse, target_of, tell
from leverframe.nouns.break_glass import Approval, BreakGlass
from leverframe.nouns.changes import Change
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Conflict, Invalid, Outcome, Verdict, failed
from leverframe.rules.break_glass import (
    ASKED,
    PASSABLE,
    STANDS,
    faults_of,
    may_approve,
    may_ask,
    missing,
    state_of,
)
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.moments import say
from leverframe.store import break_glass, changes
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class BreakGlassView:
    """What the change's page says of it: the newest one with its state, and what this reader may do.

    `gates` are those that refuse now and that the policy lets pass; `left` the roles that have still to approve.
    """

    newest: BreakGlass | None = None
    state: str = ""
    left: tuple[tuple[str, int], ...] = ()
    gates: tuple[str, ...] = ()
    most_minutes: int = 0
    may_ask: Verdict | None = None
    may_approve: Verdict | None = None
    may_withdraw: Verdict | None = None


NO_GLASS = BreakGlassView()


def ask(house: House, actor: Actor, change_id: str, gates: Sequence[str], minutes: int, because: str) -> BreakGlass:
    """Ask that a change may pass gates that refuse it now; it takes effect when it is approved."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.lock(db, change_id)
        target = target_of(policy, change.target)
        refuse([may_ask(policy, actor, target)])
        refuse(_not_begun(change))
        rule = policy.break_glass
        assert rule is not None
        answers, named = verdicts(house, db, change, now), tuple(dict.fromkeys(gates))
        if faults := [*faults_of(rule, named, minutes, answers)]:
            raise Invalid(faults)
        digest = ship_facts(house, db, change).digest_now
        _refuse_second(house, db, change, digest, policy, now)
        glass = break_glass.add(
            db, BreakGlass("", change_id, named, reason, actor.name, now, minutes, content_digest=digest)
        )
        role = first_role(rule.may, actor, target)
        _write_down(house, db, actor, "break_glass.asked", glass, reason, role, now)
        return glass


def _refuse_second(house: House, db: Db, change: Change, digest: str, policy: Policy, now: datetime) -> None:
    for known in break_glass.of_change(db, change.id):
        if state_of(known, digest, policy, now) in (ASKED, STANDS):
            remedy = "withdraw it first, or have it approved"
            raise Conflict(f"{known.id} of {change.id} is {state_of(known, digest, policy, now)}", remedy=remedy)


def approve(house: House, actor: Actor, change_id: str) -> BreakGlass:
    """Approve what was asked for: where nobody else must, its time begins now."""
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.lock(db, change_id)
        glass, version = break_glass.newest(db, change_id)
        facts, rule = ship_facts(house, db, change), policy.break_glass
        refuse(_not_begun(change))
        state = state_of(glass, facts.digest_now, policy, now)
        refuse(may_approve(policy, actor, change, glass, facts.targets, state))
        assert rule is not None
        left = missing(rule, glass, policy, facts.targets)
        role = next(role for role, _ in left if role in actor.roles or first_role((role,), actor, facts.targets[0]))
        approved = replace(glass, approvals=(*glass.approvals, Approval(actor.name, role, now)))
        if not missing(rule, approved, policy, facts.targets):
            approved = replace(approved, until=now + timedelta(minutes=approved.minutes))
        stands = break_glass.update(db, approved, version)
        zone = policy.calendar.home_zone
        said = f"it stands until {say(stands.until, zone)}" if stands.until else "others must approve too"
        _write_down(house, db, actor, "break_glass.approved", stands, said, role, now)
        restate(house, db, changes.get(db, change_id), now)
        return stands


def withdraw(house: House, actor: Actor, change_id: str, because: str) -> BreakGlass:
    """End it at once: one person with the right to ask or to hold a ramp, and one reason."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.lock(db, change_id)
        glass, version = break_glass.newest(db, change_id)
        facts = ship_facts(house, db, change)
        state = state_of(glass, facts.digest_now, policy, now)
        refuse([_may_withdraw(policy, actor, change, glass, state)])
        ended = replace(glass, ended_at=now, ended_by=actor.name, ended_because=reason)
        break_glass.update(db, ended, version)
        _write_down(house, db, actor, "break_glass.withdrawn", ended, reason, "", now)
        restate(house, db, changes.get(db, change_id), now)
        return ended


def expire(house: House, change_id: str) -> None:
    """Write down that a break-glass has ended by itself, and where its change, not begun, stands without it."""
    with house.store.write() as db:
        now, change = house.clock.now(), changes.lock(db, change_id)
        glass, version = break_glass.newest(db, change_id)
        if glass.id not in [each.id for each in break_glass.expired(db, EDITABLE, now)]:
            return
        zone = house.policy(db).calendar.home_zone
        because = f"its {glass.minutes} minutes were over {say(glass.until, zone)}" if glass.until else ""
        ended = replace(glass, ended_at=glass.until, ended_by=CLOCK.name, ended_because=because)
        break_glass.update(db, ended, version)
        _write_down(house, db, CLOCK, "break_glass.expired", ended, because, "clock", now)
        restate(house, db, change, now)


def _may_withdraw(policy: Policy, actor: Actor, change: Change, glass: BreakGlass, state: str) -> Verdict:
    if state not in (ASKED, STANDS):
        return failed("state", f"{glass.id} is {state}", remedy="there is nothing to withdraw")
    approvers = {approval.person for approval in glass.approvals}
    if actor.name in approvers and actor.is_person:
        return Verdict("may", Outcome.MET, f"{actor.name} has approved it")
    return may_ask(policy, actor, policy.catalog.targets.get(change.target))


def _not_begun(change: Change) -> list[Verdict]:
    if change.state in EDITABLE:
        return []
    return [failed("state", f"{change.id} is in {change.state.value}", remedy="only a start can be let past gates")]


def _write_down(
    house: House, db: Db, actor: Actor, act: str, glass: BreakGlass, because: str, role: str, now: datetime
) -> None:
    until = glass.until.isoformat() if glass.until else ""
    facts = {"break_glass": glass.id, "gates": list(glass.gates), "minutes": glass.minutes, "until": until}
    record(db, now, actor, act, glass.change, because, role=role, facts=facts, decided=glass.content_digest)
    body = {"change": glass.change, "by": actor.name, "because": because, **facts}
    tell(db, act, body, key=f"{glass.id}/{act}/{len(glass.approvals)}")
    db.after_commit(lambda: house.stir("change"))


def glass_view(
    db: Db, actor: Actor, change: Change, facts: ShipFacts, answers: Sequence[Verdict], now: datetime
) -> BreakGlassView:
    """Return what the page of a change says of it; nothing where the policy has no break-glass."""
    policy, rule = facts.policy, facts.policy.break_glass
    known = break_glass.of_change(db, change.id)
    newest = known[0] if known else None
    if rule is None and newest is None:
        return NO_GLASS
    state = state_of(newest, facts.digest_now, policy, now) if newest else ""
    asks = may_ask(policy, actor, policy.catalog.targets.get(change.target))
    open_now = change.state in EDITABLE and state not in (ASKED, STANDS)
    passable = (rule.gates if rule else frozenset()) & PASSABLE
    noes = tuple(verdict.gate for verdict in answers if verdict.refuses and verdict.gate in passable)
    view = BreakGlassView(
        newest=newest,
        state=state,
        gates=noes if open_now else (),
        most_minutes=rule.most_minutes if rule else 0,
        may_ask=asks,
    )
    if newest is None or rule is None or change.state not in EDITABLE:
        return view
    approves = may_approve(policy, actor, change, newest, facts.targets, state)
    return replace(
        view,
        left=missing(rule, newest, policy, facts.targets),
        may_approve=next((verdict for verdict in approves if verdict.refuses), approves[0]),
        may_withdraw=_may_withdraw(policy, actor, change, newest, state),
    )
