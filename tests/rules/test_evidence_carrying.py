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
