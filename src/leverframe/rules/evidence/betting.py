"""Does a bounded score fall, judged from few pairs or blocks?

Betting (Waudby-Smith & Ramdas, arXiv:2010.09686). A score lies in [0, 1]; `loss` is how much lower the candidate's
is than the control's, of the same prompt (a pair) or on average of one interval (a block), in [-1, 1]. Whoever bets a
part of their money on losses above `limit`, at odds that are fair if they are at most that, cannot expect to win:

    wealth *= 1 + bet * (loss - limit) / (1 + limit)

The mean over fixed bets is an e-process, exact for every distribution of scores and every number of pairs. It is
slower than `differences.py`, which needs twenty intervals to be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log, log1p

BETS = tuple(0.03 * 33.0 ** (place / 11.0) for place in range(12))
"""Twelve bets from 0.03 to 0.99 of the money, evenly spaced on the scale of their logarithm."""

Wealth = tuple[float, ...]
"""The log of what each bet has become; those of two spans of time add up."""
NOTHING: Wealth = (0.0,) * len(BETS)


def bet(wealth: Wealth, losses: Iterable[float], limit: float = 0.0) -> Wealth:
    """Return the wealth after further losses (each in [-1, 1], raises ValueError) against a limit in [0, 1)."""
    logs = list(wealth)
    for loss in losses:
        if not -1.0 <= loss <= 1.0:
            raise ValueError(f"a loss of {loss}: scores lie in [0, 1]")
        gain = (loss - limit) / (1.0 + limit)
        logs = [value + log1p(bet * gain) for value, bet in zip(logs, BETS, strict=True)]
    return tuple(logs)


def log_wealth(wealth: Wealth) -> float:
    """Return the log of the evidence against "the score falls by at most the limit, on average"."""
    highest = max(wealth)
    return highest + log(sum(exp(value - highest) for value in wealth) / len(wealth))
