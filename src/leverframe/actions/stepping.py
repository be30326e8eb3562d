"""What does the clock do with a ramp, now?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from leverframe.actions.house import House, record, tell
from leverframe.actions.judged import void_judged
from leverframe.actions.looks import Look, look
from leverframe.actions.ramps import NOTHING_READ, end_ramp, go_to_stage, publish_stage
from leverframe.actions.settling import settle_if_reached
from leverframe.actions.watching import Watch
from leverframe.clock import monotonic
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.nouns.evidence import Finding
from leverframe.nouns.people import CLOCK
from leverframe.nouns.ramps import Hold, HoldRow, Promote, Ramp, RampState, RollBack, Stay, Step, Widen
from leverframe.rules.evidence.told import evidence_facts
from leverframe.store import changes, evidence, ramps
from leverframe.store.database import Db

PAGE_AGAIN_HOURS = 24
BY_EVIDENCE = frozenset({*(finding.value for finding in Finding if finding.rank > 1), "longest_wait"})
"""The holds that rest on a reading."""


def worth_a_step(house: House, watch: Watch, driven: Mapping[str, int] | None = None) -> list[str]:
    """Look at the driven ramps (their versions by change), and return those for which something follows.

    Without them only the remembered ramps are looked at whose moment has come. Writes nothing.
    """
    now = house.clock.now()
    with house.store.read() as db:
        looks = watch.at_moments(house, db, now) if driven is None else watch.go_round(house, db, driven, now)
        found = [seen.change.id for seen in looks if _matters(seen, now)]
    for change_id in found:
        watch.forget(change_id)
    return found


def step_ramp(house: House, change_id: str) -> Step | None:
    """Look at one ramp, and act where something follows; a look that changes nothing writes nothing."""
    with house.store.read() as db:
        first = _look_at(house, db, change_id)
    if first is None or not _matters(first, house.clock.now()):
        return first.step if first else None
    return act_on(house, change_id)


def act_on(house: House, change_id: str) -> Step | None:
    """Look again in the transaction that acts, and act where something follows still."""
    with house.store.write() as db:
        again = _look_at(house, db, change_id)
        if again is not None and _matters(again, house.clock.now()):
            _act(house, db, again, house.clock.now())
        return again.step if again else None


def _look_at(house: House, db: Db, change_id: str) -> Look | None:
    ramp = ramps.get(db, change_id)
    if ramp is None or ramp.state is not RampState.RAMPING:
        return None
    return look(house, db, changes.get(db, change_id), ramp, house.clock.now())


def _matters(seen: Look, now: datetime) -> bool:
    """Say whether a step is an act: a plain stay is none, nor is a hold that stands already."""
    hold = seen.ramp.hold
    match seen.step:
        case Stay():
            return hold is not None and hold.by == CLOCK.name
        case Hold() as step:
            acts = (_begins(seen.ramp, step), _pages(seen.ramp, step, now), _quiets(seen.ramp, step))
            return any(acts) or _narrows(seen.ramp, step)
        case _:
            return True


def _begins(ramp: Ramp, step: Hold) -> bool:
    """Say whether a hold by rule begins here: beside a person's hold none does."""
    return ramp.hold is None or (ramp.hold.by == CLOCK.name and ramp.hold.code != step.code)


def _pages(ramp: Ramp, step: Hold, now: datetime) -> bool:
    """Say whether a hold is due to page: at once when it begins, then each day while it lasts."""
    last = None if _begins(ramp, step) else ramp.paged_at
    return step.page and (last is None or (now - last).total_seconds() >= PAGE_AGAIN_HOURS * 3600)


def _quiets(ramp: Ramp, step: Hold) -> bool:
    """Say whether a hold that has paged pages no more for now: when its window opens again, it pages again."""
    return not step.page and ramp.paged_at is not None


def _narrows(ramp: Ramp, step: Hold) -> bool:
    return step.narrow_to_stage is not None and step.narrow_to_stage < ramp.stage


def _act(house: House, db: Db, seen: Look, now: datetime) -> None:
    match seen.step:
        case Promote() as step:
            _promote(house, db, seen, step, now)
        case Widen() as step:
            ramp = replace(seen.ramp, published={**seen.ramp.published, **dict.fromkeys(step.regions, now)})
            ramp = ramps.update(db, replace(ramp, stage_since=now, hold=None, paged_at=None))
            because, change = step.because, seen.change
            ramp = publish_stage(house, db, CLOCK, "clock", change, ramp, step.regions, "widened", because, now)
            settle_if_reached(house, db, seen.change, ramp, now)
        case RollBack() as step:
            _roll_back(house, db, seen, step)
        case Hold() as step:
            _hold(house, db, seen, step, now)
        case Stay() as step:
            ramp = ramps.update(db, replace(seen.ramp, hold=None, paged_at=None))
            _note(house, db, seen.change, ramp, "hold_ended", step.because, now)


def _promote(house: House, db: Db, seen: Look, step: Promote, now: datetime) -> None:
    _keep_reading(db, seen)
    rests_on = _rests_on(house, db, seen)
    ramp = go_to_stage(house, db, CLOCK, "clock", seen.change, seen.ramp, step, now, rests_on=rests_on)
    settle_if_reached(house, db, seen.change, ramp, now)


def _roll_back(house: House, db: Db, seen: Look, step: RollBack) -> None:
    _keep_reading(db, seen)
    rests_on = _rests_on(house, db, seen)
    end_ramp(
        house,
        db,
        CLOCK,
        seen.change,
        seen.ramp,
        RampState.ROLLED_BACK,
        step.because,
        "clock",
        guardrail=step.guardrail,
        rests_on=rests_on,
        received_at=monotonic(),
    )


def _keep_reading(db: Db, seen: Look) -> None:
    if seen.reading is not None:
        evidence.keep_reading(db, seen.change.id, seen.ramp.stage, seen.reading, digest(seen.reading))


def _rests_on(house: House, db: Db, seen: Look) -> dict[str, object]:
    """Return all that reckons the reading of a step again: facts of its entry."""
    if seen.reading is None:
        return {}
    policy, named = house.policy(db), digest(seen.reading)
    plan, stage = seen.change.plan, seen.ramp.stage
    told = evidence_facts(plan, stage, seen.counts, seen.reading, alpha=policy.alpha, beta=policy.beta)
    return {"evidence": {"stage": stage, "reading": named, "policy": policy.digest, **told}}


def _hold(house: House, db: Db, seen: Look, step: Hold, now: datetime) -> None:
    ramp, pages = seen.ramp, _pages(seen.ramp, step, now)
    if _begins(ramp, step):
        ramp = replace(ramp, hold=HoldRow(CLOCK.name, step.code, step.because, now, step.remedy))
        on = _rests_on(house, db, seen) if step.code in BY_EVIDENCE else {}
        _note(house, db, seen.change, ramp, "held", step.because, now, {"code": step.code, **on})
    if pages:
        page = {
            "change": seen.change.id,
            "because": step.because,
            "remedy": step.remedy,
            "paging": list(seen.change.paging),
        }
        tell(db, "page.ramp_held", page, key=f"{seen.change.id}/page/{step.code}/{now.isoformat()}")
    ramp = ramps.update(db, replace(ramp, paged_at=now if pages else ramp.paged_at if step.page else None))
    if _narrows(ramp, step):
        _narrow(house, db, seen.change, ramp, step, now)


def _narrow(house: House, db: Db, change: Change, ramp: Ramp, step: Hold, now: datetime) -> None:
    """Go back to a narrower stage: narrowing never waits for a window. What was judged on the way is void."""
    regions = tuple(dict.fromkeys((*change.blast_radius.regions, *ramp.published)))
    stage = step.narrow_to_stage or 1
    void_judged(db, change.id, range(stage, ramp.stage + 1), now, f"the ramp was narrowed to stage {stage}")
    ramp = replace(ramp, stage=stage, stage_since=now, published=dict.fromkeys(regions, now))
    ramp = ramps.update(db, ramp)
    publish_stage(house, db, CLOCK, "clock", change, ramp, regions, "narrowed", step.because, now)


def _note(
    house: House,
    db: Db,
    change: Change,
    ramp: Ramp,
    kind: str,
    because: str,
    now: datetime,
    more: Mapping[str, object] = NOTHING_READ,
) -> None:
    share = change.plan.stages[ramp.stage - 1].share_percent
    ramps.record_step(db, change.id, now, kind, ramp.stage, share, (), CLOCK.name, because)
    record(db, now, CLOCK, f"ramp.{kind}", change.id, because, role="clock", facts={"stage": ramp.stage, **more})
    db.after_commit(lambda: house.stir("ramp"))
