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

From worst to best: harm, error, both_above, no_data, continue, pass. A stage is as good as its worst
guardrail, but only floors are waited for: a mean that still `continue`s does not keep a stage from passing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import log

from leverframe.nouns.evidence import CellCounts, Finding, Reading, StageCounts, StageReading
from leverframe.nouns.metric_states import MetricState
from leverframe.nouns.ramps import LimitKind, RampPlan
from leverframe.rules.evidence import sample_ratio, silence
from leverframe.rules.evidence import words as say
from leverframe.rules.evidence.looks import Look, look_at, units_of, value_of
from leverframe.rules.evidence.means import FAIRNESS, FAIRNESS_METRIC, read_mean
from leverframe.rules.evidence.relative import read_relative
from leverframe.rules.evidence.slos import read_rate
from leverframe.rules.metric_states import finding_of

COMPARED = (LimitKind.FALL, LimitKind.RISE)
"""The limits on a mean that compare it with the control's."""


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
    has still regions to reach. Of later stages there are counts only where a narrowed ramp has left them; to derive a
    past reading again, give the counts as they stood then.
    """
    look = look_at(plan, stage, counts, alpha, beta, stage_minutes)
    ratio = _read_sample_ratio(look, now)
    relative = [read_relative(look, guardrail) for guardrail in look.outline.compared]
    absolute = [read_rate(look, slo) for slo in look.stage.slos if slo.kind is LimitKind.RATE]
    mean = [read_mean(look, slo) for slo in look.stage.slos if slo.kind is not LimitKind.RATE]
    states = next((part.metrics for part in counts if part.stage == stage), {})
    mean = [_told_of(states.get(reading.guardrail), reading, look, now) for reading in mean]
    if ratio.finding is Finding.ERROR:
        relative = [_distrusted(look, reading, ratio) for reading in relative]
        mean = [_distrusted(look, each, ratio) if each.limit_kind in COMPARED else each for each in mean]
    readings = (*relative, *absolute, *mean, ratio)
    finding = max((_weight(reading) for reading in readings), key=lambda finding: finding.rank)
    return StageReading(finding, _because(finding, readings), readings, now)


def _read_sample_ratio(look: Look, now: datetime) -> Reading:
    """Check all that the stage has counted, and by itself what promotion rests on."""
    needed = -log(sample_ratio.ALPHA)
    evidence, read = max(((_mismatch(cells), cells) for cells in look.spans), key=lambda pair: pair[0])
    told = read if evidence >= needed else look.fresh
    mine, theirs = units_of(told)
    expected = sample_ratio.expected_units(sample_ratio.units_of(told))
    if evidence >= needed:
        finding, because = Finding.ERROR, say.mismatch(mine, theirs, expected)
    elif not mine:
        finding, because = Finding.NO_DATA, look.nobody
    elif silent := silence.silent_calls(look.heard, now, is_shared=look.is_shared):
        finding, because = Finding.NO_DATA, silent
    else:
        finding, because = Finding.PASS, say.fits(mine, theirs, expected)
    return Reading(
        guardrail=sample_ratio.NAME,
        finding=finding,
        because=because,
        e_value=value_of(evidence),
        e_bound=1.0 / sample_ratio.ALPHA,
        candidate_units=mine,
        control_units=theirs,
    )


def _mismatch(cells: tuple[CellCounts, ...]) -> float:
    """Return the log of the evidence that these counts do not fit the share of the buckets."""
    return sample_ratio.log_mismatch(sample_ratio.units_of(cells))


def _distrusted(look: Look, reading: Reading, ratio: Reading) -> Reading:
    """Let no comparison stand on counts that do not fit; harm stands where only those for the proof do not."""
    if reading.finding is Finding.HARM and _mismatch(look.cells) < -log(sample_ratio.ALPHA):
        return reading
    return replace(reading, finding=Finding.ERROR, because=ratio.because)


def _told_of(state: MetricState | None, reading: Reading, look: Look, now: datetime) -> Reading:
    """Let no mean stand on a source that fails or has stopped; the worse of the two counts."""
    if state is None:
        found = _fallen_silent(reading, look, now)
    else:
        found = finding_of(state, now, is_shared=look.is_shared)
    if found is None or reading.finding.rank > found[0].rank:
        return reading
    return replace(reading, finding=found[0], because=found[1])


def _fallen_silent(reading: Reading, look: Look, now: datetime) -> tuple[Finding, str] | None:
    """Say that a metric which is posted by call id comes no more, though there are calls."""
    if silence.silent_calls(look.heard, now, is_shared=look.is_shared):
        return None
    metric = FAIRNESS_METRIC if reading.guardrail == FAIRNESS else reading.guardrail
    beside = look.is_shared and reading.limit_kind in COMPARED
    silent = silence.silent_metric(look.heard, metric, now, beside=beside)
    return (Finding.NO_DATA, silent) if silent else None


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
