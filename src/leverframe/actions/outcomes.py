"""What came of calls, counted once?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from leverframe.actions.house import House
from leverframe.gateway.calls import gateway_key, read_call
from leverframe.nouns.outcomes import Batch, CallFacts, Feedback, Outcome
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import LimitKind
from leverframe.store import changes, gateways, outcomes
from leverframe.store.database import Db
from leverframe.store.outcomes import CountRow


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch or of feedback: counted, too late to be read, or of no call that we know."""

    recorded: int
    late: int = 0
    unknown: int = 0


def accept_batch(house: House, gateway: str, targets: frozenset[str], batch: Batch) -> Taken:
    """Count one numbered batch of a gateway's outcomes, once; it is stamped with the control plane's clock.

    Outcomes of targets for which the gateway is not enrolled, and call ids that do not verify, count as unknown.
    """
    with house.store.write() as db:
        if gateways.accept(db, gateway, batch.boot, batch.sequence) == "repeated":
            return Taken(0)
        now, slow = house.clock.now(), _slow_thresholds(db)
        rows, unknown = [], 0
        for outcome in batch.outcomes:
            facts = read_call(outcome.call, partial(gateway_key, house.call_key))
            if facts is None or (targets and facts.target not in targets):
                unknown += 1
            else:
                rows.append(_row(facts, outcome, slow))
        outcomes.count_batch(db, now, rows)
        return Taken(len(rows), 0, unknown)


def _slow_thresholds(db: Db) -> Callable[[CallFacts], float]:
    """Return what makes a call slow: the threshold of its change's plan (the first slo on `slow`)."""
    known: dict[str, float] = {}

    def threshold(facts: CallFacts) -> float:
        if facts.change not in known:
            known[facts.change] = _plan_threshold(db, facts.change)
        return known[facts.change]

    return threshold


def _plan_threshold(db: Db, change_id: str) -> float:
    plan = changes.get(db, change_id).plan if change_id else None
    slos = (slo for stage in plan.stages for slo in stage.slos) if plan else ()
    return next((s.threshold for s in slos if s.guardrail == "slow" and s.kind is LimitKind.RATE), float("inf"))


def _row(facts: CallFacts, outcome: Outcome, slow: Callable[[CallFacts], float]) -> CountRow:
    bad = set(outcome.bad)
    if facts.change and outcome.latency_ms > slow(facts):
        bad.add("slow")
    return CountRow(facts, outcome.call, tuple(sorted(bad)), {"cost_usd": outcome.cost_usd}, is_call=True)


def accept_feedback(house: House, feedback: Iterable[Feedback]) -> Taken:
    """Count thumbs and scores by call id, where the call was served; past the horizon they are recorded, not read."""
    with house.store.write() as db:
        policy, now = house.policy(db), house.clock.now()
        rows, unknown, late = [], 0, 0
        for item in feedback:
            facts = read_call(item.call, partial(gateway_key, house.call_key))
            if facts is None or (item.negative is None and item.value is None):
                unknown += 1
            elif _is_late(db, policy, facts, now):
                late += 1
                outcomes.record_late(db, now, facts, item)
            else:
                rows.append(_feedback_row(facts, item))
        outcomes.count_batch(db, now, rows)
        return Taken(len(rows), late, unknown)


def _is_late(db: Db, policy: Policy, facts: CallFacts, now: datetime) -> bool:
    """Say whether feedback comes past the horizon of its stage: what a closed stage proved is not moved any more."""
    ended = outcomes.stage_ended_at(db, facts.change, facts.stage) if facts.change else None
    return ended is not None and now > ended + timedelta(minutes=policy.feedback_horizon_minutes)


def _feedback_row(facts: CallFacts, item: Feedback) -> CountRow:
    bad = ("feedback_negative",) if item.negative else ()
    sums: dict[str, float] = {}
    if item.metric and item.value is not None:
        sums[item.metric] = item.value
        if facts.locale:
            sums[f"{item.metric}@{facts.locale}"] = item.value
    return CountRow(facts, item.call, bad, sums, is_call=False)
