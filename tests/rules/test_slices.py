"""Does each region, ring and cohort read by itself what it counted, and decide nothing?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import CellCounts
from leverframe.rules.evidence import intervals, labels
from leverframe.rules.slices import slices_of


def cell(mine: tuple[int, int], theirs: tuple[int, int], share: float = 0.1) -> CellCounts:
    """Count (bad, people) of the candidate and beside it."""
    return CellCounts(share, mine[1], theirs[1], {"error": mine[0]}, {"error": theirs[0]})


CELLS = {
    "uk|everyone": cell((30, 400), (90, 3600)),
    "uk|partners": cell((1, 40), (9, 360)),
    "eu|everyone": cell((10, 400), (90, 3600)),
    "eu|everyone|testers": cell((4, 50), (4, 50), 0.5),
}


def told(cells: dict[str, CellCounts]) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    found = slices_of(cells, ("error",), alpha=0.05, beta=0.05)
    return {(s.by, s.name): (s.candidate_bad, s.candidate_units, s.control_bad, s.control_units) for s in found}


def test_cells_are_put_together_by_region_by_ring_and_by_cohort():
    assert told(CELLS) == {
        ("region", "uk"): (31, 440, 99, 3960),
        ("region", "eu"): (14, 450, 94, 3650),
        ("ring", "everyone"): (44, 850, 184, 7250),
        ("ring", "partners"): (1, 40, 9, 360),
        ("cohort", "testers"): (4, 50, 4, 50),
    }


def test_the_worst_comes_first_by_what_is_shown_of_it():
    found = slices_of(CELLS, ("error",), alpha=0.05, beta=0.05)
    assert (found[0].by, found[0].name) == ("region", "uk")
    assert [each.lowest or 0.0 for each in found] == sorted((each.lowest or 0.0 for each in found), reverse=True)


def test_a_slice_without_people_and_a_single_region_or_ring_are_not_told():
    one = {"uk|everyone": CELLS["uk|everyone"], "eu|partners": cell((0, 0), (0, 0))}
    assert told(one) == {}


def test_a_slice_that_nobody_is_served_beside_has_no_interval():
    cells = {"uk|everyone": cell((3, 40), (0, 0)), "eu|everyone": cell((0, 0), (3, 40))}
    for each in slices_of(cells, ("error",), alpha=0.05, beta=0.05):
        assert (each.lowest, each.highest) == (None, None)


COUNTS = st.builds(
    lambda bad, more, beside, others: cell((bad, bad + more), (beside, beside + others)),
    *(st.integers(0, 200),) * 4,
)


@given(COUNTS, COUNTS)
def test_a_slice_reads_what_a_ramp_of_it_alone_would_at_the_whole_level(uk, eu):
    for each in slices_of({"uk|all": uk, "eu|all": eu}, ("error",), alpha=0.05, beta=0.02):
        mine = uk if each.name == "uk" else eu
        if mine.candidate_units and mine.control_units:
            strata = labels.strata_of([mine], "error")
            assert each.lowest == intervals.largest_shown(strata, (), 0, 0, 0.05)
            assert each.highest == intervals.smallest_excluded(strata, 0.02)
