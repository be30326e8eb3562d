"""Has every kind of guardrail its test, and does the reader of a stage use that one?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.growth import Against
from leverframe.nouns.minutes import StageMinutes
from leverframe.nouns.ramps import Clause, Floor, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.evidence.means import with_minute
from leverframe.rules.evidence.methods import method_of
from leverframe.rules.evidence.told import evidence_facts
from leverframe.rules.readings import read_stage

NOW = datetime(2026, 5, 13, 11, tzinfo=UTC)

KINDS = [
    ("feedback_negative", Against.CURRENT, False, "label e-process"),
    ("error", Against.LIMIT, False, "one-sample likelihood ratio"),
    ("slow", Against.LIMIT, False, "frozen quantile"),
    ("cost_usd", Against.MEAN, True, "asymptotic confidence sequence"),
    ("groundedness", Against.FALL, True, "bets on minutes, and an asymptotic confidence sequence"),
    ("groundedness", Against.FALL, False, "asymptotic confidence sequence"),
    ("tokens", Against.RISE, True, "asymptotic confidence sequence"),
]


@pytest.mark.parametrize(("guardrail", "against", "bounded", "name"), KINDS)
def test_the_kind_of_a_metric_decides_by_which_test_it_is_judged(guardrail, against, bounded, name):
    method = method_of(guardrail, against, is_bounded=bounded)
    assert method.name == name
    assert method.because.startswith("it is ")
    assert "arXiv:" in method.source


FALL = Slo("tone_drop_max", "tone", LimitKind.FALL, 0.04)
READ = [
    (Floor("error", 3.0), "label e-process", "strata"),
    (Slo("error_rate_max", "error", LimitKind.RATE, 0.01), "one-sample likelihood ratio", "first_calls"),
    (Slo("p95_latency_ms_max", "slow", LimitKind.RATE, 0.05, 4500), "frozen quantile", "first_calls"),
    (FALL, "asymptotic confidence sequence", "moments"),
    (replace(FALL, bounds=(0.0, 1.0)), "bets on minutes, and an asymptotic confidence sequence", "bets"),
    (replace(FALL, kind=LimitKind.MEAN), "asymptotic confidence sequence", "moments"),
]
AGAINST = {LimitKind.RATE: Against.LIMIT, LimitKind.FALL: Against.FALL, LimitKind.MEAN: Against.MEAN}


@pytest.mark.parametrize(("asked", "name", "rests_on"), READ)
def test_a_stage_is_read_by_the_very_test_that_is_named(asked, name, rests_on):
    """What the entry keeps is what a test rests on: each needs another kind of counts."""
    is_floor = isinstance(asked, Floor)
    stage = Stage((Clause(10.0),), 60, () if is_floor else (asked,), (asked,) if is_floor else ())
    plan = RampPlan((stage, Stage((Clause(100.0),), 0)))
    sums = {"candidate_sums": {"tone": (400, 200.0, 110.0)}, "control_sums": {"tone": (3_600, 2_880.0, 2_400.0)}}
    mine, theirs = {"error": 9, "slow": 9}, {"error": 80, "slow": 80}
    here = {"uk|everyone": CellCounts(0.1, 400, 3_600, mine, theirs, mine, theirs, **sums)}
    means = {}
    for _ in range(30):
        means = with_minute(means, here, stage)
    counts = [StageCounts(1, here, minutes=StageMinutes(means=means))]
    reading = read_stage(plan, 1, counts, alpha=0.05, beta=0.05, stage_minutes=60.0, now=NOW)
    told = evidence_facts(plan, 1, counts, reading, alpha=0.05, beta=0.05)["guardrails"]
    (found,) = (each for each in told if each["against"] != "share")
    kinds = {"strata", "first_calls", "moments", "bets"} & set(found)
    assert kinds == ({"moments", "bets"} if rests_on == "bets" else {rests_on})
    against = Against.CURRENT if is_floor else AGAINST[asked.kind]
    bounded = not is_floor and asked.bounds is not None
    assert method_of(asked.guardrail, against, is_bounded=bounded).name == name


def test_no_kind_is_left_out():
    assert {against for _, against, _, _ in KINDS} == set(Against)
