"""What do today's rules say of yesterday's facts?

Each recorded step of a ramp is asked again: the facts as they stood then are gathered from the minutes that the store
keeps, from the steps and from the audit log, and `read_stage` and `next_step` are asked as they are today. Nothing is
written, and nothing of a process's memory is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leverframe.actions.house import House, policy_at
from leverframe.actions.looks import Circumstances, Look, look_at, watched_by
from leverframe.actions.stage_minutes import Minutes
from leverframe.actions.tables import ALARM
from leverframe.nouns.audit import Entry
from leverframe.nouns.changes import Change
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.replays import Difference, Differs, Earlier, Replay, ReplayedStep, RuleAnswer
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.evidence.told import evidence_facts
from leverframe.rules.exposure import is_settled
from leverframe.rules.freezes import asks_the_same
from leverframe.rules.growth import PUBLISHES, minute_of
from leverframe.rules.replaying import (
    MINUTE,
    STEPS,
    Facts,
    answer_of,
    evidence_differences,
    lies_inside,
    minutes_between,
    own_differences,
    standing_before,
    stride_of,
    verdict_differences,
    why_not_asked,
)
from leverframe.store import audit, changes, evidence, ramps
from leverframe.store.database import Db
from leverframe.store.evidence import Judgement
from leverframe.store.past import Past, past_of
from leverframe.store.ramps import RecordedStep

MOST_ENTRIES = 10_000
ACTS = ("promote", "widen", "roll_back")


def replay(house: House, change_id: str) -> Replay:
    """Ask every recorded step of a change's ramp again, and the minutes between; raises NotFound without a ramp."""
    with house.store.read() as db:
        change, ramp = changes.get(db, change_id), ramps.get(db, change_id)
        if ramp is None:
            raise NotFound(f"{change_id} has not begun to ramp", remedy="there are steps once its ramp has begun")
        return _asked_again(_remember(house, db, change, ramp))


@dataclass(slots=True)
class _Memory:
    """All that is remembered of one ramp, and the rules' question put to it."""

    db: Db
    change: Change
    ramp: Ramp
    policy: Policy
    now: datetime
    steps: Sequence[RecordedStep]
    entries: Sequence[Entry | None]
    past: Past
    judged: Sequence[Judgement]
    switched: Sequence[Entry]
    minutes: Minutes = field(default_factory=Minutes)
    looks: int = 0

    def look(
        self, policy: Policy, stood: Ramp, at: datetime, minute: datetime, entry: Entry | None, *, own: bool
    ) -> Look:
        """Look at the ramp as it stood at a moment, with what was counted by a minute.

        `own` says that shares which began at this very moment are the answer's own.
        """
        counts = self.past.by(minute, self.past.standing(at, begun_then=not own))
        counts = self.minutes.added(self.db, [(self.change, stood.stage, counts)], at)[self.change.id]
        beside = Circumstances(policy, self._thrown(at, entry), alarmed=False)
        return look_at(beside, self.change, stood, counts, self._is_judged(stood.stage, at), at)

    def _thrown(self, at: datetime, entry: Entry | None) -> frozenset[str]:
        """Say which switches had been thrown: before the step's own entry, or else by a moment."""
        before = entry.id if entry else None
        stands: dict[str, bool] = {}
        for each in self.switched:
            if each.at < at or (each.at == at and (before is None or (each.id or 0) < before)):
                stands[each.object] = each.act == "switch.thrown"
        return frozenset(switch for switch, is_thrown in stands.items() if is_thrown)

    def _is_judged(self, stage: int, at: datetime) -> bool:
        return any(
            each.stage == stage and each.at <= at and (each.voided_at is None or each.voided_at >= at)
            for each in self.judged
        )


def _remember(house: House, db: Db, change: Change, ramp: Ramp) -> _Memory:
    steps = ramps.steps(db, change.id)
    return _Memory(
        db=db,
        change=change,
        ramp=ramp,
        policy=house.policy(db),
        now=house.clock.now(),
        steps=steps,
        entries=_entries_of(steps, audit.find(db, act="ramp.", object=change.id, limit=MOST_ENTRIES)),
        past=past_of(db, change.id),
        judged=evidence.judgements_of(db, change.id),
        switched=_switched(db, watched_by(change, ramp)),
    )


def _entries_of(steps: Sequence[RecordedStep], entries: Sequence[Entry]) -> list[Entry | None]:
    """Find each step's entry: of the same act at the same time, in the same order."""
    waiting = sorted(entries, key=lambda entry: entry.id or 0)
    found: list[Entry | None] = []
    for step in steps:
        entry = next((each for each in waiting if (each.act, each.at) == (f"ramp.{step.kind}", step.at)), None)
        found.append(entry)
        if entry is not None:
            waiting.remove(entry)
    return found


def _switched(db: Db, watched: Sequence[str]) -> list[Entry]:
    acts = ("switch.thrown", "switch.set", "switch.lapsed")
    found = [entry for switch in watched for entry in audit.find(db, object=switch, limit=MOST_ENTRIES)]
    return sorted((entry for entry in found if entry.act in acts), key=lambda entry: entry.id or 0)


def _asked_again(memory: _Memory) -> Replay:
    end = memory.ramp.ended_at or memory.now
    stride = stride_of(memory.ramp.started_at, end)
    told: list[ReplayedStep] = []
    earlier: list[Earlier] = []
    for place, step in enumerate(memory.steps):
        earlier += _earlier(memory, place, step.at, step.kind, stride)
        told.append(_replayed(memory, place, step))
    if memory.ramp.state is RampState.RAMPING:
        earlier += _earlier(memory, len(memory.steps), memory.now, "", stride)
    same = all(step.same for step in told) and all(each.same for each in earlier)
    zone = memory.policy.calendar.home_zone
    steps = tuple(told)
    return Replay(memory.change.id, same, steps, tuple(earlier), memory.looks, stride, memory.policy.digest, zone)


def _replayed(memory: _Memory, place: int, step: RecordedStep) -> ReplayedStep:
    entry = memory.entries[place]
    facts = entry.facts if entry else {}
    why = why_not_asked(step, place, facts, ALARM.gate)
    about = (step.at, step.kind, step.stage, step.share_percent, step.by, step.because)
    if why:
        return ReplayedStep(*about, not_asked=why)
    stood = standing_before(memory.ramp, memory.steps[:place])
    if step.kind == "settled":
        return _settled(memory, step, stood)
    answer, differences = _compared(memory, step, entry, stood)
    then, then_same = _then(memory, step, entry, stood)
    same = not any(each.kind.tells for each in differences)
    return ReplayedStep(*about, same, answer, then, then_same, differences=differences)


def _settled(memory: _Memory, step: RecordedStep, stood: Ramp) -> ReplayedStep:
    about = (step.at, step.kind, step.stage, step.share_percent, step.by, step.because)
    if is_settled(stood, memory.change.plan, memory.change.blast_radius.regions):
        return ReplayedStep(*about, today=RuleAnswer("settle", step.because))
    today = RuleAnswer("stay", "the last stage has not reached every region")
    return ReplayedStep(*about, False, today, differences=tuple(verdict_differences(step, {}, today)))


def _compared(
    memory: _Memory, step: RecordedStep, entry: Entry | None, stood: Ramp
) -> tuple[RuleAnswer, tuple[Difference, ...]]:
    """Ask with what was counted by the end of the step's minute, and by its beginning; tell what fits better.

    A step is decided inside a minute: where the counts of its entry lie between both, neither has to be equal.
    """
    facts = entry.facts if entry else {}
    before, after = (_look(memory, memory.policy, step, entry, stood, each) for each in _minutes_of(step))
    found = [(look, _differences(memory, step, facts, look)) for look in (after, before)]
    recorded = facts.get("evidence")
    if recorded and lies_inside(recorded, _told(memory, before), _told(memory, after)):
        found = [(look, _differences(memory, step, facts, look, inside=True)) for look in (after, before)]
    look, differences = min(found, key=lambda each: (any(one.kind.tells for one in each[1]), len(each[1])))
    return answer_of(look.step), tuple(differences)


def _minutes_of(step: RecordedStep) -> tuple[datetime, datetime]:
    minute = minute_of(step.at)
    return minute - MINUTE, minute


def _look(
    memory: _Memory, policy: Policy, step: RecordedStep, entry: Entry | None, stood: Ramp, minute: datetime
) -> Look:
    own = any(each.at == step.at and each.id >= step.id and each.kind in PUBLISHES for each in memory.steps)
    return memory.look(policy, stood, step.at, minute, entry, own=own)


def _differences(
    memory: _Memory, step: RecordedStep, facts: Facts, look: Look, *, inside: bool = False
) -> list[Difference]:
    found = list(verdict_differences(step, facts, answer_of(look.step)))
    if recorded := facts.get("evidence"):
        found += evidence_differences(recorded, _told(memory, look), counts=not inside)
        found += own_differences(recorded)
    if inside:
        then = f"as they stood at {step.at:%H:%M:%S} UTC"
        found.append(Difference(Differs.MINUTE, "counts", then, "as they stood at an end of that minute"))
    return found


def _told(memory: _Memory, look: Look) -> Facts:
    assert look.reading is not None
    policy, plan = memory.policy, memory.change.plan
    return evidence_facts(plan, look.ramp.stage, look.counts, look.reading, alpha=policy.alpha, beta=policy.beta)


def _then(memory: _Memory, step: RecordedStep, entry: Entry | None, stood: Ramp) -> tuple[RuleAnswer | None, bool]:
    """Ask by the policy that was in force, where that is another than today's."""
    policy = policy_at(memory.db, step.at)
    if policy is None or asks_the_same(policy, memory.policy):
        return None, True
    facts = entry.facts if entry else {}
    looks = [_look(memory, policy, step, entry, stood, each) for each in _minutes_of(step)]
    answers = [answer_of(look.step) for look in reversed(looks)]
    for answer in answers:
        if not any(each.kind.tells for each in verdict_differences(step, facts, answer)):
            return answer, True
    return answers[0], False


def _earlier(memory: _Memory, place: int, until: datetime, kind: str, stride: int) -> Iterator[Earlier]:
    """Yield the first minute between two steps at which today's rules would have acted."""
    if place == 0:
        return
    stood = standing_before(memory.ramp, memory.steps[:place])
    for minute in minutes_between(memory.steps[place - 1].at, until, stride):
        at = minute + MINUTE
        memory.looks += 1
        answer = answer_of(memory.look(memory.policy, stood, at, minute, None, own=False).step)
        if answer.step in ACTS:
            same = answer.step != "roll_back" or STEPS.get(kind) == "roll_back"
            yield Earlier(at, answer, kind, until if kind else None, same)
            return
