"""Does the interim rule for means ask for enough scores and compare like with like?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import CellCounts
from leverframe.rules.evidence.means import drift, locales_of, mean_of


def sums(values):
    return len(values), float(sum(values)), float(sum(value * value for value in values))


def cell(mine, theirs, metric="groundedness"):
    return CellCounts(0.1, 50, 450, candidate_sums={metric: sums(mine)}, control_sums={metric: sums(theirs)})


def test_a_drop_far_beyond_chance_is_beyond_its_limit():
    found = drift([cell([0.6, 0.7] * 20, [0.8, 0.9] * 200)], "groundedness")
    assert found is not None
    assert found.value == pytest.approx(0.2)
    assert found.is_beyond(0.04)
    assert not found.is_beyond(0.19)


def test_29_scores_are_too_few_to_judge():
    found = drift([cell([0.1, 0.2] * 14 + [0.1], [0.8, 0.9] * 200)], "groundedness")
    assert found is not None
    assert found.scores == 29
    assert not found.is_beyond(0.04)


def test_means_are_compared_within_each_cell():
    """The candidate is as good in each cell; it only has more of the cell where scores are low."""
    easy, hard = cell([0.8, 1.0] * 10, [0.8, 1.0] * 90), cell([0.3, 0.5] * 90, [0.3, 0.5] * 90)
    found = drift([easy, hard], "groundedness")
    assert found is not None
    assert found.value == pytest.approx(0.0, abs=1e-12)


def test_a_cell_with_scores_in_one_arm_only_is_not_compared():
    assert drift([cell([0.5] * 40, [])], "groundedness") is None


def test_one_score_in_each_arm_has_no_known_spread():
    found = drift([cell([0.0], [1.0])], "groundedness")
    assert found is not None
    assert found.standard_error == float("inf")


@given(st.lists(st.floats(0, 1), min_size=2, max_size=60), st.integers(0, 60))
def test_sums_of_intervals_estimate_what_all_scores_estimate(values, cut):
    parts = [tuple(a + b for a, b in zip(sums(values[:cut]), sums(values[cut:]), strict=True))]
    whole = mean_of([sums(values)])
    merged = mean_of(parts)
    assert whole is not None
    assert merged is not None
    assert merged.value == pytest.approx(whole.value)
    assert merged.standard_error == pytest.approx(whole.standard_error, abs=1e-6)


def test_locales_are_found_in_either_arm():
    cells = [cell([0.5], [], "groundedness@fr-FR"), cell([], [0.5], "groundedness@de-DE"), cell([1.0], [1.0])]
    assert locales_of(cells, "groundedness") == ("de-DE", "fr-FR")
