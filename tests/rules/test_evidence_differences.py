"""Is a difference of means judged rightly from the differences of intervals?"""

from __future__ import annotations

from math import inf, log
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ville import AsymptoticCS

from leverframe.rules.evidence import differences
from leverframe.rules.evidence.differences import Interval, Moments

INTERVALS = st.lists(st.builds(Interval, st.floats(-50, 50), st.floats(0, 50)), max_size=40)


def test_what_is_known_of_too_few_intervals_is_nothing():
    few = differences.moments([Interval(5.0, 1.0)] * 19)
    assert differences.log_above(few) == 0.0
    assert (differences.lower_bound(few, 0.05), differences.upper_bound(few, 0.05)) == (-inf, inf)


@given(INTERVALS, st.integers(0, 40))
def test_the_moments_of_two_spans_one_after_the_other_are_those_of_both_to_the_last_bit(intervals, cut):
    parts = differences.moments(intervals[cut:], differences.moments(intervals[:cut]))
    assert parts == differences.moments(intervals)


def test_an_interval_without_traffic_in_both_arms_says_nothing():
    silent = [differences.of_means([(5, 4.0, 0, 0.0)]), differences.of_means([]), differences.of_mean([])]
    assert differences.moments(silent) == Moments()


def test_cells_are_compared_like_with_like():
    """In each cell both arms have the same mean; pooled, the candidate would be better (Simpson)."""
    interval = differences.of_means([(90, 81.0, 10, 9.0), (10, 1.0, 90, 9.0)])
    assert interval.gap == pytest.approx(0.0)


@given(st.floats(-0.5, 0.5), st.integers(30, 200))
def test_the_difference_is_the_weighted_mean_of_the_intervals(shift, count):
    chance = np.random.default_rng(count)
    weights = chance.uniform(1, 9, count)
    pairs = zip(weights, chance.normal(0, 0.1, count), strict=True)
    seen = differences.moments(Interval(weight * (shift + error), weight) for weight, error in pairs)
    assert differences.difference(seen) == pytest.approx(shift, abs=0.1)
    low, high = differences.lower_bound(seen, 0.05), differences.upper_bound(seen, 0.05)
    assert low < differences.difference(seen) < high


def test_a_bound_is_where_the_evidence_reaches_its_level():
    chance = np.random.default_rng(1)
    seen = differences.moments(Interval(float(x), 1.0) for x in chance.normal(0.3, 1.0, 100))
    low = differences.lower_bound(seen, 0.05)
    assert differences.log_above(seen, low) == pytest.approx(log(20), abs=1e-6)
    assert differences.log_above(seen, low - 0.1) > log(20) > differences.log_above(seen, low + 0.1)


@pytest.mark.parametrize("count", [30, 60, 240, 1000])
def test_it_is_as_wide_as_an_independent_implementation_on_one_side(count):
    """ville's asymptotic confidence sequence is two-sided: at twice our alpha its bounds are nearly ours."""
    values = np.random.default_rng(2).normal(0.2, 1.0, count)
    ours = differences.lower_bound(differences.moments(Interval(float(x), 1.0) for x in values), 0.025)
    oracle = AsymptoticCS(alpha=0.05, t_opt=60, min_samples=10).fit(values)
    theirs = float(np.asarray(oracle.lower_)[-1])
    assert values.mean() - ours == pytest.approx(values.mean() - theirs, rel=0.1)


def stage(chance: np.random.Generator, drop: float) -> int | None:
    """Return the minute in which a fall of a score is seen: mean 0.80, five judged answers a minute and arm."""
    seen = Moments()
    for minute in range(1, 241):
        mine, theirs = chance.beta(8, 2, 5).sum() - 5 * drop, chance.beta(8, 2, 5).sum()
        seen = differences.moments([differences.of_means([(5, -mine, 5, -theirs)])], seen)
        if differences.log_above(seen) >= log(20):
            return minute
    return None


def test_a_fallen_score_is_seen_about_as_soon_as_the_reference_says():
    """reference 4.3, B: a fall of 0.05 in 20 minutes, before which nothing is asked at all."""
    chance = np.random.default_rng(3)
    assert median(stage(chance, 0.05) or 241 for _ in range(100)) <= 23


def test_harmless_stages_keep_the_level_though_it_is_asymptotic():
    chance = np.random.default_rng(4)
    wrong = sum(stage(chance, 0.0) is not None for _ in range(300)) / 300
    assert wrong <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5


def test_the_opposite_difference_has_the_opposite_bounds():
    seen = differences.moments(Interval(float(x), 2.0) for x in np.random.default_rng(5).normal(0.3, 1.0, 60))
    turned = differences.turned(seen)
    assert differences.difference(turned) == -differences.difference(seen)
    assert differences.lower_bound(turned, 0.05) == pytest.approx(-differences.upper_bound(seen, 0.05))


def test_equal_differences_leave_no_chance_and_no_error():
    same = differences.moments([Interval(0.5, 1.0)] * 50)
    assert differences.lower_bound(same, 0.05) == pytest.approx(0.5, abs=1e-3)
    assert differences.log_above(same) > log(20)


def test_evidence_far_below_is_said_and_not_lost():
    good = differences.moments(Interval(float(x), 1.0) for x in np.random.default_rng(6).normal(-9.0, 0.1, 400))
    assert -20.0 < differences.log_above(good) < -5.0
