"""Does the candidate keep to the limits of its stage?"""

from __future__ import annotations

from math import exp, log

from leverframe.nouns.evidence import CellCounts, Finding, Reading
from leverframe.nouns.ramps import LimitKind, RampPlan, Slo
from leverframe.rules.evidence import limits, means
from leverframe.rules.evidence import words as say
from leverframe.rules.evidence.looks import Look, arms_of, units_of, value_of

COST = "cost_usd"
FAIRNESS = "fairness_locale_delta"
FAIRNESS_METRIC = "groundedness"


def _limited(plan: RampPlan) -> list[str]:
    """List the guardrail of each absolute rate limit, once for each stage that tests it."""
    return [slo.guardrail for stage in plan.stages for slo in stage.slos if slo.kind is LimitKind.RATE]


def read_rate(look: Look, slo: Slo) -> Reading:
    """Test the rate of first calls in this stage; the current unit's rate at the same time decides whose fault."""
    tests = _limited(look.plan)
    needed = -log(look.alpha / 2.0 / len(set(tests)) / tests.count(slo.guardrail))
    arms = arms_of(look.cells, slo.guardrail, first_calls=True)
    evidence = limits.log_above(arms.candidate_bad, arms.candidate_units, slo.limit)
    finding, because = _find_rate(arms, slo.limit, evidence, needed)
    if finding is Finding.PASS and not look.candidate_units:
        finding, because = Finding.NO_DATA, look.nobody
    return Reading(
        guardrail=slo.guardrail,
        finding=finding,
        because=because,
        limit=slo.limit,
        e_value=value_of(evidence),
        e_bound=exp(needed),
        candidate_units=arms.candidate_units,
        control_units=arms.control_units,
        candidate_bad=arms.candidate_bad,
        control_bad=arms.control_bad,
    )


def _find_rate(arms: say.Arms, limit: float, evidence: float, needed: float) -> tuple[Finding, str]:
    if not arms.candidate_units:
        return Finding.NO_DATA, say.NOBODY
    if evidence < needed:
        return Finding.PASS, say.within(arms, limit)
    if arms.control_bad > limit * arms.control_units:
        return Finding.BOTH_ABOVE, say.both_above(arms, limit)
    lowest = limits.lower_bound(arms.candidate_bad, arms.candidate_units, needed)
    return Finding.HARM, say.above(arms, limit, lowest)


def read_mean(look: Look, slo: Slo) -> Reading:
    """Read a mean since the stage reached its last region and over all of it; the worse of the two counts."""
    finding, because = max((_find_mean(look, slo, cells) for cells in look.spans), key=lambda found: found[0].rank)
    return Reading(
        guardrail=slo.guardrail,
        finding=finding,
        because=because,
        limit=slo.limit,
        candidate_units=look.candidate_units,
        control_units=look.control_units,
    )


def _find_mean(look: Look, slo: Slo, cells: tuple[CellCounts, ...]) -> tuple[Finding, str]:
    if not units_of(cells)[0]:
        return Finding.NO_DATA, look.nobody
    if slo.guardrail == COST:
        return _find_cost(cells, slo)
    if not look.is_shared:
        return Finding.PASS, say.EVERYONE
    if slo.guardrail == FAIRNESS:
        return _find_worst_locale(cells, slo)
    return _find_drift(cells, slo.guardrail, slo.limit)


def _find_cost(cells: tuple[CellCounts, ...], slo: Slo) -> tuple[Finding, str]:
    mine = means.mean_of([cell.candidate_sums.get(COST, means.NO_SUMS) for cell in cells])
    theirs = means.mean_of([cell.control_sums.get(COST, means.NO_SUMS) for cell in cells])
    if mine is None:
        return Finding.NO_DATA, say.no_scores(COST)
    if not mine.is_beyond(slo.limit):
        return _within(mine, say.mean_within(COST, mine.value, slo.limit, mine.scores), COST)
    if theirs is not None and theirs.value > slo.limit:
        return Finding.BOTH_ABOVE, say.both_means_above(COST, mine.value, theirs.value, slo.limit)
    return Finding.BEYOND, say.mean_beyond(COST, mine.value, slo.limit, mine.scores)


def _find_drift(cells: tuple[CellCounts, ...], metric: str, limit: float) -> tuple[Finding, str]:
    drift = means.drift(cells, metric)
    if drift is None:
        return Finding.NO_DATA, say.no_scores(metric)
    if drift.is_beyond(limit):
        return Finding.BEYOND, say.drift_beyond(metric, drift.value, limit, drift.scores)
    return _within(drift, say.drift_within(metric, drift.value, limit, drift.scores), metric)


def _find_worst_locale(cells: tuple[CellCounts, ...], slo: Slo) -> tuple[Finding, str]:
    """Read the drift in each locale; the worst finding counts, and among equals the largest drift."""
    names = [f"{FAIRNESS_METRIC}@{locale}" for locale in means.locales_of(cells, FAIRNESS_METRIC)]
    drifts = [(name, drift) for name in names if (drift := means.drift(cells, name)) is not None]
    if not drifts:
        return Finding.NO_DATA, say.no_scores(slo.guardrail)
    name, _ = max(drifts, key=lambda pair: (pair[1].is_beyond(slo.limit), _is_enough(pair[1]), pair[1].value))
    return _find_drift(cells, name, slo.limit)


def _within(estimate: means.Estimate, because: str, metric: str) -> tuple[Finding, str]:
    if _is_enough(estimate):
        return Finding.PASS, because
    return Finding.CONTINUE, say.few_scores(metric, estimate.scores, means.LEAST_SCORES)


def _is_enough(estimate: means.Estimate) -> bool:
    return estimate.scores >= means.LEAST_SCORES
