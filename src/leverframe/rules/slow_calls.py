"""What makes a call of a ramp slow?"""

from __future__ import annotations

from math import inf

from leverframe.nouns.ramps import LimitKind, RampPlan, Stage

SLOW = "slow"


def slow_from(plan: RampPlan, stage: int) -> float:
    """Return from how many milliseconds on a call of a stage (from 1) is slow, in both arms; infinity: none is.

    It is what the stage's own limit says; where it has none, the newest limit before it, else the first after it.
    """
    told = [_threshold(each) for each in plan.stages]
    before, after = told[:stage], told[stage:]
    return next((ms for ms in (*reversed(before), *after) if ms is not None), inf)


def _threshold(stage: Stage) -> float | None:
    limits = (slo for slo in stage.slos if slo.guardrail == SLOW and slo.kind is LimitKind.RATE)
    return next((slo.threshold for slo in limits), None)
