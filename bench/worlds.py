"""What traffic does each cell of the canary table have?

After the house's reference on canary statistics, 4.3: 240 minutes, looked at once a minute. A world is many runs at
once: arrays of (runs, minutes), drawn from a seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, log

import numpy as np

MINUTES = 240
Draw = Callable[[np.random.Generator, float, int], "Events"]


@dataclass(frozen=True, slots=True)
class Events:
    """Units, and those that met a bad event, of both arms in each minute; `share` is of the buckets.

    `rate` is how many meet it where nobody is harmed, `ratio` how many times as many do on the candidate.
    """

    share: np.ndarray
    bad: np.ndarray
    units: np.ndarray
    other_bad: np.ndarray
    other_units: np.ndarray
    rate: float
    ratio: float

    def part(self, runs: int) -> Events:
        """Return the first so many runs."""
        arrays = (self.bad, self.units, self.other_bad, self.other_units)
        return Events(self.share, *(array[:runs] for array in arrays), self.rate, self.ratio)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the table: how its traffic is drawn at a harm (1: none), and at which harms it is measured."""

    name: str
    draw: Draw
    harms: tuple[float, ...]
    onset: int = 0


def events(rate: float, units: int, other: int, onset: int = 0) -> Draw:
    """Draw units that meet a bad event at a rate, `harm` times as often on the candidate from a minute on."""

    def draw(chance: np.random.Generator, harm: float, runs: int) -> Events:
        harms = np.where(np.arange(MINUTES) >= onset, harm, 1.0)
        return _binomial(chance, runs, rate * harms, np.full(MINUTES, rate), (units, other), rate, harm)

    return draw


def drifting(chance: np.random.Generator, harm: float, runs: int) -> Events:
    """Both arms' rate moves by 60 % up and down over the stage."""
    rate = 0.05 * (1.0 + 0.6 * np.sin(np.arange(MINUTES) * 2.0 * np.pi / MINUTES))
    return _binomial(chance, runs, rate * harm, rate, (50, 50), 0.05, harm)


def noisy(chance: np.random.Generator, harm: float, runs: int) -> Events:
    """Each arm's rate moves by 30 % in each minute, by itself."""
    return _shaken(chance, harm, runs, lambda: chance.lognormal(-0.045, 0.3, (runs, MINUTES)))


def pods(chance: np.random.Generator, harm: float, runs: int) -> Events:
    """Each arm's rate wanders: what a minute has, nine tenths of it the next has (AR(1), 15 %)."""

    def wander() -> np.ndarray:
        state, path = chance.normal(0.0, 0.15, runs), np.empty((runs, MINUTES))
        for minute in range(MINUTES):
            state = 0.9 * state + chance.normal(0.0, 0.15 * (1 - 0.81) ** 0.5, runs)
            path[:, minute] = np.exp(state)
        return path

    return _shaken(chance, harm, runs, wander)


def offset(chance: np.random.Generator, harm: float, runs: int) -> Events:
    """One arm has a permanently different rate, by 5 %, now the one and now the other."""
    return _shaken(chance, harm, runs, lambda: np.exp(chance.normal(0.0, 0.05, (runs, 1))) * np.ones(MINUTES))


def asking_again(per_unit: bool) -> Draw:
    """Ten users a minute in each arm ask five times, and whoever meets trouble meets more of it (ICC 0.2)."""

    def draw(chance: np.random.Generator, harm: float, runs: int) -> Events:
        def arm(rate: float) -> np.ndarray:
            tendency = chance.beta(rate * 4.0, (1.0 - rate) * 4.0, (runs, MINUTES, 10))
            bad = chance.binomial(5, tendency)
            return (bad > 0).sum(axis=2) if per_unit else bad.sum(axis=2)

        units = np.full((runs, MINUTES), 10 if per_unit else 50)
        return Events(np.full(MINUTES, 0.5), arm(0.05 * harm), units, arm(0.05), units, 0.05, harm)

    return draw


def slower(frozen_too_high: float) -> Draw:
    """Latencies (lognormal, sigma 0.6); a unit is bad above the control's p95, frozen so many times too high."""

    def draw(chance: np.random.Generator, harm: float, runs: int) -> Events:
        at = 1.6448536269514722 + log(frozen_too_high) / 0.6
        mine, theirs = _above(at - log(harm) / 0.6), _above(at)
        rates = np.full(MINUTES, mine), np.full(MINUTES, theirs)
        return _binomial(chance, runs, *rates, (50, 50), theirs, mine / theirs)

    return draw


def ramp(chance: np.random.Generator, harm: float, runs: int) -> Events:
    """The handbook's ramp at 500 a minute: 1 % for 30 minutes, 10 % for 4 hours, 50 % for 4 hours."""
    share = np.repeat([0.01, 0.1, 0.5], [30, 240, 240])
    units, other = np.round(500 * share).astype(int), np.round(500 * (1 - share)).astype(int)
    shape = (runs, len(share))
    bad, others = chance.binomial(units, 0.05 * harm, shape), chance.binomial(other, 0.05, shape)
    return Events(share, bad, np.broadcast_to(units, shape), others, np.broadcast_to(other, shape), 0.05, harm)


def scores(chance: np.random.Generator, drop: float, runs: int, each: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Draw five judged answers a minute and arm, Beta(8, 2); the candidate's are lower: (runs, minutes, 5) each."""
    shape = (runs, MINUTES, each)
    return np.clip(chance.beta(8, 2, shape) - drop, 0.0, 1.0), chance.beta(8, 2, shape)


def _shaken(chance: np.random.Generator, harm: float, runs: int, shake: Callable[[], np.ndarray]) -> Events:
    return _binomial(chance, runs, 0.05 * harm * shake(), 0.05 * shake(), (50, 50), 0.05, harm)


def _binomial(
    chance: np.random.Generator,
    runs: int,
    mine: np.ndarray,
    theirs: np.ndarray,
    of: tuple[int, int],
    rate: float,
    ratio: float,
) -> Events:
    shape, (units, other) = (runs, MINUTES), of
    bad = chance.binomial(units, np.minimum(mine, 1.0), shape)
    others = chance.binomial(other, np.minimum(theirs, 1.0), shape)
    share = np.full(MINUTES, units / (units + other))
    return Events(share, bad, np.full(shape, units), others, np.full(shape, other), rate, ratio)


def _above(z: float) -> float:
    """Return how much of a normal distribution lies above a point."""
    return 0.5 * erfc(z / 2.0**0.5)


CELLS = (
    Cell("A1", events(0.05, 50, 50), (1.2, 1.5, 2.0, 3.0)),
    Cell("A2", events(0.005, 200, 200), (2.0,)),
    Cell("A3", events(0.30, 20, 20), (1.2, 1.5)),
    Cell("A4", events(0.05, 5, 5), (2.0,)),
    Cell("A5", events(0.05, 50, 450), (1.2, 1.5, 2.0, 3.0)),
    Cell("C", slower(1.0), (1.05, 1.1, 1.2, 1.5)),
    Cell("C, frozen 15 % too high", slower(1.15), (1.1, 1.2, 1.5)),
    Cell("ramp", ramp, (1.5, 2.0, 3.0)),
    Cell("LATE", events(0.05, 50, 50, 135), (1.5, 2.0, 3.0), onset=135),
    Cell("R: shared drift", drifting, ()),
    Cell("R: asking again, by unit", asking_again(per_unit=True), ()),
    Cell("R: asking again, by request", asking_again(per_unit=False), ()),
    Cell("R: noise of a minute", noisy, ()),
    Cell("R: wandering pods", pods, ()),
    Cell("R: an arm 5 % off", offset, ()),
)
"""The cells of the table; those of R are harmless and break what rules take for granted."""
