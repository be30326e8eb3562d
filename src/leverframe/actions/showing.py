"""May it ship; if not, why, what would clear it, and who?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leverframe.actions.break_glass import NO_GLASS, BreakGlassView, glass_view
from leverframe.actions.cab_views import CabNotes, notes_of
from leverframe.actions.changes import Checked
from leverframe.actions.debts import owes
from leverframe.actions.effects import effect_of
from leverframe.actions.facts import bands, forecast_of, measured_units, prospects_of, rest_of, ship_facts, sign_facts
from leverframe.actions.field_reviews import fields_to_review, reviewers_of
from leverframe.actions.follow_ups import FollowUpLine, left_by
from leverframe.actions.growth import growth_of
from leverframe.actions.handovers import BridgeView, bridge_view
from leverframe.actions.house import House
from leverframe.actions.judged import judged_reading, standing_judgement
from leverframe.actions.judgements import judges
from leverframe.actions.listing import share_now
from leverframe.actions.looks import look
from leverframe.actions.paging import paging_of
from leverframe.actions.review_facts import shown_facts
from leverframe.actions.spent_time import spent_on
from leverframe.actions.way_back import may_go_back
from leverframe.nouns.audit import Entry
from leverframe.nouns.baselines import Baseline
from leverframe.nouns.changes import Change, CloseCode, Provenance, State
from leverframe.nouns.effects import SeenEffect
from leverframe.nouns.evidence import EvalDelta, StageCounts, StageReading
from leverframe.nouns.field_reviews import SeenField
from leverframe.nouns.follow_ups import Debt
from leverframe.nouns.growth import Growth
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.pull_requests import SeenPullRequest
from leverframe.nouns.ramps import Ramp, RampPlan, RampState, Step
from leverframe.nouns.reviews import KeptFacts
from leverframe.nouns.rotas import Paged
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.spent_time import SpentTime
from leverframe.nouns.staging import StagingRecord
from leverframe.nouns.verdicts import Outcome, Verdict, failed, not_needed, passed
from leverframe.rules.baselines import baselines_of
from leverframe.rules.code_review import seen
from leverframe.rules.forecasting import Forecast
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.judging import judged_digest, may_be_judged
from leverframe.rules.nudging import may_nudge
from leverframe.rules.policies import holders, may
from leverframe.rules.prospects import Prospect
from leverframe.rules.shipping import may_ship, unready
from leverframe.rules.sign_offs import WRITTEN, authors, may_sign
from leverframe.rules.staging import seen_now
from leverframe.store import audit, changes, evidence, follow_ups, ramps, sign_offs, staging
from leverframe.store.database import Db

FIELDS = ("title", "kind", "tier", "path", "candidate", "rollback_plan")
WAY_FIELDS = ("restore_from", "kill_switch", "blast_radius", "start")
TRAIL = 60
"""So many entries of its trail stand on a change's page, the newest; the audit log has them all."""
MORE_FIELDS = ("release_manager", "coordinator", "bridge", "paging", "artefacts")


@dataclass(frozen=True, slots=True)
class RampView:
    """A ramp with its steps, its newest reading (the last that was kept, where it has ended), and what is next.

    `judged_reading` is the one that the first judge signed; `reading_digest` names what a judge signs now. `growth`
    is how the evidence of its newest stage grew, where a page shows it; a program asks for it by itself. `baselines`
    hold its live scores against what was measured before it met people.
    """

    ramp: Ramp
    plan: RampPlan
    steps: tuple[Any, ...]
    reading: StageReading | None
    next: Step | None
    next_text: str
    share_percent: float
    judged_by: tuple[SignOff, ...] = ()
    judged_reading: StageReading | None = None
    reading_digest: str = ""
    growth: Growth | None = None
    baselines: tuple[Baseline, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Everything that the change's page answers; `may` says for each act whether this reader may do it now.

    `field_reviews` are the fields of which a review is asked, each with whether this reader may give it now.
    `needs` is what an edit would need that was checked and not saved.
    """

    change: Change
    requirements: tuple[Verdict, ...]
    fields: tuple[tuple[str, Any, Provenance | None], ...]
    sign_offs: tuple[SignOff, ...]
    seats: tuple[tuple[str, int, tuple[str, ...], int], ...]
    digest: str
    forecast: Forecast | None
    prospects: tuple[Prospect, ...]
    deltas: tuple[EvalDelta, ...]
    staging: tuple[StagingRecord, ...]
    pull_request: SeenPullRequest | None
    ramp: RampView | None
    effect: SeenEffect | None
    spent: SpentTime
    cab: CabNotes
    trail: tuple[Entry, ...]
    may: Mapping[str, Verdict]
    can_sign_as: tuple[str, ...]
    can_judge_as: tuple[str, ...]
    windows_band: tuple[tuple[datetime, datetime], ...]
    freezes_band: tuple[tuple[datetime, datetime, str], ...]
    band_region: str
    zone: str
    review_facts: KeptFacts | None = None
    follow_ups: tuple[FollowUpLine, ...] = ()
    glass: BreakGlassView = NO_GLASS
    debts: tuple[Debt, ...] = ()
    bridge: BridgeView | None = None
    field_reviews: tuple[tuple[SeenField, bool], ...] = ()
    needs: Checked | None = None
    paging: tuple[Paged, ...] = ()


def show_change(house: House, actor: Actor, change_id: str, *, with_growth: bool = False) -> ChangeView:
    """Gather a change with its verdicts, evidence, ramp and trail, for a page with how it grew; raises NotFound."""
    with house.store.read() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        policy = house.policy(db)
        ramp = _ramp_view(house, db, change, now)
        if ramp and with_growth:
            ramp = replace(ramp, growth=growth_of(house, db, change, ramp.ramp, ramp.steps, now))
        expected = _expected(house, db, change, ramp, now)
        facts = ship_facts(house, db, change, expected=expected.verdicts if expected and ramp is None else ())
        band_region = _band_region(change, ramp)
        windows, freezes = bands(policy, change, now, band_region)
        answers = may_ship(change, facts, now)
        can_sign_as = _can_sign_as(db, actor, change, facts, answers)
        return ChangeView(
            change=change,
            requirements=_since_begun(db, change_id, answers) if ramp else answers,
            fields=_fields(change, facts),
            sign_offs=tuple(sign_offs.all_of(db, change_id)),
            seats=tuple((s.role, s.count, s.signed_by, s.open) for s in seats(change, facts)),
            digest=facts.digest_now,
            forecast=expected,
            prospects=prospects_of(house, db, change, expected, now) if expected and ramp is None else (),
            deltas=facts.deltas,
            staging=facts.staging,
            pull_request=seen(change, facts.pull_request, facts.asks, policy, facts.targets),
            ramp=ramp,
            effect=effect_of(db, change.id, now) if ramp else None,
            spent=spent_on(db, change, facts, ramp.steps if ramp else (), now),
            cab=notes_of(db, policy, actor, change, facts, now, is_ready=_may_be_signed(db, change, answers)),
            trail=tuple(audit.find(db, object=change_id, limit=TRAIL)),
            may=_may(db, policy, actor, change, answers, ramp, can_sign_as, now),
            can_sign_as=can_sign_as,
            can_judge_as=_can_judge_as(policy, actor, change, ramp),
            windows_band=windows,
            freezes_band=freezes,
            band_region=band_region,
            zone=policy.calendar.home_zone,
            review_facts=shown_facts(house, db, change, facts, ramp.steps if ramp else (), now),
            follow_ups=left_by(house, db, actor, change.id),
            glass=glass_view(db, actor, change, facts, answers, now),
            bridge=bridge_view(db, policy, actor, change),
            debts=tuple(follow_ups.debts_of(db, [change_id])[change_id]),
            field_reviews=fields_to_review(change, actor, facts),
            paging=paging_of(db, policy, change, now),
        )


def _fields(change: Change, facts: ShipFacts) -> tuple[tuple[str, Any, Provenance | None], ...]:
    """Return each field with who filled it, and who has reviewed it: by itself, or by signing what is signed."""
    signers = [name for seat in seats(change, facts) for name in seat.signed_by]
    told, reviewed = [], reviewers_of(change, facts)
    for name in (*FIELDS, *WAY_FIELDS, *MORE_FIELDS):
        wrote = change.provenance.get(name)
        by = [*reviewed.get(name, ()), *(signers if name in WRITTEN or name == "start" else ())]
        seen = replace(wrote, reviewed_by=", ".join(dict.fromkeys(by))) if wrote and by else wrote
        told.append((name, getattr(change, name), seen))
    return tuple(told)


def _expected(house: House, db: Db, change: Change, ramp: RampView | None, now: datetime) -> Forecast | None:
    """Forecast what is still to come: the whole ramp, or the rest of one that no person holds."""
    if not change.state.is_open or change.settled_at is not None:
        return None
    if ramp is None:
        return forecast_of(house, db, change, now)
    if ramp.ramp.state is not RampState.RAMPING or _held(ramp):
        return None
    return rest_of(house, db, change, ramp.ramp, ramp.reading, now)


def _band_region(change: Change, ramp: RampView | None) -> str:
    """Choose the region whose windows the picture shows: one that the ramp has reached, else the ticket's first."""
    return next(iter([*(ramp.ramp.published if ramp else ()), *change.blast_radius.regions]), "")


def _since_begun(db: Db, change_id: str, answers: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """Tell what stood in the way of beginning as what it is once the ramp has begun: asked, and answered then.

    What a break-glass let it pass, and is not brought yet, is told as that.
    """
    owed = {debt.what for debt in follow_ups.open_debts(db, subject=change_id)}
    return tuple(_answered_then(v, v.gate in owed) if v.refuses else v for v in answers)


def _answered_then(verdict: Verdict, is_owed: bool) -> Verdict:
    if is_owed:
        because = f"the start passed it on a break-glass, and it is owed: {verdict.because}"
        return replace(verdict, outcome=Outcome.BYPASSED, because=because)
    return not_needed(verdict.gate, f"it was asked when the ramp began; since then {verdict.because}")


def _ramp_view(house: House, db: Db, change: Change, now: datetime) -> RampView | None:
    ramp = ramps.get(db, change.id)
    if ramp is None:
        return None
    steps = tuple(ramps.steps(db, change.id))
    share = share_now(change, ramp)
    if ramp.state is not RampState.RAMPING:
        ended = change.close_code if change.close_code is CloseCode.WENT_BACK else ramp.state
        kept = [reading for _, _, reading in evidence.readings(db, change.id)]
        last = kept[-1] if kept else None
        return RampView(ramp, change.plan, steps, last, None, ended.value.replace("_", " "), share)
    seen = look(house, db, change, ramp, now)
    signed = standing_judgement(db, change.id, ramp.stage)
    judged = judged_reading(db, change.id, signed)
    return RampView(
        ramp=ramp,
        plan=change.plan,
        steps=steps,
        reading=seen.reading,
        next=seen.step,
        next_text=seen.step.because,
        share_percent=share,
        judged_by=tuple(signed),
        judged_reading=judged,
        reading_digest=judged_digest(ramp, judged or seen.reading),
        baselines=_baselines(db, change, ramp, seen.counts),
    )


def _baselines(db: Db, change: Change, ramp: Ramp, counts: Sequence[StageCounts]) -> tuple[Baseline, ...]:
    here = next((part for part in counts if part.stage == ramp.stage), None)
    if here is None:
        return ()
    moves, _ = measured_units(change)
    return baselines_of(evidence.measured(db, change.id), moves, here, seen_now(staging.of(db, change.id), change))


def _can_sign_as(
    db: Db, actor: Actor, change: Change, facts: ShipFacts, answers: tuple[Verdict, ...]
) -> tuple[str, ...]:
    """Name the open seats that this reader may fill now: nobody signs what is not ready, or begun and not owed."""
    if not _may_be_signed(db, change, answers):
        return ()
    told = sign_facts(db, actor, change, facts)
    open_roles = [seat.role for seat in seats(change, facts) if seat.open]
    return tuple(role for role in open_roles if not any(v.refuses for v in may_sign(change, actor, role, told)))


def _may_be_signed(db: Db, change: Change, answers: tuple[Verdict, ...]) -> bool:
    early = change.state in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
    return owes(db, change.id, "sign_offs") or (early and not _is_unready(answers))


def _is_unready(answers: tuple[Verdict, ...]) -> bool:
    return any(v.gate not in ("sign_offs", "forecast") for v in unready(answers))


def _can_judge_as(policy: Policy, actor: Actor, change: Change, ramp: RampView | None) -> tuple[str, ...]:
    if ramp is None or ramp.ramp.state is not RampState.RAMPING or not actor.is_person:
        return ()
    target = policy.catalog.targets.get(change.target)
    return tuple(role for role in judges(change.tier) if actor.name in holders(policy, role, target))


def _may(
    db: Db,
    policy: Policy,
    actor: Actor,
    change: Change,
    answers: tuple[Verdict, ...],
    ramp: RampView | None,
    can_sign_as: tuple[str, ...],
    now: datetime,
) -> dict[str, Verdict]:
    """Say for every act on the page whether this reader may do it now, and if not, why."""
    target = policy.catalog.targets.get(change.target)
    begun = ramp is not None
    running = ramp is not None and ramp.ramp.state is RampState.RAMPING
    editable = change.state in (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED) and not begun
    settled = change.settled_at is not None and change.state.is_open
    acts = {
        "edit": (editable, "change.file", "it has begun, or is closed"),
        "evidence": (editable, "change.file", "it has begun, or is closed"),
        "pull_request": (editable, "change.file", "it has begun, or is closed"),
        "cancel": (editable, "change.schedule", "it has begun, or is closed"),
        "schedule": (editable and not unready(answers), "change.schedule", "its requirements are not met yet"),
        "ramp": (editable and not any(v.refuses for v in answers), "ramp.run", "its requirements are not met yet"),
        "hold": (running and not _held(ramp), "ramp.hold", "no ramp runs, or a person holds it"),
        "release": (running and _held(ramp), "ramp.run", "no person holds it"),
        "abort": (running, "ramp.abort", "no ramp runs"),
        "review": ((settled or change.state is State.REVIEW) and not change.review, "change.review", "it is not due"),
    }
    result = {act: _one(policy, actor, right, ok, why, target) for act, (ok, right, why) in acts.items()}
    if editable and actor.name == change.author:
        result["cancel"] = passed("may", f"{actor.name} wrote it and may cancel it")
    if actor.name in authors(change):
        result["pull_request"] = failed("may", "another person must say who has reviewed what you wrote", remedy="")
    result["sign"] = (
        passed("sign", "you may sign") if can_sign_as else failed("sign", _why_not_sign(answers), remedy="")
    )
    back = may_go_back(db, change)
    result["way_back"] = back if back.refuses else may(policy, actor, "ramp.abort", target)
    result["nudge"] = (
        may_nudge(change, actor, policy, target) if editable else failed("nudge", "it has begun", remedy="")
    )
    result["promote"] = _may_promote(change, ramp, now)
    return result


def _may_promote(change: Change, view: RampView | None, now: datetime) -> Verdict:
    if view is None or view.ramp.state is not RampState.RAMPING:
        return failed("promote", "no ramp runs", remedy="")
    noes = (v for v in may_be_judged(change, view.ramp, view.reading, now) if v.refuses)
    return next(noes, passed("promote", "a stage may be judged"))


def _why_not_sign(answers: tuple[Verdict, ...]) -> str:
    return "its requirements are not met yet" if _is_unready(answers) else "no open seat is yours"


def _held(ramp: RampView | None) -> bool:
    return ramp is not None and ramp.ramp.hold is not None and ramp.ramp.hold.by != "clock"


def _one(policy: Policy, actor: Actor, right: str, possible: bool, why: str, target: Any) -> Verdict:
    return may(policy, actor, right, target) if possible else failed(right, why, remedy="")


def requirements(house: House, change_id: str) -> tuple[Verdict, ...]:
    """Return every requirement of a change with its answer."""
    with house.store.read() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        begun = ramps.get(db, change_id) is not None
        expected = forecast_of(house, db, change, now).verdicts if not begun else ()
        answers = may_ship(change, ship_facts(house, db, change, expected=expected), now)
        return _since_begun(db, change_id, answers) if begun else answers
