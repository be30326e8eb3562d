"""What does one look at a ramp see, and what follows from it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.facts import subject_of, switches_now
from leverframe.actions.house import House
from leverframe.actions.tables import ALARM
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Hold, Promote, Ramp, Step, Widen
from leverframe.rules.ramping import RampFacts, next_step
from leverframe.rules.readings import read_stage
from leverframe.store import evidence, outcomes, tables
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a ramp: where it stands, what was read, and what follows from it."""

    change: Change
    ramp: Ramp
    reading: StageReading | None
    step: Step


def look(house: House, db: Db, change: Change, ramp: Ramp, now: datetime) -> Look:
    """Read the evidence and ask the rule; writes nothing. The page and the runner ask the same."""
    policy = house.policy(db)
    reading = read(db, policy, change, ramp, now)
    step = next_step(ramp, ramp_facts(db, policy, change, ramp, reading), now)
    if isinstance(step, Promote | Widen) and tables.alarm(db) is not None:
        step = Hold(ALARM.gate, ALARM.because, ALARM.remedy, page=True)
    return Look(change, ramp, reading, step)


def read(db: Db, policy: Policy, change: Change, ramp: Ramp, now: datetime) -> StageReading:
    """Read the present stage's guardrails from the counts of the whole ramp."""
    minutes = (now - ramp.stage_since).total_seconds() / 60
    counts = outcomes.counts(db, change.id)
    return read_stage(
        change.plan, ramp.stage, counts, alpha=policy.alpha, beta=policy.beta, stage_minutes=minutes, now=now
    )


def ramp_facts(db: Db, policy: Policy, change: Change, ramp: Ramp, reading: StageReading | None) -> RampFacts:
    """Gather what `next_step` is told."""
    return RampFacts(
        plan=change.plan,
        calendar=policy.calendar,
        subject=subject_of(change),
        regions=change.blast_radius.regions,
        reading=reading,
        not_after=change.start.not_after,
        closed_stretch_max_percent=policy.closed_stretch_max_percent,
        closed_stretch_hours=policy.closed_stretch_hours,
        closed_stretch_narrow=policy.closed_stretch_narrow,
        watched_switches=_thrown_under(db, change, ramp),
        judged=evidence.judged(db, change.id, ramp.stage),
    )


def _thrown_under(db: Db, change: Change, ramp: Ramp) -> tuple[str, ...]:
    models = {u.model for u in (change.candidate.get(ramp.target), change.current.get(ramp.target)) if u and u.model}
    watched = [f"feature/{ramp.target}", *(f"model/{m}" for m in sorted(models))]
    thrown = switches_now(db)
    return tuple(name for name in watched if name in thrown and thrown[name].thrown)
