"""Does a bounded score fall, judged from few pairs or blocks?

Betting (Waudby-Smith & Ramdas, arXiv:2010.09686). A score lies in [0, 1]; `loss` is how much lower the candidate's
is than the control's, of the same prompt (a pair) or on average of one interval (a block), in [-1, 1]. Whoever bets a
part of their money on losses above `limit`, at odds that are fair if they are at most that, cannot expect to win:

    wealth *= 1 + bet * (loss - limit) / (1 + limit)

The mean over fixed bets is an e-process, exact for every distribution of scores and every number of pairs. It is
slower than `differences.py`, which needs twenty intervals to be trusted.

Of a block both means are known, and so each is bet on by itself, about a middle: the control's being above it, the
candidate's, with the limit allowed, below it.

    wealth *= (1 + stake * (control - MIDDLE)) * (1 - stake * (candidate + limit - MIDDLE))

Where the candidate is at most `limit` lower, a common level above the middle loses by the second what it wins by the
first, and more; one below it likewise. So nobody wins on average, however the level moves, as long as the two means
do not move against each other by chance. A collapse is seen in about half of the blocks that their difference alone
would need: a stake on that is at most 1, for it could be as low as -1.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import exp, log, log1p

BETS = tuple(0.03 * 33.0 ** (place / 11.0) for place in range(12))
"""Twelve bets from 0.03 to 0.99 of the money, evenly spaced on the scale of their logarithm."""

MIDDLE = 0.6
"""Scores of what people are served are mostly high; while both stay so, little is lost by waiting for a collapse."""
STAKES = (0.5, 0.75, 0.95)
"""Parts of the largest stake that can be lost: all are large, because small falls are seen by `differences.py`."""

Wealth = tuple[float, ...]
"""The log of what each bet has become; those of two spans of time add up."""
NOTHING: Wealth = (0.0,) * len(BETS)
NO_BLOCKS: Wealth = (0.0,) * len(STAKES)


def bet(wealth: Wealth, losses: Iterable[float], limit: float = 0.0) -> Wealth:
    """Return the wealth after further losses (each in [-1, 1], raises ValueError) against a limit in [0, 1)."""
    logs = list(wealth)
    for loss in losses:
        if not -1.0 <= loss <= 1.0:
            raise ValueError(f"a loss of {loss}: scores lie in [0, 1]")
        gain = (loss - limit) / (1.0 + limit)
        logs = [value + log1p(bet * gain) for value, bet in zip(logs, BETS, strict=True)]
    return tuple(logs)


def bet_on_block(wealth: Wealth, control: float, candidate: float, limit: float) -> Wealth:
    """Return the wealth after one more block of both arms' means (each in [0, 1]) against a limit in [0, 1]."""
    largest = 1.0 / max(MIDDLE, 1.0 + limit - MIDDLE)
    above, below = largest * (control - MIDDLE), largest * (MIDDLE - limit - candidate)
    return tuple(
        value + log1p(stake * above) + log1p(stake * below) for value, stake in zip(wealth, STAKES, strict=True)
    )


def log_wealth(wealth: Wealth) -> float:
    """Return the log of the evidence against "the score falls by at most the limit, on average"."""
    highest = max(wealth)
    return highest + log(sum(exp(value - highest) for value in wealth) / len(wealth))
