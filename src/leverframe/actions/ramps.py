"""How does a person start, hold, release or abort a ramp?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from leverframe.actions.changes import EDITABLE
from leverframe.actions.debts import owe_for
from leverframe.actions.duties import owe_review
from leverframe.actions.effects import expect_effect
from leverframe.actions.facts import forecast_of, ship_facts, subject_of
from leverframe.actions.handovers import at_start, take_over_at_start
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of, tell
from leverframe.actions.judged import void_judged
from leverframe.actions.receipts import open_receipt
from leverframe.actions.settling import settle_if_reached
from leverframe.actions.tables import ALARM, publish_table
from leverframe.clock import monotonic
from leverframe.nouns.changes import Change, CloseCode, State
from leverframe.nouns.documents import to_document
from leverframe.nouns.metrics import WHOLE_RAMP
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import HoldRow, Promote, Ramp, RampState
from leverframe.nouns.tables import Number
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Outcome, Refused, Verdict, failed
from leverframe.rules.break_glass import Bypass, opened
from leverframe.rules.exposure import pending
from leverframe.rules.forecasting import Forecast
from leverframe.rules.lowering import share_of_all, shares
from leverframe.rules.ramping import first_step
from leverframe.rules.shipping import may_ship
from leverframe.rules.sign_offs import authors
from leverframe.store import changes, outcomes, ramps, tables, units
from leverframe.store.database import Db

NOTHING_READ: Mapping[str, object] = {}


def start_ramp(house: House, actor: Actor, change_id: str) -> Ramp:
    """Start a ramp at its first stage; `may_ship` is asked again, now. Raises Refused with every reason."""
    with house.store.write() as db:
        return begin(house, db, actor, changes.get(db, change_id), house.clock.now())


def begin(house: House, db: Db, actor: Actor, change: Change, now: datetime) -> Ramp:
    """Begin a change's ramp inside a transaction: for the person who starts it and for the clock."""
    ramps.queue_for(db, (change.target,))
    policy = house.policy(db)
    role = permit(policy, actor, "ramp.run", target_of(policy, change.target))
    expected = forecast_of(house, db, change, now)
    answers = _may_begin(house, db, actor, change, expected, now)
    refuse(answers)
    bypass = ship_facts(house, db, change).bypass
    passed_by = frozenset(v.gate for v in answers if v.outcome is Outcome.BYPASSED)
    step = _first(replace(policy, calendar=opened(policy.calendar, passed_by)), change, now)
    ramp = Ramp(
        change=change.id,
        target=change.target,
        state=RampState.RAMPING,
        stage=0,
        started_at=now,
        stage_since=now,
        salt=house.salt(change.id),
    )
    ramps.insert(db, ramp)
    facts = {**_rests_on(house, db, change, answers), **_passed(bypass, passed_by), "expected": _settles(expected)}
    change = take_over_at_start(house, db, actor, change, at_start(policy, actor, change), now)
    change = changes.update(db, replace(change, state=State.IMPLEMENT))
    by = f"by itself, armed by {change.armed_by}" if actor is CLOCK else f"by {actor.name}"
    record(db, now, actor, "ramp.started", change.id, f"started {by}", role=role, facts=facts)
    owe_for(house, db, change, bypass, answers, now)
    ramp = go_to_stage(house, db, actor, role, change, ramp, step, now)
    return settle_if_reached(house, db, changes.get(db, change.id), ramp, now)


def _settles(expected: Forecast) -> dict[str, object]:
    """Return when it is expected to settle, so that its review can tell what was expected from what happened."""
    moments = {"settles_p50": expected.settles_p50, "settles_p90": expected.settles_p90}
    return {name: to_document(at) for name, at in moments.items() if at}


def _may_begin(
    house: House, db: Db, actor: Actor, change: Change, expected: Forecast, now: datetime
) -> tuple[Verdict, ...]:
    """Answer everything that starting asks: who runs it, every gate, and whether a table can be published."""
    if change.state not in EDITABLE:
        because = f"{change.id} is in {change.state.value}"
        return (failed("state", because, remedy="only a change that has not begun is started"),)
    alarmed = (ALARM,) if tables.alarm(db) is not None else ()
    gates = may_ship(change, ship_facts(house, db, change, expected=expected.verdicts), now)
    runs = tuple(v for v in _may_run(house.policy(db), actor, change) if v.because not in {g.because for g in gates})
    bridge = at_start(house.policy(db), actor, change)
    return (*runs, *gates, *alarmed, *((bridge,) if bridge.refuses else ()))


def _may_run(policy: Policy, actor: Actor, change: Change) -> tuple[Verdict, ...]:
    if policy.solo or change.tier is not Tier.HIGH or actor.name not in authors(change):
        return ()
    because = f"{actor.name} wrote this High change and may not run it"
    return (failed("segregation", because, remedy="the release manager runs it", who="release manager"),)


def _first(policy: Policy, change: Change, now: datetime) -> Promote:
    step = first_step(
        change.plan,
        change.blast_radius.regions,
        policy.calendar,
        subject_of(change),
        now,
        closed_stretch_max_percent=policy.closed_stretch_max_percent,
        closed_stretch_hours=policy.closed_stretch_hours,
        target=target_of(policy, change.target),
    )
    if not isinstance(step, Promote):
        raise Refused([failed("window", step.because, remedy=step.remedy, who="the clock")])
    return step


def _rests_on(house: House, db: Db, change: Change, answers: tuple[Verdict, ...]) -> dict[str, object]:
    """Return what a start rests on: what was signed, and the gates that say no but only advise."""
    advised = sorted(v.gate for v in answers if v.outcome is Outcome.NOT_MET)
    signed, policy = ship_facts(house, db, change).digest_now, house.policy(db).digest
    return {"signed": signed, "advised_against": advised, "policy": policy}


def _passed(bypass: Bypass | None, gates: frozenset[str]) -> dict[str, object]:
    """Return which gates a break-glass let the start pass; nothing where none did."""
    return {"bypassed": sorted(gates), "break_glass": bypass.glass.id} if bypass and gates else {}


def go_to_stage(
    house: House,
    db: Db,
    actor: Actor,
    role: str,
    change: Change,
    ramp: Ramp,
    step: Promote,
    now: datetime,
    *,
    rests_on: Mapping[str, object] = NOTHING_READ,
) -> Ramp:
    """Publish a stage in the regions that are open, count from here, and write it down.

    What was judged of it in an earlier visit is void.
    """
    void_judged(db, change.id, (step.stage,), now, f"stage {step.stage} begins again")
    published = dict.fromkeys(step.regions, now)
    ramp = replace(ramp, stage=step.stage, stage_since=now, published=published, hold=None, paged_at=None)
    ramp = ramps.update(db, ramp)
    regions, because = step.regions, step.because
    return publish_stage(house, db, actor, role, change, ramp, regions, "promoted", because, now, rests_on=rests_on)


def publish_stage(
    house: House,
    db: Db,
    actor: Actor,
    role: str,
    change: Change,
    ramp: Ramp,
    regions: tuple[str, ...],
    kind: str,
    because: str,
    now: datetime,
    *,
    rests_on: Mapping[str, object] = NOTHING_READ,
) -> Ramp:
    """Write down that a stage reached these regions, fix its shares of buckets, and publish the table.

    What promotes is counted from here where the stage begins, or begins again, or has reached its last region.
    """
    share = change.plan.stages[ramp.stage - 1].share_percent
    target = target_of(house.policy(db), ramp.target)
    begins = kind != "widened" or not pending(ramp, change.plan, change.blast_radius.regions)
    by_cell = shares(ramp, change.plan, target, change.blast_radius)
    if any(slo.guardrail in house.policy(db).metrics for slo in change.plan.stages[ramp.stage - 1].slos):
        by_cell = {**by_cell, WHOLE_RAMP: share_of_all(by_cell, target)}
    outcomes.set_shares(db, change.id, ramp.stage, by_cell, now, proof_anew=begins)
    ramps.record_step(db, change.id, now, kind, ramp.stage, share, regions, actor.name, because)
    facts = {"stage": ramp.stage, "share_percent": share, "regions": list(regions)}
    record(db, now, actor, f"ramp.{kind}", change.id, because, facts={**facts, **rests_on}, role=role)
    narrows, what = kind == "narrowed", f"{change.id} {kind} to {share:g} %"
    publish_table(house, db, now, what, targets=(ramp.target,), narrows=narrows)
    told = {"change": change.id, **facts, "because": because}
    tell(db, f"ramp.{kind}", told, key=f"{change.id}/{kind}/{ramp.version}")
    db.after_commit(lambda: house.stir("ramp"))
    return ramp


def hold_ramp(house: House, actor: Actor, change_id: str, because: str) -> Ramp:
    """Hold a ramp where it stands; automation never goes past a person's hold."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, change, ramp = _running(house, db, change_id)
        role = permit(house.policy(db), actor, "ramp.hold", target_of(house.policy(db), ramp.target))
        ramp = ramps.update(db, replace(ramp, hold=HoldRow(actor.name, "person", reason, now)))
        _note(house, db, actor, change, ramp, "held", reason, role, now)
        return ramp


def release_ramp(house: House, actor: Actor, change_id: str, because: str) -> Ramp:
    """End a person's hold: the ramp goes on by its own rules."""
    with house.store.write() as db:
        now, change, ramp = _running(house, db, change_id)
        role = permit(house.policy(db), actor, "ramp.run", target_of(house.policy(db), ramp.target))
        refuse(_may_run(house.policy(db), actor, change))
        if ramp.hold is None or ramp.hold.by == CLOCK.name:
            remedy = "a hold by rule ends when its reason does" if ramp.hold else "there is nothing to release"
            raise Refused([failed("state", f"no person holds {change_id}", remedy=remedy)])
        ramp = ramps.update(db, replace(ramp, hold=None))
        _note(house, db, actor, change, ramp, "released", because or "released", role, now)
        return ramp


def _running(house: House, db: Db, change_id: str) -> tuple[datetime, Change, Ramp]:
    """Return a running ramp as it stands, locked: who stops it waits for the clock's step, and is not lost to it."""
    ramp, change = ramps.lock(db, change_id), changes.lock(db, change_id)
    if ramp is None or ramp.state is not RampState.RAMPING:
        where = ramp.state.value.replace("_", " ") if ramp else "not started"
        remedy = _REMEDIES.get(where, "there is no running ramp")
        raise Refused([failed("state", f"the ramp of {change_id} is {where}", remedy=remedy)])
    return house.clock.now(), change, ramp


_REMEDIES = {"settled": "it serves everybody: go back to the former unit instead"}


def _note(
    house: House, db: Db, actor: Actor, change: Change, ramp: Ramp, kind: str, because: str, role: str, now: datetime
) -> None:
    share = change.plan.stages[ramp.stage - 1].share_percent
    ramps.record_step(db, change.id, now, kind, ramp.stage, share, (), actor.name, because)
    record(db, now, actor, f"ramp.{kind}", change.id, because, role=role, facts={"stage": ramp.stage})
    tell(db, f"ramp.{kind}", {"change": change.id, "because": because}, key=f"{change.id}/{kind}/{ramp.version}")
    db.after_commit(lambda: house.stir("ramp"))


def abort_ramp(
    house: House, actor: Actor, change_id: str, because: str, *, received_at: float | None = None
) -> tuple[Ramp, Number | None]:
    """Take the candidate out everywhere, at once: one person, one reason, at any hour.

    `received_at` is the monotonic second at which the request reached the house; the receipt counts from there.
    """
    reason, since = need_reason(because), received_at or monotonic()
    with house.store.write() as db:
        _, change, ramp = _running(house, db, change_id)
        role = permit(house.policy(db), actor, "ramp.abort", target_of(house.policy(db), ramp.target))
        return end_ramp(house, db, actor, change, ramp, RampState.ABORTED, reason, role, received_at=since)


def end_ramp(
    house: House,
    db: Db,
    actor: Actor,
    change: Change,
    ramp: Ramp,
    state: RampState,
    because: str,
    role: str,
    *,
    guardrail: str = "",
    rests_on: Mapping[str, object] = NOTHING_READ,
    received_at: float,
) -> tuple[Ramp, Number | None]:
    """End a ramp short of settlement: current to all, a receipt that proves it, the change to its review."""
    now, code = house.clock.now(), CLOSE_CODES[state]
    ended = ramps.update(db, replace(ramp, state=state, ended_at=now, hold=None))
    changes.update(db, replace(change, state=State.REVIEW, close_code=code))
    owe_review(house, db, change, now)
    ramps.record_step(db, change.id, now, state.value, ramp.stage, 0.0, (), actor.name, because)
    what = f"{change.id} {state.value.replace('_', ' ')}"
    number = publish_table(house, db, now, what, targets=(ramp.target,), narrows=True)
    open_receipt(house, db, number, received_at, what)
    stays, gone = units.current(db, ramp.target), change.candidate[ramp.target]
    expect_effect(db, change, state.value, stays, gone, number, now)
    facts = {"stage": ramp.stage, "number": str(number or ""), "guardrail": guardrail, **rests_on}
    record(db, now, actor, f"ramp.{state.value}", change.id, because, role=role, facts=facts)
    told = {"change": change.id, "because": because, "notify": list(change.plan.notify), "stage": ramp.stage}
    tell(db, f"ramp.{state.value}", told, key=f"{change.id}/{state.value}")
    db.after_commit(lambda: house.stir("ramp"))
    return ended, number


CLOSE_CODES = {RampState.ABORTED: CloseCode.ABORTED, RampState.ROLLED_BACK: CloseCode.ROLLED_BACK}
