"""Do the bounds hold the truth at all times together, and say what the readings say?"""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.rules.evidence import intervals, labels, limits
from leverframe.rules.evidence.starts import log_harm

COUNTS = st.tuples(st.integers(0, 300), st.integers(0, 300))
STRATA = st.dictionaries(st.sampled_from([0.01, 0.1, 0.5, 0.9]), COUNTS, max_size=3)
ALPHAS = st.sampled_from([0.001, 0.0125, 0.05])


@given(STRATA, st.lists(STRATA, max_size=3), ALPHAS)
def test_the_ramp_rolls_back_exactly_where_the_lower_bound_reaches_one(carried, since, alpha):
    evidence = log_harm(carried, since, 2, len(since) + 2)
    lowest = intervals.largest_shown(carried, since, 2, len(since) + 2, alpha)
    assert (lowest is not None and lowest >= 1.0) == (evidence >= -log(alpha))


@given(STRATA, ALPHAS)
def test_the_ratios_that_are_rejected_are_all_below_the_bound(carried, alpha):
    lowest = intervals.largest_shown(carried, (), 0, 0, alpha) or 0.0
    for ratio in intervals.RATIOS[::8]:
        beside = {s * ratio / (1.0 + s * (ratio - 1.0)): met for s, met in carried.items()}
        assert (labels.log_harm(beside) >= -log(alpha)) == (ratio <= lowest)


@given(STRATA, ALPHAS)
def test_the_upper_bound_is_at_most_what_a_reading_names_and_a_rung(proof, beta):
    named = labels.smallest_ruled_out(proof, beta, [m for m in labels.MARGINS if m < 16.0])
    highest = intervals.smallest_excluded(proof, beta)
    if named is not None:
        assert highest is not None
        assert highest <= named * 2.0 ** (1 / 16)


def test_without_counts_nothing_is_bounded():
    assert intervals.largest_shown({}, (), 0, 0, 0.05) is None
    assert intervals.smallest_excluded({}, 0.05) is None
    assert intervals.bounds_of_rate(0, 0, 0.05) == intervals.NOTHING


@given(st.integers(0, 400), st.integers(0, 4000), ALPHAS)
def test_a_rate_lies_between_its_bounds(bad, good, alpha):
    low, high = intervals.bounds_of_rate(bad, bad + good, alpha)
    rate = bad / (bad + good) if bad + good else 0.5
    assert (low or 0.0) <= rate <= (high or 1.0)


def test_the_lower_bound_of_a_rate_is_that_of_its_limit_less_a_rung():
    exact = limits.lower_bound(90, 900, -log(0.01))
    found = intervals.bounds_of_rate(90, 900, 0.01).lowest
    assert found is not None
    assert exact / 10 ** (1 / 48) <= found <= exact


@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_the_truth_is_left_out_at_any_time_in_no_more_ramps_than_promised(truth):
    """Looked at after every third event over 240 of them, in 400 ramps: each bound errs in at most 5 %."""
    rng, share, level, ramps = np.random.default_rng(7), 0.1, 0.05, 400
    odds = share * truth / (1.0 + share * (truth - 1.0))
    below = above = 0
    for _ in range(ramps):
        fell = np.cumsum(rng.random(240) < odds)
        strata = [{share: (int(fell[n]), n + 1 - int(fell[n]))} for n in range(2, 240, 3)]
        below += any((intervals.largest_shown(each, (), 0, 0, level) or 0.0) > truth for each in strata)
        above += any((intervals.smallest_excluded(each, level) or 99.0) < truth for each in strata)
    assert below / ramps <= level
    assert above / ramps <= level


@pytest.mark.parametrize("truth", [0.02, 0.2])
def test_a_rate_is_left_out_at_any_time_in_no_more_ramps_than_promised(truth):
    rng, level, ramps = np.random.default_rng(11), 0.05, 300
    below = above = 0
    for _ in range(ramps):
        bad = np.cumsum(rng.random(600) < truth)
        seen = [intervals.bounds_of_rate(int(bad[n]), n + 1, level) for n in range(9, 600, 10)]
        below += any((each.lowest or 0.0) > truth for each in seen)
        above += any((each.highest or 1.0) < truth for each in seen)
    assert below / ramps <= level
    assert above / ramps <= level
