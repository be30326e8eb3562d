"""Are lost or doubled outcomes noticed, and sound stages left alone?"""

from __future__ import annotations

from math import log

import numpy as np

from leverframe.nouns.evidence import CellCounts
from leverframe.rules.evidence.sample_ratio import ALPHA, expected_units, log_mismatch, units_of

NEEDED = -log(ALPHA)


def test_a_sound_stage_is_left_alone_at_every_look():
    rng, called = np.random.default_rng(1), 0
    for _ in range(300):
        candidate = np.cumsum(rng.binomial(50, 0.1, 240)).tolist()
        called += any(log_mismatch({0.1: (a, 50 * n - a)}) >= NEEDED for n, a in enumerate(candidate, 1))
    assert called <= 2, "a level of 0.001 lets expect fewer than one in 300"


def test_a_gateway_whose_outcomes_are_lost_is_noticed():
    assert log_mismatch({0.1: (170, 3_600)}) >= NEEDED


def test_a_candidate_that_nobody_was_seen_on_is_noticed():
    assert log_mismatch({0.01: (0, 1_200)}) >= NEEDED
    assert log_mismatch({0.01: (0, 100)}) < NEEDED


def test_outcomes_counted_twice_are_noticed():
    assert log_mismatch({0.5: (2_200, 1_900)}) >= NEEDED


def test_cells_are_checked_each_with_its_own_share():
    cells = [CellCounts(0.1, 100, 900), CellCounts(0.5, 500, 500), CellCounts(1.0, 70, 0), CellCounts(0.0, 0, 80)]
    units = units_of(cells)
    assert units == {0.1: (100, 900), 0.5: (500, 500)}
    assert expected_units(units) == 600
    assert log_mismatch(units) < NEEDED
