"""Is a call slow by what its own stage allows?"""

from __future__ import annotations

from math import inf

import pytest

from leverframe.nouns.ramps import Clause, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.slow_calls import slow_from


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ((4500, 2000, None, None), (4500, 2000, 2000, 2000)),
        ((None, 3000, None, 1000), (3000, 3000, 3000, 1000)),
        ((None, None, None, None), (inf, inf, inf, inf)),
    ],
)
def test_a_stage_without_a_limit_takes_the_newest_before_it_or_the_first_after(told, found):
    slos = ((Slo("p95_latency_ms_max", "slow", LimitKind.RATE, 0.05, ms),) if ms else () for ms in told)
    plan = RampPlan(tuple(Stage((Clause(10.0),), 30, each) for each in slos))
    assert tuple(slow_from(plan, stage) for stage in (1, 2, 3, 4)) == found
