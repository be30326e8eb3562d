"""What does one look at a ramp see, and what follows from it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.facts import subject_of
from leverframe.actions.house import House
from leverframe.actions.tables import ALARM
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import StageCounts, StageReading
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Hold, Promote, Ramp, Step, Widen
from leverframe.nouns.switches import Layer
from leverframe.rules.exposure import pending
from leverframe.rules.ramping import RampFacts, next_step
from leverframe.rules.readings import read_stage
from leverframe.store import evidence, outcomes, past, switches, tables
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a ramp: where it stands, what was read, and what follows from it."""

    change: Change
    ramp: Ramp
    reading: StageReading | None
    step: Step
    counts: Sequence[StageCounts] = ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same for every ramp: the policy, which switches of features and models are thrown, the alarm."""

    policy: Policy
    thrown: frozenset[str]
    alarmed: bool


def look(house: House, db: Db, change: Change, ramp: Ramp, now: datetime) -> Look:
    """Read the evidence and ask the rule; writes nothing. The page and the runner ask the same."""
    counts, judged = counts_for(house, db, change, ramp, now), evidence.judged(db, change.id, ramp.stage)
    return look_at(circumstances(house, db), change, ramp, counts, judged, now)


def counts_for(
    house: House, db: Db, change: Change, ramp: Ramp, now: datetime, *, until: datetime | None = None
) -> Sequence[StageCounts]:
    """Return the counts that a look at one ramp reads, as they stand, or as they stood until a minute."""
    counts = outcomes.counts(db, change.id) if until is None else past.counts_until(db, change.id, until)
    return house.minutes.added(db, [(change, ramp.stage, counts)], now)[change.id]


def circumstances(house: House, db: Db) -> Circumstances:
    """Gather what is the same for every ramp."""
    thrown = switches.thrown(db, (Layer.FEATURE, Layer.MODEL))
    return Circumstances(house.policy(db), thrown, tables.alarm(db) is not None)


def look_at(
    beside: Circumstances, change: Change, ramp: Ramp, counts: Sequence[StageCounts], judged: bool, now: datetime
) -> Look:
    """Look at a ramp, once everything is gathered; `judged` says that its stage is promoted on judgement."""
    reading = read(beside.policy, change, ramp, counts, now)
    step = next_step(ramp, ramp_facts(beside, change, ramp, reading, judged), now)
    if isinstance(step, Promote | Widen) and beside.alarmed:
        step = Hold(ALARM.gate, ALARM.because, ALARM.remedy, page=True)
    return Look(change, ramp, reading, step, counts)


def read(policy: Policy, change: Change, ramp: Ramp, counts: Sequence[StageCounts], now: datetime) -> StageReading:
    """Read the present stage's guardrails from the counts of the whole ramp."""
    waits = pending(ramp, change.plan, change.blast_radius.regions)
    minutes = None if waits else (now - ramp.stage_since).total_seconds() / 60
    return read_stage(
        change.plan, ramp.stage, counts, alpha=policy.alpha, beta=policy.beta, stage_minutes=minutes, now=now
    )


def ramp_facts(
    beside: Circumstances, change: Change, ramp: Ramp, reading: StageReading | None, judged: bool
) -> RampFacts:
    """Put together what `next_step` is told."""
    policy = beside.policy
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
        watched_switches=tuple(switch for switch in watched_by(change, ramp) if switch in beside.thrown),
        judged=judged,
        target=policy.catalog.targets.get(ramp.target),
    )


def watched_by(change: Change, ramp: Ramp) -> tuple[str, ...]:
    """Name the switches on a ramp's feature and on its models: one of them that is thrown holds it."""
    models = {u.model for u in (change.candidate.get(ramp.target), change.current.get(ramp.target)) if u and u.model}
    return (f"feature/{ramp.target}", *(f"model/{model}" for model in sorted(models)))
