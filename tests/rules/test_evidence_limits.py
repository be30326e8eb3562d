"""Does an absolute limit stop only what is above it?"""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ville import BernoulliCS

from leverframe.rules.evidence.limits import log_above, lower_bound

NEEDED = log(20)


def crosses(rng, rate, limit, runs, units):
    """Return the share of streams in which some look after each unit finds the rate above the limit."""
    found = 0
    for _ in range(runs):
        bad = np.cumsum(rng.random(units) < rate)
        at = np.flatnonzero(np.diff(bad, prepend=0))  # evidence rises only where a bad call arrives
        found += any(log_above(int(bad[n]), int(n) + 1, limit) >= NEEDED for n in at)
    return found / runs


def test_a_harmless_candidate_at_4_percent_is_not_stopped_by_a_limit_of_5():
    rng = np.random.default_rng(1)
    assert crosses(rng, 0.04, 0.05, runs=300, units=5_000) <= 0.05
    naive = np.cumsum(rng.random((300, 5_000)) < 0.04, axis=1)[:, 99:] / np.arange(100, 5_001)
    assert np.mean((naive > 0.05).any(axis=1)) > 0.3, "a point estimate against the limit would stop these"


def test_a_candidate_exactly_at_its_limit_is_stopped_at_most_as_often_as_alpha_says():
    rate = crosses(np.random.default_rng(2), 0.05, 0.05, runs=600, units=3_000)
    assert 0.0 < rate <= 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5


def test_a_candidate_at_twice_its_limit_is_stopped_within_a_few_hundred_people():
    assert crosses(np.random.default_rng(3), 0.10, 0.05, runs=200, units=600) >= 0.9


@given(st.integers(0, 300), st.integers(1, 300), st.floats(0.001, 0.9))
def test_the_limit_is_broken_exactly_where_the_lower_bound_lies_above_it(bad, more, limit):
    units = bad + more
    evidence, lowest = log_above(bad, units, limit), lower_bound(bad, units, NEEDED)
    assert lowest <= bad / units
    if abs(evidence - NEEDED) > 1e-6:
        assert (evidence >= NEEDED) == (lowest > limit)


@given(st.integers(0, 100), st.integers(0, 100), st.floats(0.01, 0.5))
def test_a_higher_limit_is_never_more_broken(bad, good, limit):
    assert log_above(bad, bad + good, limit + 0.1) <= log_above(bad, bad + good, limit) + 1e-12


@pytest.mark.parametrize(("bad", "units", "limit"), [(0, 0, 0.05), (5, 5, 1.0)])
def test_without_people_or_with_a_limit_of_everything_nothing_is_broken(bad, units, limit):
    assert log_above(bad, units, limit) == 0.0


def test_the_lower_bound_lies_where_an_independent_implementation_puts_it():
    rng = np.random.default_rng(4)
    for rate in (0.05, 0.1, 0.3):
        stream = (rng.random(2_000) < rate).astype(float)
        oracle = BernoulliCS(alpha=0.05, intersect=False).fit(stream)
        ours = lower_bound(int(stream.sum()), len(stream), NEEDED)
        assert ours == pytest.approx(float(oracle.lower_[-1]), abs=0.2 * rate)
