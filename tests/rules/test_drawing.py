"""Are draws as many as they should be, and as scattered?"""

from __future__ import annotations

from random import Random
from statistics import mean, variance

import pytest

from leverframe.rules.drawing import binomial, poisson


@pytest.mark.parametrize("expected", [0.3, 4.0, 29.0, 31.0, 400.0])
def test_poisson_numbers_have_their_mean_and_variance(expected):
    chance = Random(1)
    drawn = [poisson(chance, expected) for _ in range(4000)]
    assert mean(drawn) == pytest.approx(expected, rel=0.05)
    assert variance(drawn) == pytest.approx(expected, rel=0.15)
    assert min(drawn) >= 0


@pytest.mark.parametrize(("n", "p"), [(8, 0.5), (200, 0.02), (1000, 0.3), (40, 0.9), (100_000, 0.001)])
def test_binomial_numbers_have_their_mean_and_variance(n, p):
    chance = Random(2)
    drawn = [binomial(chance, n, p) for _ in range(4000)]
    assert mean(drawn) == pytest.approx(n * p, rel=0.05)
    assert variance(drawn) == pytest.approx(n * p * (1 - p), rel=0.15)
    assert 0 <= min(drawn) <= max(drawn) <= n


def test_nobody_draws_nobody():
    assert (poisson(Random(3), 0.0), binomial(Random(3), 0, 0.5), binomial(Random(3), 9, 0.0)) == (0, 0, 0)
