"""Are more people harmed on the candidate than beside it, and which harm is ruled out?

The label e-process (Lindon & Malek, arXiv:2011.03567; reference "canary statistics" 4.2(a)). Look only at units
that met a bad event. If the candidate is no worse, each of them is a candidate unit with probability `share`,
because the buckets say so; if it harms `r` times as many people, with probability

    q_r = share * r / (share * r + 1 - share)

whatever the base rate is and however it moves. With `a` candidate units among the `n` that met it, the log
likelihood of ratio r against ratio 1 is, in one stratum,

    a * log(r) - n * log(1 + share * (r - 1))

and strata (stages, cells) add. Averaged over fixed ratios above 1, with fixed weights, it is an e-process against
"no harm": by Ville's inequality it reaches 1/alpha with probability at most alpha, however often one looks. The same
sums against ratio M, averaged over ratios below M, prove "fewer than M times as many".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import exp, inf, log, log1p

from leverframe.nouns.evidence import CellCounts

Strata = Mapping[float, tuple[float, float]]
"""Units that met a bad event, as share -> (candidate, control), in ascending order of share; whole numbers where they
were counted, others where they are expected."""

Mixture = tuple[tuple[float, float], ...]
"""Ratios, each with its weight; the weights add up to 1."""

HARM: Mixture = ((1.1, 0.07), (1.25, 0.36), (1.5, 0.18), (2.0, 0.20), (3.0, 0.13), (6.0, 0.06))
"""The relative risks that the rollback evidence is averaged over. A weight w costs log(1/w) of evidence before harm
of that ratio is seen, and small harm has the least to spare: most weight lies where a stage is just long enough."""

PROOF_RATIOS = (0.9, 1.0)
"""The relative risks for which a promotion proof is sought; all lie below every margin."""

MARGINS = (1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 20.0)
"""The harms that a reading tries to rule out, beside the one that the floor asks."""


def strata_of(cells: Iterable[CellCounts], guardrail: str) -> dict[float, tuple[int, int]]:
    """Sum one guardrail's bad units by share; a cell where all or none have the candidate tells nothing."""
    sums: dict[float, tuple[int, int]] = {}
    for cell in cells:
        if 0.0 < cell.share < 1.0:
            candidate, control = sums.get(cell.share, (0, 0))
            candidate += cell.candidate_bad.get(guardrail, 0)
            control += cell.control_bad.get(guardrail, 0)
            sums[cell.share] = (candidate, control)
    return dict(sorted(sums.items()))


def log_harm(strata: Strata) -> float:
    """Return the log of the evidence against "no more people are harmed than beside it"."""
    return log_mixture(HARM, strata)


@lru_cache(maxsize=64)
def evenly(ratios: tuple[float, ...]) -> Mixture:
    """Give each ratio the same weight."""
    return tuple((ratio, 1.0 / len(ratios)) for ratio in ratios)


def log_mixture(mixture: Mixture, strata: Strata) -> float:
    """Return the log of the weighted mean of likelihoods, each over all strata, against ratio 1."""
    values = _log_likelihoods(_ratios(mixture), strata)
    highest = max(values)
    return highest + log(sum(w * exp(value - highest) for (_, w), value in zip(mixture, values, strict=True)))


def smallest_ruled_out(strata: Strata, beta: float, margins: Iterable[float] = MARGINS) -> float | None:
    """Return the smallest of `margins` that is ruled out at level `beta`, or None.

    Each margin has its own e-process, and the sets where they reach 1/beta are nested, so that naming the
    smallest costs nothing (a one-sided confidence sequence). Margins up to 1 are never ruled out.
    """
    ordered = tuple(sorted(margin for margin in margins if margin > 1.0))
    needed = log_mixture(evenly(PROOF_RATIOS), strata) + log(beta)
    against = _log_likelihoods(ordered, strata)
    return next((ratio for ratio, value in zip(ordered, against, strict=True) if value <= needed), None)


def minutes_to_rule_out(strata: Strata, ratio: float, beta: float, minutes: float) -> float | None:
    """Return how much longer it takes to rule out `ratio`, if nobody is harmed and traffic stays as it was.

    `minutes` is how long the counts took. None where no event has been met, so that no rate is known.
    """
    if minutes <= 0 or ratio <= 1.0 or not any(sum(pair) for pair in strata.values()):
        return None
    below = tuple(r for r in PROOF_RATIOS if r < ratio)
    here = _log_likelihoods((*below, ratio), strata)
    gains = [_gain(strata, r, ratio) / minutes for r in below]
    goal = log(len(below)) - log(beta)
    waits = [(goal - (value - here[-1])) / gain for value, gain in zip(here, gains, strict=False) if gain > 0]
    return max(0.0, min(waits, default=inf)) if waits else None


def ratio_of(cells: Iterable[CellCounts], guardrail: str) -> float | None:
    """Return how many times as many people met it, like with like in each cell (Mantel-Haenszel)."""
    above = below = 0.0
    for cell in cells:
        units = cell.candidate_units + cell.control_units
        if units and 0.0 < cell.share < 1.0:
            above += cell.candidate_bad.get(guardrail, 0) * cell.control_units / units
            below += cell.control_bad.get(guardrail, 0) * cell.candidate_units / units
    return above / below if below else None


def _gain(strata: Strata, alternative: float, ratio: float) -> float:
    """Expect the log evidence that the same number of events brings when nobody is harmed."""
    gain = 0.0
    for share, (candidate, control) in strata.items():
        per_event = share * (log(alternative) - log(ratio))
        per_event -= log1p(share * (alternative - 1.0)) - log1p(share * (ratio - 1.0))
        gain += (candidate + control) * per_event
    return gain


def _log_likelihoods(ratios: tuple[float, ...], strata: Strata) -> list[float]:
    """Return the log likelihood of each ratio against ratio 1: integers first, one product per stratum."""
    candidates = sum(candidate for candidate, _ in strata.values())
    values = [candidates * step for step in _logs(ratios)]
    for share, (candidate, control) in strata.items():
        events = candidate + control
        if events:
            values = [value - events * step for value, step in zip(values, _odds(ratios, share), strict=True)]
    return values


@lru_cache(maxsize=64)
def _ratios(mixture: Mixture) -> tuple[float, ...]:
    return tuple(ratio for ratio, _ in mixture)


@lru_cache(maxsize=4096)
def _logs(ratios: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(log(ratio) for ratio in ratios)


@lru_cache(maxsize=8192)
def _odds(ratios: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple(log1p(share * (ratio - 1.0)) for ratio in ratios)
