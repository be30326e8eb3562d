"""Where does rollback evidence begin anew?"""

from __future__ import annotations

import pytest

from leverframe.nouns.ramps import Clause, RampPlan, Stage
from leverframe.rules.evidence.carrying import carried_from


def plan(*stages):
    return RampPlan(tuple(Stage(clauses, 30) for clauses in stages))


def wide(*shares):
    return plan(*((Clause(share),) for share in shares))


@pytest.mark.parametrize(
    ("shares", "begins"),
    [
        ((1, 10, 50, 100), (1, 1, 1, 1)),
        ((100,), (1,)),
        ((10, 10), (1, 2)),
        ((1, 5, 10, 50, 100), (1, 1, 3, 3, 3)),
        ((5, 10, 20, 40, 100), (1, 2, 3, 4, 4)),
    ],
)
def test_evidence_is_carried_while_each_stage_is_five_times_as_wide(shares, begins):
    assert carried_from(wide(*shares)) == begins


def test_evidence_is_not_carried_past_people_who_are_not_asked_again_in_a_wider_share():
    australia, europe = Clause(10, regions=("au",)), Clause(50, regions=("eu",))
    assert carried_from(plan((australia,), (europe,))) == (1, 2)
    assert carried_from(plan((australia,), (Clause(50, regions=("au", "eu")),))) == (1, 1)
    assert carried_from(plan((australia,), (Clause(50),))) == (1, 1)
    assert carried_from(plan((Clause(10),), (Clause(50, regions=("au",)),))) == (1, 2)


def test_a_ring_that_already_has_it_whole_does_not_stop_the_carrying():
    inside = Clause(100, rings=("internal",))
    assert carried_from(plan((inside, Clause(1, rings=("all",))), (inside, Clause(10, rings=("all",))))) == (1, 1)


def test_a_cohort_is_asked_again_as_regions_and_rings_are():
    staff = Clause(10, cohorts=("staff",))
    assert carried_from(plan((staff,), (Clause(50, cohorts=("staff",)),))) == (1, 1)
    assert carried_from(plan((staff,), (Clause(50),))) == (1, 1)
    assert carried_from(plan((staff,), (Clause(50, cohorts=("fans",)),))) == (1, 2)
    assert carried_from(plan((Clause(10),), (Clause(50, cohorts=("staff",)),))) == (1, 2)


@pytest.mark.parametrize("kind", ["regions", "rings", "cohorts"])
def test_who_was_reached_earlier_and_is_widened_a_little_only_stops_the_carrying(kind):
    """At 50 % since the first stage, and at 60 % in the third: the same people would come back in the same arm."""
    first, then = (Clause(share, **{kind: ("few",)}) for share in (50, 60))
    assert carried_from(plan((first,), (Clause(1),), (Clause(10),))) == (1, 2, 2)
    assert carried_from(plan((first,), (Clause(1),), (Clause(10), then))) == (1, 2, 3)


def test_who_would_be_counted_in_another_cohort_at_the_same_share_stops_the_carrying():
    """Somebody in both cohorts is counted with `z` in the second stage, and with `a` in the third."""
    first, all_of_it = Clause(50, cohorts=("z",)), Clause(50, cohorts=("a",))
    assert carried_from(plan((first,), (Clause(1),), (Clause(10), all_of_it))) == (1, 2, 3)
    assert carried_from(plan((first,), (Clause(1),), (Clause(10), Clause(60, cohorts=("z",))))) == (1, 2, 3)
    assert carried_from(plan((Clause(50, cohorts=("a",)),), (Clause(1),), (Clause(10), first))) == (1, 2, 2)
