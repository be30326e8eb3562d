"""Is a mean beyond its limit?

An interim rule, until an anytime-valid estimator for means exists: it holds and pages, and never rolls back,
because looking at it every minute would find two standard errors by chance sooner or later. Means are beyond
their limit when the estimate lies more than two standard errors beyond it, with at least 30 scores in each arm
that is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, sqrt

from leverframe.nouns.evidence import CellCounts

LEAST_SCORES = 30
STANDARD_ERRORS = 2.0

Sums = tuple[int, float, float]
"""How many scores, their sum, the sum of their squares."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, or a difference of means, with its standard error and the scores of the smaller arm."""

    value: float
    standard_error: float
    scores: int

    def is_beyond(self, limit: float) -> bool:
        """Say whether it lies beyond the limit by more than chance would usually put it there."""
        return self.scores >= LEAST_SCORES and self.value - STANDARD_ERRORS * self.standard_error > limit


def mean_of(sums: Sequence[Sums]) -> Estimate | None:
    """Estimate the mean of one arm over all cells; None without a score."""
    scores = sum(n for n, _, _ in sums)
    if not scores:
        return None
    return Estimate(sum(total for _, total, _ in sums) / scores, sqrt(_variance(sums) / scores), scores)


def drift(cells: Iterable[CellCounts], metric: str) -> Estimate | None:
    """Estimate how far the candidate's mean lies below the control's, like with like in each cell.

    None where no cell has scores in both arms.
    """
    pairs = [(cell.candidate_sums.get(metric, NO_SUMS), cell.control_sums.get(metric, NO_SUMS)) for cell in cells]
    pairs = [pair for pair in pairs if pair[0][0] and pair[1][0]]
    if not pairs:
        return None
    candidate, control = _variance([pair[0] for pair in pairs]), _variance([pair[1] for pair in pairs])
    weights = [mine[0] * theirs[0] / (mine[0] + theirs[0]) for mine, theirs in pairs]
    total = sum(weights)
    value = spread = 0.0
    for (mine, theirs), weight in zip(pairs, weights, strict=True):
        value += weight * (theirs[1] / theirs[0] - mine[1] / mine[0]) / total
        spread += (weight / total) ** 2 * (candidate / mine[0] + control / theirs[0])
    return Estimate(
        value, sqrt(spread), min(sum(mine[0] for mine, _ in pairs), sum(theirs[0] for _, theirs in pairs))
    )


def locales_of(cells: Iterable[CellCounts], metric: str) -> tuple[str, ...]:
    """List the locales in which either arm has scores of `metric@<locale>`, in alphabetical order."""
    names = {name for cell in cells for name in (*cell.candidate_sums, *cell.control_sums)}
    return tuple(sorted(name.split("@", 1)[1] for name in names if name.startswith(f"{metric}@")))


NO_SUMS: Sums = (0, 0.0, 0.0)


def _variance(sums: Sequence[Sums]) -> float:
    """Pool the variance within cells; unknown (infinite) where each cell has one score at most."""
    freedom = sum(n - 1 for n, _, _ in sums if n)
    if freedom < 1:
        return inf
    return max(0.0, sum(squares - total * total / n for n, total, squares in sums if n)) / freedom
