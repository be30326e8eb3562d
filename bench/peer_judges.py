"""When would the canary controllers that others use roll back?

Their published rules, written down again from their sources (the house's reference on canary statistics, 2), and the
tests that people write by hand. Judges as in `our_judges.py`.
"""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np
from our_judges import Judge, first_minute
from worlds import Events

Z_05, Z_98 = 1.6448536269514722, 2.3263478740408408
TOLERANCE = 0.25


def z_test(every: int) -> Judge:
    """Judge by a one-sided z-test at 5 % of all that was counted, every so many minutes."""

    def judge(world: Events) -> np.ndarray:
        reached = _z(world) > Z_05
        return first_minute(reached & _at(every, reached.shape[1]))

    return judge


def group_sequential(looks: int) -> Judge:
    """Judge by O'Brien and Fleming's bounds at so many looks, the last of them known beforehand."""

    def judge(world: Events) -> np.ndarray:
        values = _z(world)
        minutes = values.shape[1]
        every = minutes // looks
        bound = _obrien_fleming(looks) / np.sqrt(np.arange(1, minutes + 1) / minutes)
        return first_minute((values > bound) & _at(every, minutes))

    return judge


def flagger(times: float, threshold: int) -> Judge:
    """Judge as Flagger does: each minute a check, and a rollback at so many failed checks in all.

    A check is what its users write: the canary's rate is above so many times the usual one.
    """

    def judge(world: Events) -> np.ndarray:
        failed = _rate(world.bad, world.units) > times * world.rate
        return first_minute(failed.cumsum(axis=1) >= threshold)

    return judge


def argo(every: int, times: float, failure_limit: int) -> Judge:
    """Judge as Argo Rollouts does: a measurement of the last minutes, and a rollback above so many failed ones.

    A measurement is as for Flagger.
    """

    def judge(world: Events) -> np.ndarray:
        bad, units = (_window(each, every) for each in (world.bad, world.units))
        failed = (_rate(bad, units) > times * world.rate) & _at(every, world.bad.shape[1])
        return first_minute(failed.cumsum(axis=1) > failure_limit)

    return judge


def kayenta(every: int) -> Judge:
    """Judge as Kayenta's NetflixACAJudge does: the growing window of minute rates, again every so many minutes."""

    def judge(world: Events) -> np.ndarray:
        mine, theirs = _rate(world.bad, world.units), _rate(world.other_bad, world.other_units)
        return np.array([_kayenta(a, b, every) for a, b in zip(mine, theirs, strict=True)])

    return judge


def _kayenta(mine: np.ndarray, theirs: np.ndarray, every: int) -> int:
    """High iff the lower bound of the shift's 98 % interval lies above a quarter of the shift: the run ends."""
    for minute in range(every, len(mine) + 1, every):
        shifts = np.subtract.outer(mine[:minute], theirs[:minute]).ravel()
        deviation = sqrt(minute * minute * (2 * minute + 1) / 12.0)
        lowest = max(0, int(minute * minute / 2.0 - Z_98 * deviation))
        middle = len(shifts) // 2
        parted = np.partition(shifts, (lowest, middle))
        if parted[lowest] > TOLERANCE * abs(parted[middle]):
            return minute
    return 0


def _z(world: Events) -> np.ndarray:
    bad, units = world.bad.cumsum(axis=1), world.units.cumsum(axis=1)
    other, others = world.other_bad.cumsum(axis=1), world.other_units.cumsum(axis=1)
    pooled = (bad + other) / (units + others)
    spread = np.sqrt(pooled * (1.0 - pooled) * (1.0 / units + 1.0 / others))
    return np.divide(bad / units - other / others, spread, out=np.zeros_like(pooled), where=spread > 0)


def _at(every: int, minutes: int) -> np.ndarray:
    return np.arange(1, minutes + 1) % every == 0


def _window(counts: np.ndarray, every: int) -> np.ndarray:
    """Sum the last minutes before each minute."""
    sums = counts.cumsum(axis=1)
    return sums - np.pad(sums, ((0, 0), (every, 0)))[:, : sums.shape[1]]


def _rate(bad: np.ndarray, units: np.ndarray) -> np.ndarray:
    return bad / np.maximum(units, 1)


@cache
def _obrien_fleming(looks: int) -> float:
    """Return the constant of the one-sided bounds at 5 %, from simulated random walks."""
    chance = np.random.default_rng(20)
    walk = chance.standard_normal((200_000, looks)).cumsum(axis=1) / sqrt(looks)
    return float(np.quantile(walk.max(axis=1), 0.95))
