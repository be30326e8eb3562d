"""How does a settled change go back?"""

from __future__ import annotations

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import ramps, reviews, way_back
from leverframe.actions.listing import list_changes
from leverframe.nouns.changes import Change, CloseCode, State
from leverframe.nouns.ramps import RampState
from leverframe.store import follow_ups

pytestmark = ON_SQLITE
TARGET = "customer-support-ai"


@pytest.fixture
def settled(world: World) -> Change:
    return world.settle(world.ramping())


def go_back(world: World, name: str, change: Change, because: str = "it cites pages that do not exist"):
    return way_back.go_back(world.house, world.who(name), change.id, because)


def test_one_person_goes_back_at_any_hour_to_the_whole_former_unit(world: World, settled: Change):
    world.at("Fri 03:00")
    back, number = go_back(world, "sol", settled)
    assert (back.state, back.close_code) == (State.REVIEW, CloseCode.WENT_BACK)
    assert world.running[TARGET] == settled.current[TARGET]
    assert {world.decide(TARGET, f"p{n}").unit for n in range(50)} == {settled.current[TARGET]}
    assert world.timeline(settled).endswith("Fri 03:00 went back")
    entry = world.entries("change.went_back")[0]
    assert (entry.actor, entry.role, entry.facts["number"]) == ("sol", "on_call", str(number))
    assert str(number) in world.house.opened


def test_a_change_that_went_back_reaches_nobody(world: World, settled: Change):
    assert (world.view(settled).ramp.share_percent, world.view(settled).ramp.next_text) == (100.0, "settled")
    go_back(world, "sol", settled)
    assert (world.view(settled).ramp.share_percent, world.view(settled).ramp.next_text) == (0.0, "went back")
    assert [line.share_percent for line in list_changes(world.house, {}).changes] == [0.0]


def test_who_may_not_and_who_says_not_why_do_not_go_back(world: World, settled: Change):
    assert set(no_of(lambda: go_back(world, "vic", settled))) == {"may"}
    assert "because" in faults_of(lambda: go_back(world, "sol", settled, " "))
    assert world.running[TARGET] == settled.candidate[TARGET]


def test_a_ramp_that_was_compared_with_the_unit_that_goes_ends(world: World, settled: Change):
    start = world.form("support-prompt-v9").start
    later = world.sign_all(world.ready("support-prompt-v9", start=start))
    world.clock.move_to(start.opens_at)
    ramps.start_ramp(world.house, world.remi, later.id)
    go_back(world, "sol", settled)
    assert world.ramp(later).state is RampState.ABORTED
    assert world.entries("ramp.aborted")[0].because == f"{settled.id} went back under it"
    assert world.table.features[TARGET].candidate is None


def test_what_was_signed_against_the_new_unit_returns_to_assess(world: World, settled: Change):
    later = world.sign_all(world.ready("support-prompt-v9"))
    go_back(world, "sol", settled)
    assert world.change(later).state is State.ASSESS
    assert all(signed.voided_at for signed in world.view(later).sign_offs)


def test_going_back_owes_a_review_anew(world: World, settled: Change):
    reviews.review(world.house, world.remi, settled.id, "successful", "all is well")
    go_back(world, "sol", settled)
    assert world.change(settled).review is None
    with world.store.read() as db:
        assert [duty.kind for duty in follow_ups.open_ones(db, subject=settled.id)] == ["change_review"]


def test_it_goes_back_once(world: World, settled: Change):
    go_back(world, "sol", settled)
    assert no_of(lambda: go_back(world, "sol", settled)) == {"way_back": f"{settled.id} went back already"}


def test_after_the_review_has_closed_it_is_a_new_change(world: World, settled: Change):
    reviews.review(world.house, world.remi, settled.id, "successful", "all is well")
    world.rounds_until("Fri 14:30", every=24 * 60)
    assert world.change(settled).state is State.CLOSED
    assert no_of(lambda: go_back(world, "sol", settled)) == {"way_back": f"{settled.id} is not settled and open"}


def test_after_another_change_has_settled_it_is_a_new_change(world: World, settled: Change):
    from leverframe.store import units

    with world.store.write() as db:
        units.adopt(db, TARGET, world.form("support-prompt-v9").candidate, "clock", "CHG-2026-00002", world.now)
    assert no_of(lambda: go_back(world, "sol", settled)) == {"way_back": f"another change has settled on {TARGET}"}


def test_a_running_ramp_does_not_go_back_it_is_aborted(world: World):
    change = world.ramping()
    assert set(no_of(lambda: go_back(world, "sol", change))) == {"way_back"}
