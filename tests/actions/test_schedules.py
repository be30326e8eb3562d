"""How is a signed change armed, when does its window lapse, and who signs a new start?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import ramps, schedules
from leverframe.nouns.changes import State
from leverframe.nouns.verdicts import Refused

pytestmark = ON_SQLITE


def moved(change, days: int, *, after_days: int = 0):
    start = change.start
    shift = timedelta(days=days)
    ends = start.not_after + timedelta(days=after_days)
    return replace(start, opens_at=start.opens_at + shift, closes_at=start.closes_at + shift, not_after=ends)


def test_a_signed_change_is_armed_and_starts_by_itself_at_the_opening(world: World):
    change = world.armed()
    assert (change.state, change.armed_by) == (State.SCHEDULED, "remi")
    world.rounds_until("Wed 09:30", every=240)
    assert world.timeline(change) == ""
    world.rounds_until("Wed 10:00")
    assert world.timeline(change) == "Wed 10:00 1%"
    assert world.change(change).state is State.IMPLEMENT


def test_what_is_not_signed_is_not_armed(world: World):
    change = world.ready()
    assert set(no_of(lambda: schedules.schedule(world.house, world.remi, change.id))) == {"sign_offs"}
    assert set(no_of(lambda: schedules.schedule(world.house, world.vic, change.id))) == {"may"}
    assert world.change(change).state is State.AUTHORIZE


def test_arming_after_the_window_has_passed_is_refused_with_the_remedy(world: World):
    change = world.sign_all(world.ready())
    world.at("Wed 12:00")
    with pytest.raises(Refused) as no:
        schedules.schedule(world.house, world.remi, change.id)
    assert [(v.gate, v.remedy) for v in no.value.verdicts] == [("window", "choose a new start")]


def test_the_author_of_a_high_change_does_not_arm_it(world: World):
    change = world.sign_all(world.ready("underwriting-model"))
    refused = no_of(lambda: schedules.schedule(world.house, world.ana, change.id))
    assert refused == {"segregation": "ana wrote this High change and may not run it"}


def test_only_a_release_manager_becomes_the_tickets_release_manager_by_arming(world: World):
    world.adopt("meeting-notes")
    from tests.actions.test_changes import NOTES

    from leverframe.actions import changes

    change = changes.file_change(world.house, world.cass, NOTES)
    world.proved(change)
    world.sign_all(change)
    assert schedules.schedule(world.house, world.remi, change.id).release_manager == "remi"


def test_a_window_in_which_it_could_not_start_lapses_and_says_so(world: World):
    """Another change ramps on the target all the while."""
    change, other = world.armed(), world.ready("support-prompt-v9", start=world.form().start)
    world.sign_all(other)
    schedules.schedule(world.house, world.remi, other.id)
    world.at("Wed 10:00")
    world.round()
    started = next(c for c in (change, other) if world.change(c).state is State.IMPLEMENT)
    waiting = other if started.id == change.id else change
    world.rounds_until("Wed 11:30")
    assert world.change(waiting).state is State.SCHEDULED
    world.rounds_until("Wed 12:00")
    lapsed = world.change(waiting)
    assert (lapsed.state, lapsed.armed_by) == (State.AUTHORIZE, "")
    entry = world.entries("change.window_lapsed")[0]
    assert f"customer-support-ai is ramped by {started.id}" in entry.because
    assert [s.voided_at for s in world.view(waiting).sign_offs] == [None] * 3


def test_a_new_start_within_not_after_needs_the_release_manager_only(world: World):
    change = world.sign_all(world.ready())
    world.at("Wed 12:00")
    after = schedules.schedule(world.house, world.remi, change.id, moved(change, 1))
    assert (after.state, after.start.opens_at) == (State.SCHEDULED, change.start.opens_at + timedelta(days=1))
    standing = {s.person: s.comment for s in world.view(change).sign_offs if s.voided_at is None}
    assert standing == {"cass": "", "cleo": "", "remi": "chose the new start"}
    world.at("Thu 10:00")
    world.round()
    assert world.timeline(change) == "Thu 10:00 1%"


def test_a_feature_owner_may_choose_a_new_start_but_not_arm_it_alone(world: World):
    change = world.sign_all(world.ready())
    world.at("Wed 12:00")
    refused = no_of(lambda: schedules.schedule(world.house, world.cleo, change.id, moved(change, 1)))
    assert "1 from release manager" in refused["sign_offs"]
    assert world.change(change).start == change.start
    schedules.move_start(world.house, world.cleo, change.id, moved(change, 1))
    world.sign("remi", change)
    assert schedules.schedule(world.house, world.cleo, change.id).state is State.SCHEDULED


def test_a_start_that_is_moved_twice_within_not_after_keeps_the_others(world: World):
    change = world.sign_all(world.ready())
    schedules.move_start(world.house, world.remi, change.id, moved(change, 1))
    schedules.move_start(world.house, world.remi, change.id, moved(change, 6))
    assert world.verdict(change, "sign_offs").because.endswith("1 from release manager")
    world.sign("remi", change)
    assert world.verdict(change, "sign_offs").outcome == "met"


def test_a_new_start_beyond_not_after_needs_all_sign_offs(world: World):
    change = world.armed()
    after = schedules.move_start(world.house, world.remi, change.id, moved(change, 7, after_days=7))
    assert (after.state, after.armed_by) == (State.AUTHORIZE, "")
    assert [s.void_because for s in world.view(change).sign_offs] == ["the start was moved beyond not_after"] * 3
    assert world.entries("change.start_moved")[0].because == "moved beyond not_after: all sign again"
    assert world.sign_all(change).provenance["start"].by == "remi"


def test_a_start_that_cannot_be_is_told_whole(world: World):
    change = world.sign_all(world.ready())
    wrong = replace(moved(change, -7), closes_at=change.start.opens_at - timedelta(days=7))
    faults = faults_of(lambda: schedules.move_start(world.house, world.remi, change.id, wrong))
    assert faults == {
        "start": "the start window closes before it opens",
        "closes_at": "the start window has passed already",
    }


def test_moving_the_start_of_what_is_not_ready_leaves_it_in_assess(world: World):
    world.adopt()
    change = world.file()
    assert schedules.move_start(world.house, world.remi, change.id, moved(change, 1)).state is State.ASSESS


def test_taking_a_change_off_the_schedule_needs_one_person_and_one_reason(world: World):
    change = world.armed()
    assert "because" in faults_of(lambda: schedules.disarm(world.house, world.sol, change.id, ""))
    assert schedules.disarm(world.house, world.sol, change.id, "the model is slow today").state is State.AUTHORIZE
    world.at("Wed 10:00")
    world.round()
    assert world.timeline(change) == ""
    assert set(no_of(lambda: schedules.disarm(world.house, world.sol, change.id, "again"))) == {"state"}


def test_a_refused_start_leaves_nothing_behind(world: World):
    """The interlock of the route table refuses after the ramp was written: all of it is taken back."""
    change = world.armed()
    narrower = replace(world.policy.catalog.targets["customer-support-ai"], population=())
    catalog = replace(world.policy.catalog, targets={**world.policy.catalog.targets, narrower.id: narrower})
    world.enforce(replace(world.policy, catalog=catalog, digest="no population"))
    world.at("Wed 10:00")
    world.round()
    with pytest.raises(Refused):
        ramps.start_ramp(world.house, world.remi, change.id)
    assert world.change(change).state is not State.IMPLEMENT
    assert world.timeline(change) == ""
