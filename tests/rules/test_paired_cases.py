"""Are the same cases compared by a test that holds its word, and by an interval that agrees with it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import inf, log, sqrt

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, multinomial, norm, permutation_test
from scipy.stats import t as student
from tests.rules.test_evals import DEPLOYED

from leverframe.nouns.evidence import Comparison, Direction
from leverframe.rules.evals import compare
from leverframe.rules.paired_cases import MOST_FLIPPED, Pairs, mcnemar, pack_cases, pair, sign_flip, tango

HIGHER, LOWER = Direction.HIGHER, Direction.LOWER
SCORES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=80)
PASSES = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=80)


def packed(values) -> bytes:
    return pack_cases({f"case {n}": float(value) for n, value in enumerate(values)})


def paired(mine, theirs, direction: Direction = HIGHER) -> Pairs:
    found = pair(packed(mine), packed(theirs), direction)
    assert found is not None
    return found


def passes(better: int, worse: int, n: int) -> Pairs:
    same = [0] * (n - better - worse)
    return paired([1] * better + [0] * worse + same, [0] * better + [1] * worse + same)


def weighed(differences) -> tuple[list[float], float]:
    risen, fallen = sum(d for d in differences if d > 0), sum(-d for d in differences if d < 0)
    return [abs(d) for d in differences if d], min(risen, fallen)


# ---------------------------------------------------------------------------------------------- beside others' code


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_p_is_the_binomial_tests(better, worse):
    expected = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert mcnemar(better, worse) == pytest.approx(expected, rel=1e-9)


def test_mcnemars_p_of_thousands_of_cases_is_right_too():
    assert mcnemar(2500, 2400) == pytest.approx(binomtest(2500, 4900).pvalue, rel=1e-9)
    assert mcnemar(3000, 1) < 1e-300


def scipys_p(differences) -> float:
    asked = {"permutation_type": "samples", "n_resamples": inf, "alternative": "two-sided"}
    return permutation_test((differences,), lambda x, axis: x.sum(axis=axis), vectorized=True, **asked).pvalue


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(-9, 9).filter(bool), min_size=2, max_size=12))
def test_the_sign_flip_test_counts_the_patterns_as_scipy_does(differences):
    assert sign_flip(*weighed(differences)) == pytest.approx(scipys_p(differences), rel=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=16), st.lists(st.sampled_from((-1, 1)), min_size=16))
def test_with_weights_that_fit_no_grid_p_is_never_too_small_and_hardly_too_large(sizes, signs):
    differences = [size * sign for size, sign in zip(sizes, signs, strict=False)]
    assume(abs(sum(differences)) > 1e-9)  # a tie but for rounding is one to us, and none to scipy
    p, expected = sign_flip(*weighed(differences)), scipys_p(differences)
    assert p >= expected * (1 - 1e-9)
    assert p <= expected + 0.02


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 60))
def test_tangos_interval_is_where_its_score_reaches_the_normal_quantile(better, worse, same):
    n = better + worse + same + 1

    def score(difference: float) -> float:
        def unlikely(chance: float) -> float:
            cells = (chance + difference, chance, 1 - 2 * chance - difference)
            counts = (better, worse, n - better - worse)
            return -multinomial_log(counts, cells)

        least, most = max(0.0, -difference), (1 - difference) / 2
        chance = minimize_scalar(unlikely, bounds=(least, most), method="bounded", options={"xatol": 1e-12}).x
        variance = n * (2 * chance + difference * (1 - difference))
        return (better - worse - n * difference) / sqrt(variance)

    low, high = tango(better, worse, n)
    z = norm.ppf(0.975)
    if low > -0.999:
        assert score(low) == pytest.approx(z, abs=0.01)
    if high < 0.999:
        assert score(high) == pytest.approx(-z, abs=0.01)


def multinomial_log(counts, cells) -> float:
    return sum(count * log(max(cell, 1e-300)) for count, cell in zip(counts, cells, strict=True) if count)


def test_scores_have_students_interval_of_the_differences():
    mine, theirs = [0.9, 0.4, 0.7, 0.5, 0.65, 0.8, 0.3, 0.9], [0.8, 0.5, 0.6, 0.55, 0.6, 0.7, 0.35, 0.85]
    differences = [a - b for a, b in zip(mine, theirs, strict=True)]
    mean = sum(differences) / 8
    error = sqrt(sum((d - mean) ** 2 for d in differences) / 7 / 8)
    found = paired(mine, theirs)
    assert (found.low, found.high) == pytest.approx(student.interval(0.95, 7, loc=mean, scale=error), abs=0.001)
    assert found.counts.p == pytest.approx(scipys_p(differences), rel=0.01)


# ---------------------------------------------------------------------------------------------- what it promises


@given(SCORES | PASSES, st.sampled_from(Direction))
def test_seen_from_the_other_arm_it_says_the_same(cases, direction):
    mine, theirs = zip(*cases, strict=True)
    one, other = pair(packed(mine), packed(theirs), direction), pair(packed(theirs), packed(mine), direction)
    if one is None or other is None:
        assert one is other
        return
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)
    assert (one.counts.better, one.counts.worse) == (other.counts.worse, other.counts.better)
    assert (one.value, one.deployed, one.counts.p) == pytest.approx((other.deployed, other.value, other.counts.p))


@settings(max_examples=300)
@given(SCORES | PASSES)
def test_the_interval_leaves_zero_out_exactly_where_the_test_does(cases):
    found = pair(*(packed(values) for values in zip(*cases, strict=True)), HIGHER)
    if found is not None:
        assert (found.low > 0 or found.high < 0) is (found.counts.p < 0.05)
        assert found.low <= found.value - found.deployed + 1e-12
        assert found.high >= found.value - found.deployed - 1e-12


def test_of_passes_they_agree_for_every_count():
    for n in (2, 5, 12, 40):
        for better in range(n + 1):
            for worse in range(n + 1 - better):
                found = passes(better, worse, n)
                assert (found.low > 0 or found.high < 0) is (found.counts.p < 0.05), (better, worse, n)


def counted(n: int) -> Iterator[tuple[int, int]]:
    return ((better, worse) for better in range(n + 1) for worse in range(n + 1 - better))


@pytest.mark.parametrize("n", [6, 13, 30])
def test_of_passes_a_false_worse_is_rarer_than_one_in_forty_whatever_the_rate(n):
    worse = [cell for cell in counted(n) if passes(*cell, n).high < 0]
    assert worse
    for half in (0.01, 0.05, 0.1, 0.2, 0.35, 0.5):
        chances = [half, half, 1 - 2 * half]
        assert sum(multinomial.pmf([b, c, n - b - c], n, chances) for b, c in worse) <= 0.025


@pytest.mark.parametrize("n", [10, 30])
def test_of_passes_the_interval_holds_the_true_difference_nineteen_times_in_twenty(n):
    ends = {cell: passes(*cell, n) for cell in counted(n)}
    chances = (0.02, 0.1, 0.25, 0.4)
    misses = {}
    for b, c in product(chances, chances):
        missed = [cell for cell, found in ends.items() if not found.low <= b - c <= found.high]
        misses[b, c] = sum(multinomial.pmf([*cell, n - sum(cell)], n, [b, c, 1 - b - c]) for cell in missed)
    assert max(misses.values()) < 0.06
    assert sum(misses.values()) / len(misses) < 0.05


SIZES = [
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [5, 5, 5, 5, 5, 1, 1, 1, 1, 1, 1],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    [0.13, 0.4, 0.41, 0.77, 0.02, 0.5, 0.9, 0.31, 0.08],
    [100, 1, 1, 1, 1, 1, 1, 1],
]


@pytest.mark.parametrize("sizes", SIZES)
def test_of_scores_a_false_worse_is_rarer_than_one_in_forty_whatever_the_sizes(sizes):
    patterns = list(product((1, -1), repeat=len(sizes)))
    worse = 0
    for signs in patterns:
        differences = [size * sign for size, sign in zip(sizes, signs, strict=True)] + [0.0] * 5
        worse += paired([10 + d for d in differences], [10.0] * len(differences)).high < 0
    assert worse / len(patterns) <= 0.025


def test_few_cases_that_differ_prove_nothing_however_many_are_the_same():
    found = paired([0.5] * 5 + [0.9] * 200, [0.8] * 5 + [0.9] * 200)
    assert (found.counts.worse, found.counts.p) == (5, 0.0625)
    assert found.high > 0


# ---------------------------------------------------------------------------------------------- what it says


def told(mine: bytes, theirs: bytes, direction: Direction = HIGHER):
    results = [replace(DEPLOYED, cases=cases, direction=direction) for cases in (mine, theirs)]
    (delta,) = compare(results[:1], results[1:])
    return delta


def test_the_sentence_counts_the_pairs():
    same = 240 - 15
    delta = told(packed([1] * 3 + [0] * 12 + [1] * same), packed([0] * 3 + [1] * 12 + [1] * same))
    assert delta.comparison is Comparison.WORSE
    assert delta.n == 240
    assert delta.because == (
        "it fell: -0.0375, 95 % interval -0.0746 to -0.00673; paired over 240 same cases: 3 got better, 12 worse, "
        "exact p = 0.035"
    )


def test_where_lower_is_better_a_rise_got_worse():
    delta = told(packed([3, 4, 5, 6, 7, 8, 9]), packed([1, 2, 3, 4, 5, 6, 6]), LOWER)
    assert delta.comparison is Comparison.WORSE
    assert "0 got better, 7 worse, exact p = 0.016" in delta.because


def test_of_many_cases_that_differ_the_sentence_says_that_p_is_approximate():
    many = MOST_FLIPPED * 3
    delta = told(packed([n % 7 for n in range(many)]), packed([n % 5 for n in range(many)]))
    assert delta.comparison is Comparison.BETTER
    assert "p by the normal approximation < 0.0001" in delta.because


def test_cases_that_only_one_unit_answered_are_counted_and_not_compared():
    mine, theirs = {"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.0}, {"a": 1.0, "b": 0.0, "c": 0.0, "e": 1.0, "f": 1.0}
    delta = told(pack_cases(mine), pack_cases(theirs))
    assert (delta.n, delta.value, delta.deployed) == (3, 2 / 3, 1 / 3)
    assert delta.because.endswith("1 answered by the candidate alone; 2 answered by the deployed unit alone")


def test_a_pair_alone_or_none_is_compared_as_means():
    assert pair(packed([1]), packed([1]), HIGHER) is None
    assert told(packed([1]), pack_cases({"other": 1.0})).paired is None
    assert told(b"", packed([1, 1])).paired is None


def test_values_that_move_all_alike_show_no_spread():
    assert pair(packed([300, 301]), packed([200, 201]), LOWER) is None
    found = paired([0.5] * 40, [0.5] * 40)
    assert (found.low, found.high) == pytest.approx((-0.0876, 0.0876), abs=0.0001)


def test_another_tool_or_dataset_is_not_paired():
    cases = packed([1, 0, 1])
    (delta,) = compare(
        [replace(DEPLOYED, cases=cases, tool_version="0.122.0")],
        [replace(DEPLOYED, cases=cases)],
    )
    assert (delta.comparison, delta.paired) == (Comparison.NOT_COMPARABLE, None)
