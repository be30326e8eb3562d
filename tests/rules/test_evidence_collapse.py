"""Is a collapse of a bounded score seen in the first minutes, and a harmless candidate not rolled back for it?

Whole readings, minute by minute, as the clock asks for them. Scores are 0 or 1, few a minute: the hardest to judge.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from statistics import median

import pytest

from leverframe.nouns.evidence import CellCounts, Finding, Reading, StageCounts
from leverframe.nouns.minutes import StageMinutes
from leverframe.nouns.ramps import Clause, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.evidence.means import with_minute
from leverframe.rules.readings import read_stage

NOW = datetime(2026, 5, 13, 10, 30, tzinfo=UTC)
ALPHA, LIMIT = 0.05, 0.04
LIMITS = (
    Slo("eval_groundedness_drift_max", "groundedness", LimitKind.FALL, LIMIT, bounds=(0.0, 1.0)),
    Slo("error_rate_max", "error", LimitKind.RATE, 0.01),
    Slo("p95_latency_ms_max", "slow", LimitKind.RATE, 0.05, 4500),
    Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.014),
    Slo("feedback_negative_rate_max", "feedback_negative", LimitKind.RATE, 0.05),
)
ALONE = (Stage((Clause(10),), 240, LIMITS[:1]), Stage((Clause(100),), 0))
HANDBOOK = (Stage((Clause(1),), 30, LIMITS), Stage((Clause(10),), 240, LIMITS[:1]), Stage((Clause(100),), 0))
"""Two of its limits: one alone, and one of five, in two stages."""


def scored(chance: random.Random, rate: float, n: int) -> tuple[int, float, float]:
    """So many answers, of which so many are grounded."""
    good = float(sum(chance.random() < rate for _ in range(n)))
    return n, good, good


def arm(rate: float, n: int):
    return lambda chance: scored(chance, rate, n)


def read_on(stages, candidate, control, seed: int, minutes: int) -> tuple[int, Reading]:
    """Read each minute of the first stage until it shows harm; return the minute (0: never) and what was said."""
    plan, chance, known, reading = RampPlan(stages), random.Random(seed), {}, None
    for minute in range(1, minutes + 1):
        mine, theirs = {"groundedness": candidate(chance)}, {"groundedness": control(chance)}
        cells = {"uk|everyone": CellCounts(0.1, 400, 3600, candidate_sums=mine, control_sums=theirs)}
        known = with_minute(known, cells, plan.stages[0])
        counts = [StageCounts(1, cells, minutes=StageMinutes(means=known))]
        found = read_stage(plan, 1, counts, alpha=ALPHA, beta=0.05, stage_minutes=float(minute), now=NOW)
        reading = next(each for each in found.readings if each.guardrail == "groundedness")
        if reading.finding is Finding.HARM:
            return minute, reading
    assert reading is not None
    return 0, reading


@pytest.mark.parametrize(
    ("stages", "each", "within"), [(ALONE, (20, 180), 12), (ALONE, (2, 18), 15), (HANDBOOK, (20, 180), 17)]
)
def test_a_collapse_is_seen_before_the_twentieth_minute(stages, each, within):
    found = [read_on(stages, arm(0.4, each[0]), arm(0.9, each[1]), seed, 60)[0] for seed in range(40)]
    assert 0 < median(found) <= within


def test_whoever_falls_to_nothing_is_seen_in_ten_minutes():
    minute, reading = read_on(HANDBOOK, arm(0.0, 20), arm(0.9, 180), 1, 20)
    assert 0 < minute <= 10
    assert "lower than beside it" in reading.because
    assert "bets on a fall beyond the limit of 0.04 stand at" in reading.because
    assert reading.e_value >= reading.e_bound == pytest.approx(2 * 5 / (ALPHA / 2))


def test_before_a_collapse_is_shown_the_bets_are_told_and_nothing_waits():
    _, reading = read_on(ALONE, arm(0.4, 20), arm(0.9, 180), 1, 6)
    assert reading.finding is Finding.CONTINUE
    assert reading.because.endswith("20 are needed to judge it; only a collapse is seen sooner")
    assert 1.0 < reading.e_value < reading.e_bound


@pytest.mark.parametrize(("rate", "each"), [(0.95, (1, 3)), (0.6, (1, 3)), (0.6, (3, 3)), (0.3, (2, 10))])
def test_a_candidate_that_falls_by_the_whole_limit_is_rolled_back_no_more_often_than_promised(rate, each):
    """The worst that is harmless; the promise is half of alpha, and the chance that 160 runs bring 10 is 1 %."""
    found = [read_on(ALONE, arm(rate - LIMIT, each[0]), arm(rate, each[1]), seed, 60)[0] for seed in range(160)]
    assert sum(minute > 0 for minute in found) < 10


def test_a_level_that_moves_in_both_arms_is_no_fall():
    def moving(n: int, below: float):
        minute = iter(range(1000))
        return lambda chance: scored(chance, (0.9 if next(minute) // 7 % 2 else 0.3) - below, n)

    found = [read_on(ALONE, moving(2, LIMIT), moving(8, 0.0), seed, 60)[0] for seed in range(120)]
    assert sum(minute > 0 for minute in found) < 8
