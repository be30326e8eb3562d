"""What came of calls, counted once?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from math import inf

from leverframe.actions.house import House
from leverframe.gateway.calls import gateway_key, read_call
from leverframe.nouns.changes import Change
from leverframe.nouns.outcomes import Batch, CallFacts, Feedback, Outcome
from leverframe.nouns.tables import Reason
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.slow_calls import slow_from
from leverframe.store import changes, effects, gateways, outcomes
from leverframe.store.database import Db
from leverframe.store.outcomes import CountRow

READ = (Reason.CANDIDATE.value, Reason.NOT_EXPOSED.value)
"""A call of a ramp counts in its readings for these reasons only: a fallback, an expired lease, a thrown model and a
call without a subject say nothing of the two units."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch or of feedback: counted, too late to be read, of no call that we know, or at fault."""

    recorded: int
    late: int = 0
    unknown: int = 0
    refused: int = 0


def accept_batch(house: House, gateway: str, targets: frozenset[str], batch: Batch) -> Taken:
    """Count one numbered batch of a gateway's outcomes, once; it is stamped with the control plane's clock.

    Outcomes of targets for which the gateway is not enrolled, call ids that do not verify, and calls of changes that
    this house does not have (it was restored) count as unknown. One that says no number that can be counted is
    refused, and the rest is taken.
    """
    with house.store.write() as db:
        if gateways.accept(db, gateway, batch.boot, batch.sequence) == "repeated":
            return Taken(0)
        desk, rows, answered, unknown, refused = _Desk(house, db), [], [], 0, 0
        for outcome in batch.outcomes:
            facts = desk.read(outcome.call)
            if facts is None or (targets and facts.target not in targets):
                unknown += 1
            elif outcome.fault:
                refused += 1
            else:
                rows.append(_row(facts, outcome, desk.slow_ms(facts)))
                if facts.unit and facts.reason != Reason.MODEL_FALLBACK.value:
                    answered.append((outcome.call, facts))
        outcomes.count_batch(db, desk.now, rows)
        effects.note_served(db, desk.now, answered)
        gateways.note_refused(db, gateway, batch.boot, refused)
        return Taken(len(rows), 0, unknown, refused)


def accept_feedback(house: House, feedback: Iterable[Feedback]) -> Taken:
    """Count thumbs and scores by call id, where the call was served; past the horizon they are recorded, not read.

    What is at fault is refused by itself: whoever sends it takes nobody's feedback along. So is a score of a metric
    that the policy has from an outside source: it would be counted twice.
    """
    with house.store.write() as db:
        desk, rows, unknown, late, refused = _Desk(house, db), [], 0, 0, 0
        policy = house.policy_or_none(db)
        brought = policy.metrics if policy else ()
        for item in feedback:
            facts = desk.read(item.call)
            if facts is None or not _says_something(item):
                unknown += 1
            elif item.fault or item.metric in brought:
                refused += 1
            elif desk.is_late(facts):
                late += 1
                outcomes.record_late(db, desk.now, facts, item)
            else:
                rows.append(_feedback_row(facts, item))
        outcomes.count_batch(db, desk.now, rows)
        return Taken(len(rows), late, unknown, refused)


@dataclass(slots=True)
class _Desk:
    """What is looked up of changes and stages while one batch is taken, each once."""

    house: House
    db: Db
    now: datetime = field(init=False)
    _changes: dict[str, Change | None] = field(default_factory=dict)
    _ended: dict[tuple[str, int], datetime | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.now = self.house.clock.now()

    def read(self, call: str) -> CallFacts | None:
        """Return what a call id says, or None where it is not ours, or its change is none that we have."""
        facts = read_call(call, partial(gateway_key, self.house.call_key))
        if facts is None or (facts.change and self._change(facts.change) is None):
            return None
        return facts

    def slow_ms(self, facts: CallFacts) -> float:
        """Return what makes a call slow: the threshold of its stage."""
        change = self._change(facts.change) if facts.change else None
        return slow_from(change.plan, facts.stage) if change else inf

    def is_late(self, facts: CallFacts) -> bool:
        """Say whether feedback comes past the horizon of its stage: what a closed stage proved is not moved."""
        stage = (facts.change, facts.stage)
        if facts.change and stage not in self._ended:
            self._ended[stage] = outcomes.stage_ended_at(self.db, *stage)
        ended = self._ended.get(stage)
        horizon = timedelta(minutes=self.house.policy(self.db).feedback_horizon_minutes)
        return ended is not None and self.now > ended + horizon

    def _change(self, change_id: str) -> Change | None:
        if change_id not in self._changes:
            self._changes[change_id] = _change_or_none(self.db, change_id)
        return self._changes[change_id]


def _change_or_none(db: Db, change_id: str) -> Change | None:
    try:
        return changes.get(db, change_id)
    except NotFound:
        return None


def _row(facts: CallFacts, outcome: Outcome, slow_ms: float) -> CountRow:
    slow = {"slow"} if outcome.latency_ms > slow_ms else set()
    bad = tuple(sorted(slow.union(outcome.bad)))
    return CountRow(_counted(facts), outcome.call, bad, {"cost_usd": outcome.cost_usd}, is_call=True)


def _says_something(item: Feedback) -> bool:
    return item.negative is not None or (item.value is not None and bool(item.metric))


def _feedback_row(facts: CallFacts, item: Feedback) -> CountRow:
    bad = ("feedback_negative",) if item.negative else ()
    sums: dict[str, float] = {}
    if item.metric and item.value is not None:
        sums[item.metric] = item.value
        if facts.locale:
            sums[f"{item.metric}@{facts.locale}"] = item.value
    return CountRow(_counted(facts), item.call, bad, sums, is_call=False)


def _counted(facts: CallFacts) -> CallFacts:
    """Return the facts as they are counted: a call that says nothing of a ramp's units is traffic, and no more."""
    return facts if facts.reason in READ else replace(facts, change="", stage=0)
