"""Does a harmless ramp with unequal users stay, however often one looks?

The worlds are those of the benchmark (`bench/unequal_users.py`). The same ones are counted in ways that are wrong, to
show that this test would notice.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench"))

from unequal_users import (
    HANDBOOK,
    NARROWED,
    SMALL_STEPS,
    WAITING,
    always_bad_users,
    begins_of,
    by_request,
    by_unit_and_arm,
    by_unit_and_share,
    by_unit_and_stage,
    share_rolled_back,
    unequal_users,
)

ALPHA = 0.05


def at_most(alpha, runs):
    """Alpha and three Monte-Carlo standard errors."""
    return alpha + 3 * (alpha * (1 - alpha) / runs) ** 0.5


@pytest.mark.parametrize("make_users", [unequal_users, always_bad_users])
def test_a_harmless_ramp_is_rolled_back_at_most_as_often_as_alpha_says(make_users):
    begins = begins_of(HANDBOOK)
    assert begins == (1, 1, 1)
    rate = share_rolled_back(make_users, by_unit_and_stage, HANDBOOK, begins, ALPHA, runs=600, seed=1)
    assert 0 < rate <= at_most(ALPHA, 600)


@pytest.mark.parametrize(("count", "least"), [(by_request, 0.2), (by_unit_and_arm, 0.9)])
def test_other_ways_of_counting_would_roll_it_back(count, least):
    rate = share_rolled_back(unequal_users, count, HANDBOOK, (1, 1, 1), ALPHA, runs=80, seed=2)
    assert rate >= least > at_most(ALPHA, 80)


def test_a_plan_of_small_steps_begins_its_evidence_anew_and_keeps_its_level():
    begins = begins_of(SMALL_STEPS)
    parts = len(set(begins))
    rate = share_rolled_back(
        always_bad_users, by_unit_and_stage, SMALL_STEPS, begins, ALPHA / parts, runs=300, seed=3
    )
    assert parts > 1
    assert rate <= at_most(ALPHA, 300)


def test_carrying_evidence_through_small_steps_would_break_the_level():
    carried = (1,) * len(SMALL_STEPS)
    rate = share_rolled_back(always_bad_users, by_unit_and_stage, SMALL_STEPS, carried, ALPHA, runs=600, seed=4)
    assert rate > 0.06


@pytest.mark.parametrize("make_users", [unequal_users, always_bad_users])
@pytest.mark.parametrize("path", [WAITING, NARROWED], ids=["waiting", "narrowed"])
def test_whoever_stands_at_a_share_again_is_counted_once_and_the_level_is_kept(make_users, path):
    rate = share_rolled_back(make_users, by_unit_and_share, path, (1,) * len(path), ALPHA, runs=200, seed=5)
    assert 0 < rate <= at_most(ALPHA, 200)
