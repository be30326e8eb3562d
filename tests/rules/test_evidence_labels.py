"""Does the label e-process count rightly, keep its level and see harm soon enough?"""

from __future__ import annotations

from math import exp, inf, log
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.proofs import log_ruled_out
from ville import BernoulliTest

from leverframe.nouns.evidence import CellCounts
from leverframe.rules.evidence import labels

COUNTS = st.tuples(st.integers(0, 400), st.integers(0, 400))
SHARES = st.sampled_from([0.001, 0.01, 0.1, 0.25, 0.5, 0.9])
STRATA = st.dictionaries(SHARES, COUNTS, max_size=4).map(lambda strata: dict(sorted(strata.items())))


def cell(share: float, candidate: int, control: int) -> CellCounts:
    return CellCounts(share, 9_000, 9_000, {"error": candidate}, {"error": control})


def bernoulli_ratio(share: float, ratio: float, candidate: int, control: int) -> float:
    """The reference's formula, as it is printed: a log(q/s) + b log((1-q)/(1-s))."""
    q = share * ratio / (share * ratio + 1 - share)
    return candidate * log(q / share) + control * log((1 - q) / (1 - share))


def log_mean(values: list[tuple[float, float]]) -> float:
    highest = max(value for _, value in values)
    return highest + log(sum(weight * exp(value - highest) for weight, value in values))


def test_the_weights_of_a_mixture_add_up_to_one():
    assert sum(weight for _, weight in labels.HARM) == pytest.approx(1.0)
    assert sum(weight for _, weight in labels.evenly((2.0, 3.0, 4.0))) == pytest.approx(1.0)


@given(SHARES, COUNTS)
def test_the_evidence_is_the_mean_likelihood_ratio_of_the_reference(share, counts):
    values = [(weight, bernoulli_ratio(share, ratio, *counts)) for ratio, weight in labels.HARM]
    assert labels.log_harm({share: counts}) == pytest.approx(log_mean(values), abs=1e-8)


@given(STRATA)
def test_strata_multiply_for_each_ratio_before_ratios_are_averaged(strata):
    products = [(w, sum(bernoulli_ratio(s, r, *pair) for s, pair in strata.items())) for r, w in labels.HARM]
    assert labels.log_harm(strata) == pytest.approx(log_mean(products), abs=1e-8)


@given(st.lists(st.tuples(SHARES, st.integers(0, 30), st.integers(0, 30)), max_size=12), st.integers(0, 12))
def test_the_counts_of_two_intervals_give_what_their_sums_give(rows, cut):
    cells = [cell(*row) for row in rows]
    early, late = labels.strata_of(cells[:cut], "error"), labels.strata_of(cells[cut:], "error")
    merged = {
        share: tuple(a + b for a, b in zip(early.get(share, (0, 0)), late.get(share, (0, 0)), strict=True))
        for share in sorted({*early, *late})
    }
    assert labels.strata_of(cells, "error") == merged
    assert labels.log_harm(labels.strata_of(reversed(cells), "error")) == labels.log_harm(merged)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_cell_where_all_or_none_have_the_candidate_tells_nothing(share):
    assert labels.strata_of([cell(share, 50, 50)], "error") == {}
    assert labels.log_harm({}) == 0.0
    assert labels.smallest_ruled_out({}, 0.05) is None


@given(SHARES, COUNTS)
def test_a_further_bad_unit_of_the_candidate_never_weakens_the_evidence(share, counts):
    candidate, control = counts
    assert labels.log_harm({share: (candidate + 1, control)}) >= labels.log_harm({share: counts})
    assert labels.log_harm({share: (candidate, control + 1)}) <= labels.log_harm({share: counts})


@given(STRATA, st.sampled_from([0.05, 0.01]))
def test_the_smallest_harm_ruled_out_is_the_first_margin_whose_evidence_suffices(strata, beta):
    reached = [m for m in labels.MARGINS if log_ruled_out(strata, m) >= -log(beta)]
    assert labels.smallest_ruled_out(strata, beta) == (reached[0] if reached else None)
    assert reached == list(labels.MARGINS[len(labels.MARGINS) - len(reached) :])


@given(st.sampled_from([0.01, 0.1, 0.5]), st.sampled_from([1.1, 2.0, 5.0]))
def test_no_single_look_is_expected_to_gain_evidence_against_the_truth(share, ratio):
    """One bad unit: at the margin itself, and in all worse worlds, the e-process is expected to fall or stay."""
    for truth in (ratio, ratio * 1.5, ratio * 4):
        q = share * truth / (share * truth + 1 - share)
        gains = (exp(log_ruled_out({share: one}, ratio)) for one in ((1, 0), (0, 1)))
        assert sum(p * gain for p, gain in zip((q, 1 - q), gains, strict=True)) <= 1 + 1e-9


@pytest.mark.parametrize("truth", [0.2, 0.7, 1.0])
def test_one_bad_unit_brings_no_evidence_of_harm_on_average_where_there_is_none(truth):
    for share in (0.01, 0.1, 0.5):
        q = share * truth / (share * truth + 1 - share)
        expected = q * exp(labels.log_harm({share: (1, 0)})) + (1 - q) * exp(labels.log_harm({share: (0, 1)}))
        assert expected <= 1 + 1e-9


@given(SHARES, st.integers(0, 30), st.integers(1, 60), st.sampled_from([1.5, 2.0, 3.0]))
def test_the_expected_wait_is_none_too_short_for_harmless_traffic(share, candidate, control, ratio):
    """After the wait, with counts as a harmless ramp would bring them, the floor is ruled out."""
    strata = {share: (candidate, control)}
    wait = labels.minutes_to_rule_out(strata, ratio, 0.05, minutes=60.0)
    assert wait is not None
    events = (candidate + control) / 60.0 * wait
    later = {share: (candidate + share * events, control + (1 - share) * events)}
    assert log_ruled_out(later, ratio) >= -log(0.05) - 1e-6


def test_no_wait_is_named_where_nobody_has_met_the_event():
    assert labels.minutes_to_rule_out({0.1: (0, 0)}, 3.0, 0.05, minutes=60.0) is None
    assert labels.minutes_to_rule_out({}, 3.0, 0.05, minutes=60.0) is None
    assert labels.minutes_to_rule_out({0.1: (1, 9)}, 3.0, 0.05, minutes=0.0) is None


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.0])
def test_a_floor_that_asks_for_fewer_people_than_beside_it_is_never_proved(ratio):
    strata = {0.5: (0, 1_000)}
    assert labels.smallest_ruled_out(strata, 0.05, (ratio,)) is None
    assert labels.minutes_to_rule_out(strata, ratio, 0.05, minutes=60.0) is None


def test_cells_are_compared_like_with_like():
    """A cell where everybody fares worse has more of the candidate: pooled, that would look like harm (Simpson)."""
    good = CellCounts(0.1, 100, 900, {"error": 1}, {"error": 9})
    bad = CellCounts(0.5, 500, 500, {"error": 100}, {"error": 100})
    assert labels.ratio_of([good, bad], "error") == pytest.approx(1.0)
    assert labels.ratio_of([CellCounts(0.1, 100, 900, {"error": 3}, {})], "error") is None


def minutes_to(share, per_minute, ratio, reached, runs, longest, seed):
    """Simulate minutes until `reached` says yes of the counts so far; infinity where it never does."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(runs):
        candidate = np.cumsum(rng.poisson(per_minute * share * ratio, longest)).tolist()
        control = np.cumsum(rng.poisson(per_minute * (1 - share), longest)).tolist()
        looks = enumerate(zip(candidate, control, strict=True), start=1)
        found.append(next((minute for minute, pair in looks if reached({share: pair})), inf))
    return found


@pytest.mark.parametrize(
    ("share", "per_minute", "ratio", "goal"),
    [
        (0.1, 25, 1.5, 16),
        (0.1, 25, 2.0, 5),
        (0.1, 25, 3.0, 2),
        (0.5, 5, 1.5, 27),
        (0.5, 5, 2.0, 9),
        (0.5, 5, 3.0, 3),
    ],
)
def test_harm_is_seen_as_soon_as_the_reference_says(share, per_minute, ratio, goal):
    """reference 4.3: A5 (10 % against all others) and A1 (equal arms), 5 % base rate, alpha 0.05."""
    found = minutes_to(
        share, per_minute, ratio, lambda strata: labels.log_harm(strata) >= log(20), runs=300, longest=240, seed=1
    )
    assert median(found) <= max(1.25 * goal, goal + 1)


@pytest.mark.parametrize(("share", "margin", "goal"), [(0.01, 3.0, 12), (0.1, 2.0, 5), (0.1, 1.5, 13), (0.5, 2.0, 2)])
def test_a_harmless_stage_is_proved_as_soon_as_the_reference_says(share, margin, goal):
    found = minutes_to(share, 25, 1.0, lambda s: log_ruled_out(s, margin) >= log(20), runs=300, longest=400, seed=2)
    assert median(found) <= 1.25 * goal + 1


def test_a_harm_at_the_margin_is_hardly_ever_called_ruled_out():
    found = minutes_to(0.1, 25, 2.0, lambda s: log_ruled_out(s, 2.0) >= log(20), runs=600, longest=240, seed=3)
    assert np.mean(np.isfinite(found)) <= 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5


def test_it_needs_about_as_many_events_as_an_independent_implementation():
    """ville's beta-binomial mixture tests the same null, bad units fall to the candidate by the share, two-sided."""
    rng = np.random.default_rng(4)
    ours, theirs = [], []
    for _ in range(60):
        q = 0.1 * 2 / (0.1 * 2 + 0.9)
        stream = (rng.random(4_000) < q).astype(float)
        oracle = BernoulliTest(0.1, alpha=0.05).fit(stream)
        sums = np.cumsum(stream).astype(int).tolist()
        ours.append(next(n for n, a in enumerate(sums, 1) if labels.log_harm({0.1: (a, n - a)}) >= log(20)))
        theirs.append(oracle.stopping_time())
    assert 0.4 * median(theirs) <= median(ours) <= median(theirs)
