"""How many come, and how many of them meet something, drawn by chance?"""

from __future__ import annotations

from math import exp, sqrt
from typing import Protocol

MANY = 30.0
"""From this mean on a number is drawn from the normal distribution."""
RARE = 0.05


class Chance(Protocol):
    """Where the draws come from: random.Random, with a seed."""

    def random(self) -> float:
        """Draw evenly from 0 to 1."""
        ...

    def gauss(self, mu: float, sigma: float) -> float:
        """Draw from the normal distribution."""
        ...


def poisson(chance: Chance, mean: float) -> int:
    """Draw a Poisson number: by Knuth's product where it is small, by the normal where it is large."""
    if mean <= 0.0:
        return 0
    if mean > MANY:
        return max(0, round(chance.gauss(mean, sqrt(mean))))
    limit, product, drawn = exp(-mean), chance.random(), 0
    while product > limit:
        product, drawn = product * chance.random(), drawn + 1
    return drawn


def binomial(chance: Chance, n: int, p: float) -> int:
    """Draw how many of n meet something that each meets with a chance p; of few who rarely do, by Poisson."""
    if n <= 0 or p <= 0.0:
        return 0
    mean = n * p
    if mean > MANY and n - mean > MANY:
        return min(n, max(0, round(chance.gauss(mean, sqrt(mean * (1.0 - p))))))
    return min(n, poisson(chance, mean)) if p < RARE else sum(chance.random() < p for _ in range(n))
