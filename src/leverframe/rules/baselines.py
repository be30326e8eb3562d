"""Do live calls score as staging promised?

The candidate's evals on the ticket were measured before it met people: on chosen cases, by another load. A live mean
of the same name that lies elsewhere is no harm by itself, which only the concurrent control can show; it says that
the evals did not foresee what people ask. So it is told beside the reading, and never decides.

Two means are called different where they lie further apart than chance lets expect in one look of twenty: by two
standard errors, of both together as far as they are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, hypot, log10

from leverframe.nouns.baselines import Baseline
from leverframe.nouns.evidence import CellCounts, Comparison, Direction, EvalResult, StageCounts
from leverframe.nouns.outcomes import bounds_of
from leverframe.nouns.staging import StagingRecord, StagingState
from leverframe.nouns.units import Unit
from leverframe.rules.evidence import differences
from leverframe.rules.evidence.means import NO_SUMS, NOTHING
from leverframe.rules.evidence.words import metric

ERRORS = 2.0
ALIKE = 6
"""What is equal to so many figures is equal."""


def baselines_of(
    results: Iterable[EvalResult], moves: Unit, here: StageCounts, staging: Sequence[StagingRecord]
) -> tuple[Baseline, ...]:
    """Hold each live mean of a stage against what was measured of the candidate as it stands, the worst first.

    Of several results of one suite and metric the last one counts: it was imported last. `staging` is what was done
    there with this ticket, the earliest first.
    """
    latest = {(one.suite, _name(one)): one for one in results if one.unit == moves and _is_alike(one)}
    is_staged = _stands(staging)
    found = (_baseline(name, one, here, is_staged=is_staged) for (_, name), one in latest.items())
    return tuple(sorted((each for each in found if each), key=_badness))


def _name(result: EvalResult) -> str:
    """Name a result as live scores are named: those of a locale by what stands after an @."""
    return f"{result.metric}@{result.slice}" if result.slice else result.metric


def _is_alike(result: EvalResult) -> bool:
    """Say whether a result lies where live scores of its name do: 91 is none of those from 0 to 1."""
    low, high = bounds_of(result.metric)
    return low <= result.value <= high


def _stands(staging: Sequence[StagingRecord]) -> bool:
    """Say whether the candidate as it stands is on staging, and was not taken back there."""
    mine = [record for record in staging if not record.earlier]
    return bool(mine) and mine[-1].state is StagingState.DEPLOYED


def _baseline(name: str, result: EvalResult, here: StageCounts, *, is_staged: bool) -> Baseline | None:
    """Hold one live mean against what was promised; nothing where nobody has scored it live."""
    (scores, total), (others, other) = _scored(here.cells.values(), name)
    if not scores:
        return None
    live, beside = total / scores, other / others if others else None
    error = differences.standard_error(here.minutes.means.get(name, NOTHING).candidate)
    comparison = _compared(live - result.value, error, result)
    promised = measured(result.value, error=result.standard_error)
    where = f"{'in staging' if is_staged else 'in the evals on the ticket'} (suite {result.suite})"
    moved = _moved(live - result.value, comparison, is_staged=is_staged)
    return Baseline(
        metric=name,
        suite=result.suite,
        live=live,
        scores=scores,
        beside=beside,
        live_error=error,
        staging=result.value,
        staging_error=result.standard_error,
        n=result.n,
        is_staged=is_staged,
        comparison=comparison,
        because=f"{metric(name)} is {live:.3g} on live calls, {promised} {where}: {moved}",
    )


def _scored(cells: Iterable[CellCounts], name: str) -> tuple[tuple[int, float], tuple[int, float]]:
    """Add up the scores of both arms, the candidate's first."""
    counted = list(cells)
    mine = [cell.candidate_sums.get(name, NO_SUMS) for cell in counted]
    theirs = [cell.control_sums.get(name, NO_SUMS) for cell in counted]
    return _sum(mine), _sum(theirs)


def _sum(sums: Iterable[tuple[int, float, float]]) -> tuple[int, float]:
    counted = list(sums)
    return sum(n for n, _, _ in counted), sum(total for _, total, _ in counted)


def _compared(difference: float, error: float | None, result: EvalResult) -> Comparison:
    chance = ERRORS * hypot(error or 0.0, result.standard_error or 0.0)
    if round(difference, ALIKE) == 0.0 or abs(difference) <= chance:
        return Comparison.UNCHANGED
    is_better = (difference > 0) is (result.direction is Direction.HIGHER)
    return Comparison.BETTER if is_better else Comparison.WORSE


def measured(value: float, *, error: float | None) -> str:
    """Say a mean with its standard error, both to the figure that the error leaves sure."""
    if not error:
        return f"{value:.3g}"
    figures = max(0, ceil(-log10(error)))
    return f"{value:.{figures}f} ± {error:.{figures}f}"


def _moved(difference: float, comparison: Comparison, *, is_staged: bool) -> str:
    who = "staging" if is_staged else "they"
    if comparison is Comparison.UNCHANGED:
        return f"as {who} promised"
    return f"{abs(difference):.2g} {'higher' if difference > 0 else 'lower'} than {who} promised"


def _badness(baseline: Baseline) -> tuple[int, str, str]:
    order = (Comparison.WORSE, Comparison.BETTER, Comparison.UNCHANGED)
    return order.index(baseline.comparison), baseline.metric, baseline.suite
