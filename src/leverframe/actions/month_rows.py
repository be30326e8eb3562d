"""What would have become of one change of a month, on the people who came in its own ramp?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from leverframe.actions.drafting import plan_of
from leverframe.actions.facts import question_of, traffic_of
from leverframe.actions.recordings import recording_of_ramp
from leverframe.nouns.changes import Change
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampPlan, RampState
from leverframe.nouns.recordings import Recording
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.moments import say_minutes
from leverframe.rules.recorded_people import AsItWas, AsRecorded
from leverframe.rules.recordings import Rates
from leverframe.rules.rehearsed_months import Difference, Evidence, Kind, Reached, Row, Went, differs, went
from leverframe.rules.rehearsed_people import Harm, People, Simulated
from leverframe.rules.rehearsing import rehearse, unknown_rates
from leverframe.store import audit, ramps
from leverframe.store.database import Db
from leverframe.store.ramps import RecordedStep

REACHES = ("promoted", "widened", "narrowed")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is the same for all of a month: the policy in force, the one that is played, the time and the seed."""

    in_force: Policy
    policy: Policy
    edited: bool
    now: datetime
    seed: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one change before it is played."""

    change: Change
    was: Went | None
    moments: tuple[timedelta, ...]
    recording: Recording | None
    traffic: Traffic | None


def remember(db: Db, scene: Scene, change: Change) -> Known:
    """Read what is known of a change: how its ramp went, and who came in it."""
    ramp = ramps.get(db, change.id)
    if ramp is None:
        return Known(change, None, (), None, traffic_of(db, scene.in_force, change.target, scene.now))
    steps = ramps.steps(db, change.id)
    recording = recording_of_ramp(db, scene.in_force, change, ramp, scene.now)
    traffic = None if recording else traffic_of(db, scene.in_force, change.target, scene.now)
    moments = tuple(dict.fromkeys(step.at - ramp.started_at for step in steps))
    return Known(change, _was(db, ramp, steps, scene.now), moments, recording, traffic)


def _was(db: Db, ramp: Ramp, steps: Sequence[RecordedStep], now: datetime) -> Went:
    reached = tuple(Reached(step.at, step.stage, step.share_percent) for step in steps if step.kind in REACHES)
    until, last = ramp.ended_at or now, steps[-1] if steps else None
    minutes = (until - ramp.started_at).total_seconds() / 60.0
    guardrail = _guardrail(db, ramp)
    because, by = (last.because, last.by) if last else ("", "")
    return Went(ramp.state.value, ramp.started_at, until, minutes, reached, guardrail, because, by)


def _guardrail(db: Db, ramp: Ramp) -> str:
    if ramp.state is not RampState.ROLLED_BACK:
        return ""
    entries = audit.find(db, act="ramp.rolled_back", object=ramp.change, limit=1)
    return str(entries[0].facts.get("guardrail", "")) if entries else ""


def row_of(scene: Scene, known: Known) -> Row:
    """Play a change under the policy of the month, and say how that differs from what was."""
    change, target = known.change, scene.policy.catalog.targets.get(known.change.target)
    row = Row(
        change=change.id,
        title=change.title,
        target=change.target,
        evidence=Evidence.RECORDED if known.recording else Evidence.SIMULATED if known.traffic else Evidence.NONE,
        was=known.was,
        would=None,
        difference=Difference(Kind.NOT_PLAYED, ""),
        recorded_minutes=len(known.recording.minutes) if known.recording else 0,
    )
    if target is None:
        return _not_played(row, f"the policy has no target {change.target}")
    if row.evidence is Evidence.NONE:
        return _not_played(row, f"nobody knows how many people ask {change.target}")
    return _played(scene, known, row, target)


def _not_played(row: Row, because: str) -> Row:
    return replace(row, difference=Difference(Kind.NOT_PLAYED, f"not played: {because}"))


def _played(scene: Scene, known: Known, row: Row, target: Target) -> Row:
    try:
        plan = _plan(scene, known.change, target)
    except Invalid:
        return _not_played(row, f"the policy has no ramp plan for {known.change.target}")
    begins = known.was.began if known.was else max(scene.now, known.change.start.opens_at)
    about = question_of(scene.policy, replace(known.change, plan=plan), begins, known.traffic)
    people = _people(scene, known)
    would = went(rehearse(about, people))
    notes = tuple(_notes(known, plan))
    if not isinstance(people, AsItWas):
        return replace(row, would=would, difference=differs(known.was, would), notes=notes)
    drawn = 100.0 * people.drawn / max(1, people.taken + people.drawn)
    if known.recording and would.minutes > len(known.recording.minutes):
        notes = (*notes, f"the recorded {say_minutes(len(known.recording.minutes))} come round again")
    return replace(row, would=would, difference=differs(known.was, would), drawn_percent=drawn, notes=notes)


def _people(scene: Scene, known: Known) -> People:
    """Return the people of its own ramp, as they were counted; else at random, as often as its target's come."""
    chance = Random(f"{scene.seed} {known.change.id}")
    if known.recording is None:
        return Simulated(known.traffic or Traffic({}, {}), Harm(), chance, scene.policy.calendar.home_zone)
    return AsItWas(AsRecorded(Rates(known.recording, {}), Harm(), chance, as_counted=True), known.moments)


def _plan(scene: Scene, change: Change, target: Target) -> RampPlan:
    """Return the plan that a change has under the policy that is played.

    Under an edit it is compiled anew, as if the change were filed now: the plan that its author named, or the
    feature's own. A plan that stands in no policy stays.
    """
    if not scene.edited:
        return change.plan
    named = next((name for name, plan in scene.in_force.plans.items() if plan == change.plan), "")
    filled = change.provenance.get("plan")
    if filled is not None and filled.by == "auto":
        return plan_of(ChangeForm(target=target.id), target, scene.policy)
    return scene.policy.plans.get(named, change.plan)


def _notes(known: Known, plan: RampPlan) -> Iterator[str]:
    """Say what of a row's evidence was not counted, and is taken as never met."""
    counted = Traffic({}, dict.fromkeys(known.recording.counted, 0.0)) if known.recording else known.traffic
    for name in unknown_rates(plan, counted):
        yield f"nobody has counted {name.replace('_', ' ')}: it is taken as never met"
