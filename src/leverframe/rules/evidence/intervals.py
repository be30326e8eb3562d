"""Between which bounds does a ratio, a rate or a mean lie, however often one looks?

Each ratio r0 is a hypothesis of its own, "at most r0 times as many people are harmed", with an e-process of its own.
Under it a unit that met a bad event is a candidate unit with probability at most

    q(r0) = share * r0 / (1 + share * (r0 - 1))

so that the label process of `labels.py`, with q(r0) in place of the share, tests it against ratios above r0; at
r0 = 1 it is the evidence that rolls back, to the last bit. By Ville's inequality the true ratio's own process reaches
1/alpha with probability at most alpha, ever. So the ratios whose processes have not reached it hold the true one at
all times together with probability 1 - alpha: a confidence sequence. The evidence falls as r0 rises, and so do the
ratios that are rejected end at one bound: the largest that is shown. The ramp rolls back when that bound reaches 1.

The upper bound is the smallest ratio that is ruled out for promotion, on a finer ladder than a reading names. A rate
is bounded in the same way by the process of `limits.py`; from above by that of the calls that were not bad, whose
rate is one less the other. A mean has the bounds of its sequence (`differences.py`), each at its limit's level.

Bounds are looked for on fixed ladders, and each errs to the safe side by at most one rung.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from math import isfinite, log
from typing import NamedTuple

from leverframe.nouns.minutes import Moments
from leverframe.nouns.ramps import Slo
from leverframe.rules.evidence import means
from leverframe.rules.evidence.labels import Strata, smallest_ruled_out
from leverframe.rules.evidence.limits import log_above
from leverframe.rules.evidence.starts import log_harm

RATIOS = tuple(2.0 ** (rung / 16.0) for rung in range(-64, 65))
"""From a sixteenth to 16 times, each 4 % above the one before; 1 is one of them."""
ABOVE_ONE = tuple(ratio for ratio in RATIOS if ratio > 1.0)
RATES = tuple(10.0 ** (rung / 48.0) for rung in range(-192, 0))
"""From 0.01 % to 95 %, each 5 % above the one before."""


class Interval(NamedTuple):
    """What is shown and what is ruled out; None where nothing is."""

    lowest: float | None
    highest: float | None


NOTHING = Interval(None, None)


def largest_shown(carried: Strata, since: Sequence[Strata], to_come: int, planned: int, alpha: float) -> float | None:
    """Return the largest ratio r0 for which "at most r0 times as many" is rejected at `alpha`; None: none.

    What is carried, and since each later start, is as `starts.log_harm` takes it. At least 1: harm is shown.
    """

    def evidence(ratio: float) -> float:
        return log_harm(_beside(carried, ratio), [_beside(strata, ratio) for strata in since], to_come, planned)

    return _last(RATIOS, evidence, -log(alpha))


def smallest_excluded(proof: Strata, beta: float) -> float | None:
    """Return the smallest ratio above 1 for which "at least so many times as many" is rejected at `beta`, or None."""
    return smallest_ruled_out(proof, beta, ABOVE_ONE)


def bounds_of_rate(bad: int, units: int, alpha: float) -> Interval:
    """Return between which rates (0 to 1) that of `bad` among `units` lies, each bound at `alpha`."""
    needed = -log(alpha)
    lowest = _last(RATES, lambda rate: log_above(bad, units, rate), needed)
    first = bisect_left(RATES, True, key=lambda rate: log_above(units - bad, units, 1.0 - rate) >= needed)
    return Interval(lowest, RATES[first] if first < len(RATES) else None)


def bounds_of_mean(slo: Slo, seen: Moments, level: float) -> Interval:
    """Return between what a mean, or its distance from the control's, lies; each bound is at a limit's level."""
    ends = means.lower_bound(slo, seen, level), means.upper_bound(slo, seen, level)
    return Interval(*(end if isfinite(end) else None for end in ends))


def _beside(strata: Strata, ratio: float) -> Strata:
    """Return the strata as they read if `ratio` times as many were no harm at all."""
    return {share * ratio / (1.0 + share * (ratio - 1.0)): met for share, met in strata.items()}


def _last(ladder: Sequence[float], evidence: Callable[[float], float], needed: float) -> float | None:
    """Return the last rung with the evidence that is needed, where evidence falls from rung to rung."""
    first_without = bisect_left(ladder, True, key=lambda rung: evidence(rung) < needed)
    return ladder[first_without - 1] if first_without else None
