"""When do our rules roll back, minute by minute, and when do rules that know the harm?

Each judge says of a world in which minute (from 1) each run is rolled back first, 0 where it never is. The rules are
the product's own functions, called as the clock calls them: once a minute, with whole counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import log

import numpy as np
from worlds import Events

from leverframe.rules.evidence import betting, differences, starts
from leverframe.rules.evidence.means import log_beyond

Judge = Callable[[Events], np.ndarray]


def label_process(alpha: float, stages: tuple[int, ...] = ()) -> Judge:
    """Judge by the label e-process; `stages` are the bakes that have processes which begin later."""

    def judge(world: Events) -> np.ndarray:
        return np.array([_first(_label_evidence(run, stages), alpha) for run in _runs(world)])

    return judge


def label_sprt(alpha: float) -> Judge:
    """Judge as who knows the ratio: Wald's test on the labels of bad events."""

    def judge(world: Events) -> np.ndarray:
        events = world.bad + world.other_bad
        gain = world.bad * log(world.ratio) - events * np.log1p(world.share * (world.ratio - 1.0))
        return first_minute(gain.cumsum(axis=1) >= -log(alpha))

    return judge


def full_sprt(alpha: float) -> Judge:
    """Judge as who knows both rates: Wald's test on the candidate's counts alone, the least that anything needs."""

    def judge(world: Events) -> np.ndarray:
        worse = min(world.ratio * world.rate, 1.0 - 1e-9)
        good = world.units - world.bad
        gain = world.bad * log(worse / world.rate) + good * log((1.0 - worse) / (1.0 - world.rate))
        return first_minute(gain.cumsum(axis=1) >= -log(alpha))

    return judge


def score_differences(alpha: float, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Judge scores as a limit on their fall does: by the asymptotic sequence, and by bets on a collapse."""
    return np.array(
        [
            _first(_score_evidence(a.sum(axis=1), b.sum(axis=1), a.shape[1]), alpha)
            for a, b in zip(mine, theirs, strict=True)
        ]
    )


def score_bets(alpha: float, mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Judge scores by betting on pairs."""
    return np.array([_first(_bet_evidence(theirs[run] - mine[run]), alpha) for run in range(len(mine))])


def first_minute(reached: np.ndarray) -> np.ndarray:
    """Return the first minute (from 1) of each run in which something holds, 0 where it never does."""
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1, 0)


def _first(evidence: Iterator[float], alpha: float) -> int:
    needed = -log(alpha)
    return next((minute for minute, value in enumerate(evidence, start=1) if value >= needed), 0)


def _runs(world: Events) -> Iterator[list[tuple[float, ...]]]:
    """Yield each run as rows of plain numbers: the share, and both arms' bad."""
    shares = world.share.tolist()
    for run in range(len(world.bad)):
        yield list(zip(shares, world.bad[run].tolist(), world.other_bad[run].tolist(), strict=True))


def _label_evidence(run: list[tuple[float, ...]], stages: tuple[int, ...]) -> Iterator[float]:
    """Yield the log of the evidence after each minute, as the ramp carries it from stage to stage."""
    carried: dict[float, list[int]] = {}
    marks, planned = _marks(run, stages), starts.LATER * len(stages)
    begun: list[tuple[int, int]] = []
    come = 0
    for minute, (share, bad, other) in enumerate(run):
        if share not in carried:
            carried[share], begun = [0, 0], []
        if minute in marks:
            begun, come = [*begun, (carried[share][0], carried[share][1])], come + 1
        here = carried[share]
        here[0], here[1] = here[0] + int(bad), here[1] + int(other)
        since = [{share: (here[0] - a, here[1] - b)} for a, b in begun]
        strata = {each: (a, b) for each, (a, b) in carried.items()}
        yield starts.log_harm(strata, since, planned - come, planned)


def _marks(run: list[tuple[float, ...]], stages: tuple[int, ...]) -> frozenset[int]:
    """Return the minutes in which processes begin, each stage with a bake in `stages` from its own beginning."""
    shares = [share for share, *_ in run]
    begins = [at for at in range(len(shares)) if at == 0 or shares[at] != shares[at - 1]]
    lengths = [end - begin for begin, end in zip(begins, [*begins[1:], len(shares)], strict=True)]
    long = [(begin, length) for begin, length in zip(begins, lengths, strict=True) if length in stages]
    return frozenset(begin + int(at) for begin, length in long for at in starts.later_starts(length))


def _score_evidence(mine: np.ndarray, theirs: np.ndarray, each: int) -> Iterator[float]:
    seen, wealth = differences.Moments(), betting.NO_BLOCKS
    for a, b in zip(mine.tolist(), theirs.tolist(), strict=True):
        seen = differences.moments([differences.of_means([(each, -a, each, -b)])], seen)
        wealth = betting.bet_on_block(wealth, b / each, a / each, 0.0)
        yield log_beyond(seen, wealth, 0.0)


def _bet_evidence(losses: np.ndarray) -> Iterator[float]:
    wealth = betting.NOTHING
    for minute in losses.tolist():
        wealth = betting.bet(wealth, minute)
        yield betting.log_wealth(wealth)
