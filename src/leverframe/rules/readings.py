"""What does this stage's evidence say?

One reading for the sample ratio, one for each guardrail with a floor anywhere in the plan (relative to everyone
else at the same time), one for each absolute limit of this stage. Of the ramp's alpha one half belongs to the
relative guardrails and one to the absolute limits; each half is divided over its guardrails in the whole plan,
and each part over the stages where its evidence begins anew: for an absolute limit every stage that tests it, for
a relative guardrail mostly the first alone (`evidence/carrying.py`). Of the stage's beta each floor has an equal
part.

Rollback evidence is carried over the ramp, and nobody is counted twice in it at the same share. Proof for promotion
comes from the present stage alone, since it reached its last region: what was counted of some regions proves nothing
of the others. Until then no floor passes. What stops (harm, a limit, a mean) is read from all that the stage has
counted; there must be data since its last region for it to pass.

From worst to best: harm, error, both_above, beyond, no_data, continue, pass. A stage is as good as its worst
guardrail, but only floors are waited for: a mean that still `continue`s does not keep a stage from passing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, log
from typing import NamedTuple

from leverframe.nouns.evidence import CellCounts, Finding, Reading, StageCounts, StageReading
from leverframe.nouns.ramps import LimitKind, RampPlan, Slo, Stage
from leverframe.rules.evidence import carrying, labels, limits, means, sample_ratio
from leverframe.rules.evidence import words as say

SAMPLE_RATIO = "sample_ratio"
"""The guardrail name of the reading that checks the counts themselves."""

COST = "cost_usd"
FAIRNESS = "fairness_locale_delta"
FAIRNESS_METRIC = "groundedness"

LARGEST_LOG = 700.0


def read_stage(
    plan: RampPlan,
    stage: int,
    counts: Sequence[StageCounts],
    *,
    alpha: float,
    beta: float,
    stage_minutes: float | None,
    now: datetime,
) -> StageReading:
    """Read all guardrails of a stage (counted from 1) from the counts of this and the earlier stages.

    `alpha` is the ramp's, `beta` the stage's, `stage_minutes` how long the counts for its proof took; None while it
    has still regions to reach. Counts of later stages are ignored, so that a past reading can be derived again.
    """
    look = _look(plan, stage, counts, alpha, beta, stage_minutes)
    ratio = _read_sample_ratio(look)
    relative = [_read_relative(look, guardrail) for guardrail in _relative(plan)]
    if ratio.finding is Finding.ERROR:
        relative = [_distrusted(look, reading, ratio) for reading in relative]
    absolute = [_read_rate(look, slo) for slo in look.stage.slos if slo.kind is LimitKind.RATE]
    mean = [_read_mean(look, slo) for slo in look.stage.slos if slo.kind is LimitKind.MEAN]
    readings = (*relative, *absolute, *mean, ratio)
    finding = max((_weight(reading) for reading in readings), key=lambda finding: finding.rank)
    return StageReading(finding, _because(finding, readings), readings, now)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one look needs of the plan and the counts, worked out once.

    `cells` are all that the stage has counted, `fresh` what it has counted since it reached its last region.
    """

    plan: RampPlan
    stage: Stage
    carried: tuple[CellCounts, ...]
    parts: int
    cells: tuple[CellCounts, ...]
    fresh: tuple[CellCounts, ...]
    minutes: float | None
    candidate_units: int
    control_units: int
    is_shared: bool
    alpha: float
    beta: float


def _look(
    plan: RampPlan, stage: int, counts: Sequence[StageCounts], alpha: float, beta: float, minutes: float | None
) -> _Look:
    here = next((part for part in counts if part.stage == stage), StageCounts(stage, {}))
    cells = tuple(here.cells.values())
    fresh = cells if here.proof is None else tuple(here.proof.values())
    begins = carrying.carried_from(plan)
    first = begins[stage - 1]
    return _Look(
        plan=plan,
        stage=plan.stages[stage - 1],
        carried=tuple(
            cell if part.stage == first else _newly_bad(cell)
            for part in counts
            if first <= part.stage <= stage
            for cell in part.cells.values()
        ),
        parts=len(set(begins)),
        cells=cells,
        fresh=fresh,
        minutes=minutes,
        candidate_units=sum(cell.candidate_units for cell in fresh),
        control_units=sum(cell.control_units for cell in fresh),
        is_shared=not cells or any(0.0 < cell.share < 1.0 for cell in cells),
        alpha=alpha,
        beta=beta,
    )


def _newly_bad(cell: CellCounts) -> CellCounts:
    """Leave out who was counted as bad at this share in the stage before already: it is carried."""
    if not cell.candidate_again and not cell.control_again:
        return cell
    mine = {name: bad - cell.candidate_again.get(name, 0) for name, bad in cell.candidate_bad.items()}
    theirs = {name: bad - cell.control_again.get(name, 0) for name, bad in cell.control_bad.items()}
    return replace(cell, candidate_bad=mine, control_bad=theirs)


def _relative(plan: RampPlan) -> tuple[str, ...]:
    """List the guardrails that some stage has a floor for: they are compared in every stage."""
    return tuple(dict.fromkeys(floor.guardrail for stage in plan.stages for floor in stage.floors))


def _rates(plan: RampPlan) -> list[str]:
    """List the guardrail of each absolute rate limit, once for each stage that tests it."""
    return [slo.guardrail for stage in plan.stages for slo in stage.slos if slo.kind is LimitKind.RATE]


def _read_sample_ratio(look: _Look) -> Reading:
    """Check all that the stage has counted, and by itself what promotion rests on."""
    needed = -log(sample_ratio.ALPHA)
    evidence, read = max(((_mismatch(cells), cells) for cells in _spans(look)), key=lambda pair: pair[0])
    told = read if evidence >= needed else look.fresh
    mine, theirs = _units(told)
    expected = sample_ratio.expected_units(sample_ratio.units_of(told))
    if evidence >= needed:
        finding, because = Finding.ERROR, say.mismatch(mine, theirs, expected)
    elif not mine:
        finding, because = Finding.NO_DATA, _nobody(look)
    else:
        finding, because = Finding.PASS, say.fits(mine, theirs, expected)
    return Reading(
        guardrail=SAMPLE_RATIO,
        finding=finding,
        because=because,
        e_value=_value(evidence),
        e_bound=1.0 / sample_ratio.ALPHA,
        candidate_units=mine,
        control_units=theirs,
    )


def _spans(look: _Look) -> tuple[tuple[CellCounts, ...], ...]:
    """Return what promotion rests on and all that the stage has counted, where that is more."""
    return (look.fresh,) if look.fresh is look.cells else (look.fresh, look.cells)


def _mismatch(cells: tuple[CellCounts, ...]) -> float:
    """Return the log of the evidence that these counts do not fit the share of the buckets."""
    return sample_ratio.log_mismatch(sample_ratio.units_of(cells)) if _units(cells)[1] else 0.0


def _units(cells: tuple[CellCounts, ...]) -> tuple[int, int]:
    """Count the units of both arms, the candidate's first."""
    return sum(cell.candidate_units for cell in cells), sum(cell.control_units for cell in cells)


def _distrusted(look: _Look, reading: Reading, ratio: Reading) -> Reading:
    """Let no comparison stand on counts that do not fit; harm stands where only those for the proof do not."""
    if reading.finding is Finding.HARM and _mismatch(look.cells) < -log(sample_ratio.ALPHA):
        return reading
    return replace(reading, finding=Finding.ERROR, because=ratio.because)


def _nobody(look: _Look) -> str:
    return say.NOBODY_SINCE if _units(look.cells)[0] else say.NOBODY


def _read_relative(look: _Look, guardrail: str) -> Reading:
    alpha = look.alpha / 2.0 / len(_relative(look.plan)) / look.parts
    evidence = labels.log_harm(labels.strata_of(look.carried, guardrail))
    floor = next((floor.ratio for floor in look.stage.floors if floor.guardrail == guardrail), None)
    is_harm = evidence >= -log(alpha)
    told = look.cells if is_harm else look.fresh
    arms = _arms(told, guardrail, [(cell.candidate_bad, cell.control_bad) for cell in told])
    ratio = labels.ratio_of(told, guardrail)
    if is_harm:
        proof = _Proof(Finding.HARM, say.harm(arms, ratio, _value(evidence), 1.0 / alpha))
    else:
        proof = _prove(look, arms, floor)
    return Reading(
        guardrail=guardrail,
        finding=proof.finding,
        because=proof.because,
        floor=floor is not None,
        bound=floor,
        ratio=ratio,
        ruled_out=proof.ruled_out,
        wait_minutes=proof.wait_minutes,
        e_value=_value(evidence),
        e_bound=1.0 / alpha,
        candidate_units=arms.candidate_units,
        control_units=arms.control_units,
        candidate_bad=arms.candidate_bad,
        control_bad=arms.control_bad,
    )


class _Proof(NamedTuple):
    """What a stage has ruled out of a relative harm, and how far it is from what its floor asks."""

    finding: Finding
    because: str
    ruled_out: float | None = None
    wait_minutes: float | None = None


def _prove(look: _Look, arms: say.Arms, floor: float | None) -> _Proof:
    missing = _nothing_to_read(look)
    if missing:
        is_silent = floor is not None or not look.candidate_units
        return _Proof(Finding.NO_DATA if is_silent else Finding.PASS, missing)
    strata = labels.strata_of(look.fresh, arms.guardrail)
    beta = look.beta / (len(look.stage.floors) or len(_relative(look.plan)))
    margins = labels.MARGINS if floor is None else (*labels.MARGINS, floor)
    ruled_out = labels.smallest_ruled_out(strata, beta, margins)
    if floor is None:
        return _Proof(Finding.PASS, say.watched(arms, ruled_out), ruled_out)
    if look.minutes is None:
        return _Proof(Finding.CONTINUE, say.reaching(arms, floor), ruled_out)
    if ruled_out is not None and ruled_out <= floor:
        return _Proof(Finding.PASS, say.proved(arms, ruled_out, floor), ruled_out, 0.0)
    wait = labels.minutes_to_rule_out(strata, floor, beta, look.minutes)
    return _Proof(Finding.CONTINUE, say.waiting(arms, wait, floor), ruled_out, wait)


def _arms(
    cells: tuple[CellCounts, ...], guardrail: str, counts: list[tuple[Mapping[str, int], Mapping[str, int]]]
) -> say.Arms:
    """Sum one guardrail's counts of both arms over some cells."""
    candidate = control = 0
    for mine, theirs in counts:
        candidate += mine.get(guardrail, 0)
        control += theirs.get(guardrail, 0)
    mine, theirs = _units(cells)
    return say.Arms(guardrail, candidate, mine, control, theirs)


def _nothing_to_read(look: _Look) -> str:
    if not look.candidate_units:
        return _nobody(look)
    if not look.is_shared:
        return say.EVERYONE
    return "" if look.control_units else say.NOBODY_BESIDE


def _read_rate(look: _Look, slo: Slo) -> Reading:
    """Test the rate of first calls in this stage; the current unit's rate at the same time decides whose fault."""
    tests = _rates(look.plan)
    needed = -log(look.alpha / 2.0 / len(set(tests)) / tests.count(slo.guardrail))
    counts = [(cell.candidate_first_bad, cell.control_first_bad) for cell in look.cells]
    arms = _arms(look.cells, slo.guardrail, counts)
    evidence = limits.log_above(arms.candidate_bad, arms.candidate_units, slo.limit)
    finding, because = _find_rate(arms, slo.limit, evidence, needed)
    if finding is Finding.PASS and not look.candidate_units:
        finding, because = Finding.NO_DATA, _nobody(look)
    return Reading(
        guardrail=slo.guardrail,
        finding=finding,
        because=because,
        limit=slo.limit,
        e_value=_value(evidence),
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


def _read_mean(look: _Look, slo: Slo) -> Reading:
    """Read a mean since the stage reached its last region and over all of it; the worse of the two counts."""
    finding, because = max((_find_mean(look, slo, cells) for cells in _spans(look)), key=lambda found: found[0].rank)
    return Reading(
        guardrail=slo.guardrail,
        finding=finding,
        because=because,
        limit=slo.limit,
        candidate_units=look.candidate_units,
        control_units=look.control_units,
    )


def _find_mean(look: _Look, slo: Slo, cells: tuple[CellCounts, ...]) -> tuple[Finding, str]:
    if not _units(cells)[0]:
        return Finding.NO_DATA, _nobody(look)
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


def _weight(reading: Reading) -> Finding:
    """Return what a reading counts for in its stage: only floors are waited for."""
    if reading.finding is Finding.CONTINUE and not reading.floor:
        return Finding.PASS
    return reading.finding


def _because(finding: Finding, readings: Sequence[Reading]) -> str:
    """Name what decided: each guardrail with the stage's finding, said once."""
    floors = [reading for reading in readings if reading.floor]
    if finding is Finding.PASS and not floors:
        return say.NO_FLOOR
    chosen = floors if finding in (Finding.PASS, Finding.CONTINUE) else readings
    return "; ".join(dict.fromkeys(reading.because for reading in chosen if reading.finding is finding))


def _value(evidence: float) -> float:
    return exp(min(evidence, LARGEST_LOG))
