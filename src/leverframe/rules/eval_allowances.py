"""Has a metric fallen further than the policy allows, or must it be proved that it has not?

A fall counts where it is shown (the interval leaves zero out) and the estimate is beyond the allowance: chance
refuses nobody. Where the policy says `prove`, the burden is turned round: the end of the interval that lies on the
worse side must be within the allowance (a test of non-inferiority, at one in forty), so that too few cases refuse.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leverframe.nouns.evidence import Comparison, Direction, EvalDelta
from leverframe.nouns.policies import EvalAllowance


def allowance_of(delta: EvalDelta, allowances: Iterable[EvalAllowance]) -> EvalAllowance:
    """Return what the policy allows a metric: `suite.metric` before `metric`, and nothing where it names neither."""
    named = {allowance.metric: allowance for allowance in allowances}
    return named.get(f"{delta.suite}.{delta.metric}") or named.get(delta.metric) or EvalAllowance(delta.metric, 0.0)


def has_fallen(delta: EvalDelta, allowance: EvalAllowance) -> bool:
    """Say whether a metric is shown to be worse, by more than is allowed."""
    if delta.comparison is not Comparison.WORSE or delta.deployed is None:
        return False
    return abs(delta.value - delta.deployed) > allowance.allowed_drop


def may_have_fallen(delta: EvalDelta) -> float | None:
    """Return by how much a metric may have become worse at most, as far as its interval says; None: not known."""
    if delta.low is None or delta.high is None:
        return None
    return -delta.low if delta.direction is Direction.HIGHER else delta.high


def unproved(delta: EvalDelta, allowance: EvalAllowance) -> str:
    """Return why it is not proved that a metric is within its allowance, or nothing."""
    if not allowance.prove:
        return ""
    most = may_have_fallen(delta)
    if most is not None and most < allowance.allowed_drop:
        return ""
    asked = f"that it is worse by less than {allowance.allowed_drop:g} must be proved"
    return f"{named(delta)}: {asked}, and " + (f"it may be {most:.3g}" if most is not None else "nothing is known")


def without_proof(
    allowances: Iterable[EvalAllowance], suites: Iterable[str], deltas: Sequence[EvalDelta]
) -> list[str]:
    """Name the metrics of suites that are asked for, which must be proved and were not even measured."""
    measured = {f"{delta.suite}.{delta.metric}" for delta in deltas}
    asked = [a.metric for a in allowances if a.prove and a.metric not in measured]
    return [metric for metric in asked if any(metric.startswith(f"{suite}.") for suite in suites)]


def named(delta: EvalDelta) -> str:
    """Name a metric for people."""
    return f"{delta.suite} {delta.metric}" + (f" ({delta.slice})" if delta.slice else "")
