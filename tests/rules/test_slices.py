"""Does each region, ring and cohort read by itself what it counted, and decide nothing?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import CellCounts
from leverframe.rules.evidence import intervals, labels
from leverframe.rules.slices import locales_of, slices_of


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


def scored(blocks: int, *, fall: float = 0.0, cells: int = 2) -> list[dict[str, CellCounts]]:
    """Add up blocks of scores; in French the candidate's are lower, and each cell has a level of its own."""

    def arm(n: int, scores: int, cell: int, falls: float) -> dict[str, tuple[int, float, float]]:
        def total(lower: float) -> float:
            return sum(scores * (0.9 - 0.3 * cell - lower + 0.01 * (k * scores % 7 - 3)) for k in range(n))

        return {
            "groundedness@fr-FR": (n * scores, total(falls), 0.0),
            "groundedness@en-GB": (n * scores, total(0.0), 0.0),
            "groundedness": (2 * n * scores, total(falls) + total(0.0), 0.0),
        }

    return [
        {
            f"{cell}|everyone": CellCounts(
                0.1, candidate_sums=arm(n, 2 + 3 * cell, cell, fall), control_sums=arm(n, 20, cell, 0.0)
            )
            for cell in range(cells)
        }
        for n in range(1, blocks + 1)
    ]


def test_each_locale_is_read_by_itself_and_the_worst_comes_first():
    french, english = locales_of(scored(30, fall=0.2), 0.05)
    assert (french.locale, french.metric, english.locale) == ("fr-FR", "groundedness", "en-GB")
    assert french.lowest is not None
    assert french.estimate is not None
    assert french.highest is not None
    assert 0.0 < french.lowest < french.estimate < french.highest
    assert abs(french.estimate - 0.2) < 0.02
    assert english.lowest is not None
    assert english.lowest < 0.0


def test_a_locale_is_compared_like_with_like_in_each_cell():
    """The candidate has more of the cell where scores are low, and is no worse for it."""
    _, english = locales_of(scored(30, fall=0.2), 0.05)
    assert english.candidate_mean is not None
    assert english.control_mean is not None
    assert english.candidate_mean < english.control_mean - 0.05
    assert abs(english.estimate or 0.0) < 0.02


def test_of_few_moments_a_locale_has_an_estimate_and_no_bounds():
    for each in locales_of(scored(19, fall=0.2), 0.05):
        assert each.estimate is not None
        assert (each.lowest, each.highest) == (None, None)


def test_of_a_single_locale_nothing_is_told():
    alone = {
        name: replace(cell, candidate_sums={"groundedness@fr-FR": (2, 1.0, 0.0)}) for name, cell in CELLS.items()
    }
    assert locales_of([alone], 0.05) == ()
    assert locales_of([CELLS], 0.05) == ()


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
