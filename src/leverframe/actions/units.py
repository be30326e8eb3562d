"""Which unit runs, and how is the first one adopted?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.changes import return_to_assess
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of
from leverframe.actions.tables import publish_table
from leverframe.nouns.people import Actor
from leverframe.nouns.targets import Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid, Verdict, failed, refusals
from leverframe.rules.models import check_model
from leverframe.rules.policies import may
from leverframe.store import ramps, units
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class TargetView:
    """One target with what runs, what may replace it, and what ran before; `may_adopt` is this reader's."""

    target: Target
    current: Unit | None
    ramping: str
    history: tuple[tuple[datetime, str, str, str], ...] = ()
    may_adopt: bool = False


def adopt(house: House, actor: Actor, target_id: str, unit: Unit, because: str) -> Unit:
    """Write down the unit that runs on day zero: audited, by the owner, no ramp.

    Raises Refused where a unit is adopted already: from then on only a change alters it; and where the target may not
    use the unit's model.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        target = target_of(policy, target_id)
        role = permit(policy, actor, "unit.adopt", target)
        refuse([*_may_adopt(db, target_id), check_model(target, unit.model, policy, who="feature owner")])
        if unit == Unit():
            raise Invalid([Fault("unit", "the unit is empty", "name its prompt, model, index, code ref or config")])
        units.adopt(db, target_id, unit, actor.name, "", now)
        record(db, now, actor, "unit.adopted", target_id, reason, role=role, facts={"unit": unit.name})
        return_to_assess(house, db, target_id, now, f"{target_id} adopted {unit.name}", but="")
        publish_table(house, db, now, f"{target_id} adopted {unit.name}", targets=(target_id,))
        db.after_commit(lambda: house.stir("change"))
        return unit


def _may_adopt(db: Db, target_id: str) -> list[Verdict]:
    if units.current(db, target_id) is not None:
        because = f"{target_id} runs an adopted unit already"
        return [failed("adopted", because, remedy="file a change to alter it", who="author")]
    ramp = ramps.active_on(db, target_id)
    if ramp is not None:
        because = f"{ramp.change} ramps on {target_id}, beside no unit"
        return [failed("one_ramp", because, remedy=f"wait for {ramp.change}, or abort it first")]
    return []


def list_targets(house: House) -> tuple[TargetView, ...]:
    """Return every target of the catalog with what runs on it."""
    with house.store.read() as db:
        policy = house.policy(db)
        running, ramping = units.all_current(db), {r.target: r.change for r in ramps.active(db)}
        return tuple(
            TargetView(target, running.get(target.id), ramping.get(target.id, ""))
            for target in policy.catalog.targets.values()
        )


def show_target(house: House, target_id: str, actor: Actor | None = None) -> TargetView:
    """Return one target with its history; raises NotFound."""
    with house.store.read() as db:
        policy = house.policy(db)
        target = target_of(policy, target_id)
        asked = [*_may_adopt(db, target_id), may(policy, actor, "unit.adopt", target)] if actor else []
        ramp = ramps.active_on(db, target_id)
        history = tuple((row.at, row.unit.name, row.by, row.change) for row in units.history(db, target_id))
        current, ramping = units.current(db, target_id), ramp.change if ramp else ""
        return TargetView(target, current, ramping, history, bool(asked) and not refusals(asked))
