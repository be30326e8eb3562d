"""Is a mean worse than beside it, or above a limit?

An asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas, arXiv:2103.06476), one-sided, with
the variance of single intervals: users who ask again within minutes and noise that an arm has for a while make
intervals differ, and so widen it by themselves (reference "canary statistics" 4.3, R). It is not exact, and so it is
asked only after 20 intervals.

Each interval gives two numbers: `gap`, how much the candidate has too much, and `weight`, how much gap a difference
of 1 makes. With n and m scores of the arms in a cell the weight is n m / (n + m), and the gap that times the
difference of the means; cells of an interval add up. The difference is then gaps / weights.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, reduce
from math import erfc, inf, log, pi, sqrt

from leverframe.nouns.minutes import NOTHING, Interval, Moments

LEAST_INTERVALS = 20
BEST_AT_INTERVALS = 60.0
"""The mixture is narrowest after so many intervals."""
STEPS = 60


def moments(intervals: Iterable[Interval], before: Moments = NOTHING) -> Moments:
    """Add intervals, one after the other, to what was summed before; one without weight is passed over.

    Added singly or together, in the same order, they give the same to the last bit.
    """
    return reduce(_with, (each for each in intervals if each.weight > 0.0), before)


def _with(seen: Moments, new: Interval) -> Moments:
    gap, weight = new.gap, new.weight
    return Moments(
        seen.intervals + 1,
        seen.gap + gap,
        seen.weight + weight,
        seen.gap_gap + gap * gap,
        seen.gap_weight + gap * weight,
        seen.weight_weight + weight * weight,
    )


def turned(seen: Moments) -> Moments:
    """Return the moments of the opposite difference: control less candidate."""
    return seen._replace(gap=-seen.gap, gap_weight=-seen.gap_weight)


def of_mean(cells: Iterable[tuple[int, float]]) -> Interval:
    """Return an interval of one arm's own scores: n and sum in each cell. Its "difference" is their mean."""
    counted = list(cells)
    return Interval(sum(total for _, total in counted), float(sum(n for n, _ in counted)))


def of_means(cells: Iterable[tuple[int, float, int, float]]) -> Interval:
    """Return an interval of scores: (candidate's n and sum, control's n and sum) in each cell; higher is more."""
    gap = weight = 0.0
    for n, total, m, other in cells:
        if n and m:
            here = n * m / (n + m)
            gap, weight = gap + here * (total / n - other / m), weight + here
    return Interval(gap, weight)


def difference(seen: Moments) -> float:
    """Return the estimated difference, candidate minus control."""
    return seen.gap / seen.weight if seen.weight else 0.0


def log_above(seen: Moments, limit: float = 0.0) -> float:
    """Return the log of the evidence against "the candidate's mean is at most `limit` above the control's"."""
    scale = _scale(seen)
    if scale is None:
        return 0.0
    return _log_evidence(seen.intervals, (difference(seen) - limit) / scale)


def lower_bound(seen: Moments, alpha: float) -> float:
    """Return what the difference is at least, at all looks with probability 1 - alpha; -inf where that is unknown."""
    scale = _scale(seen)
    return -inf if scale is None else difference(seen) - _reach(seen.intervals, alpha) * scale


def upper_bound(seen: Moments, alpha: float) -> float:
    """Return what the difference is at most, at all looks with probability 1 - alpha; inf where that is unknown."""
    scale = _scale(seen)
    return inf if scale is None else difference(seen) + _reach(seen.intervals, alpha) * scale


def standard_error(seen: Moments) -> float | None:
    """Return the standard error of the difference at one look, by the scatter of intervals; None where it is unknown.

    For what is told once, and not for a rule that looks again and again.
    """
    scale = _scale(seen)
    return None if scale is None else scale * sqrt(seen.intervals)


def _scale(seen: Moments) -> float | None:
    """Return what a difference is divided by, so that it is a sum of as many terms of variance 1 as intervals."""
    if seen.intervals < LEAST_INTERVALS:
        return None
    value = difference(seen)
    squares = seen.gap_gap + value * value * seen.weight_weight - 2.0 * value * seen.gap_weight
    least = 1e-12 * (seen.gap_gap + seen.weight_weight)
    return sqrt(max(squares, least) / seen.intervals) / seen.weight


def _log_evidence(intervals: int, standard_sum: float) -> float:
    """Return the log of the one-sided normal mixture (Robbins 1970) of a sum of `intervals` terms of variance 1."""
    wide = 1.0 + _spread() * intervals
    reach = standard_sum * sqrt(_spread() / wide)
    return log(2.0) - log(wide) / 2.0 + reach * reach / 2.0 + _log_normal_cdf(reach)


@lru_cache(maxsize=4096)
def _reach(intervals: int, alpha: float) -> float:
    """Return the sum from which on the evidence reaches 1/alpha."""
    low, high = 0.0, 10.0 * sqrt(intervals) * (1.0 - log(alpha))
    for _ in range(STEPS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if _log_evidence(intervals, middle) >= -log(alpha) else (middle, high)
    return high


@lru_cache(maxsize=1)
def _spread(alpha: float = 0.05) -> float:
    """Return the variance of the mixture: the best at `BEST_AT_INTERVALS` (arXiv:2103.06476, appendix B.2)."""
    tail = -2.0 * log(2.0 * alpha)
    return (tail + log(1.0 + tail)) / BEST_AT_INTERVALS


def _log_normal_cdf(value: float) -> float:
    """Return the log of the normal distribution, far below too, where it is nearly a power of e."""
    if value > -30.0:
        return log(0.5 * erfc(-value / sqrt(2.0)))
    return -value * value / 2.0 - log(-value * sqrt(2.0 * pi))
