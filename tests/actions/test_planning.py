"""Does the planner answer from what the store knows, and does the gate keep two changes out of each other's way?"""

from __future__ import annotations

import pytest
from tests.world import World, acme, no_of

from leverframe.actions import planning, ramps, schedules
from leverframe.nouns.changes import StartWindow
from leverframe.nouns.conflicts import ConflictKind, ConflictRule
from leverframe.nouns.verdicts import NotFound
from leverframe.sources.policies import read_bundle

ACMES = "conflicts: {most_high_impact: 2, high_impact_users: 1000000, refuse: [high_impact]}"
REFUSE = "conflicts: {most_high_impact: 1, refuse: [high_impact, bridge]}"


def best(world: World, change: str) -> str:
    found = planning.show_slots(world.house, world.remi, change).plan.best
    return f"{found.opens_at:%a %H:%M}" if found else ""


def test_a_change_is_told_its_starts_the_best_first_and_when_each_region_opens(world):
    world.adopt()
    change = world.file()
    view = planning.show_slots(world.house, world.remi, change.id)
    assert best(world, change.id) == "Tue 09:00"
    assert not view.plan.beyond
    assert [region.region for region in view.plan.regions] == list(change.blast_radius.regions)
    assert not view.may_move.refuses
    assert planning.show_slots(world.house, world.vic, change.id).may_move.refuses


def test_a_start_chosen_from_the_planner_is_one_that_the_change_may_be_armed_for(world):
    world.adopt()
    change = world.sign_all(world.ready())
    slot = planning.show_slots(world.house, world.remi, change.id).plan.slots[1]
    start = StartWindow(slot.opens_at, slot.closes_at, change.start.not_after)
    armed = schedules.schedule(world.house, world.remi, change.id, start)
    assert armed.start == start
    assert armed.state == "scheduled"


def test_where_the_tickets_own_end_leaves_no_start_those_beyond_it_are_told_as_such(world):
    world.adopt()
    opens, closes = world.moment("Thu 10:00"), world.moment("Thu 12:00")
    change = world.file(start=StartWindow(opens, closes, world.moment("Thu 13:00")))
    world.rounds_until("Wed 15:00")
    view = planning.show_slots(world.house, world.remi, change.id)
    assert view.plan.beyond
    assert view.plan.best is not None
    assert view.not_after(view.plan.best) > view.plan.best.settles


def test_a_ramp_that_has_begun_has_no_start_any_more_but_its_regions_have_openings(world):
    world.adopt()
    change = world.ramping()
    plan = planning.show_slots(world.house, world.remi, change.id).plan
    assert plan.slots == ()
    assert plan.regions[0].is_open


def test_why_not_says_every_requirement_and_the_next_legal_slots(world):
    world.adopt()
    change = world.file()
    answer = planning.why_not(world.house, change.id)
    assert {"sign_offs", "window", "conflicts"} <= {verdict.gate for verdict in answer.requirements}
    assert answer.plan.best == answer.plan.slots[0]
    assert answer.forecast is not None


def test_a_change_that_there_is_not_has_no_starts(world):
    with pytest.raises(NotFound):
        planning.why_not(world.house, "CHG-2026-99999")


def test_another_change_with_the_same_coordinator_at_the_same_time_warns_and_stops_nothing(world):
    world.adopt()
    world.ramping()
    answer = world.verdict(world.file("meeting-notes-v2", by="cass", coordinator="remi"), "conflicts")
    assert not answer.refuses
    assert "CHG-2026-00001" in answer.because


def with_conflicts(text: str = REFUSE) -> dict[str, str]:
    files = dict(acme()[1])
    return {**files, "policy.yaml": files["policy.yaml"].replace(ACMES, text)}


def refusing(world: World) -> None:
    policy, faults = read_bundle(with_conflicts(), today=world.now.date())
    assert policy, faults
    world.enforce(policy, with_conflicts())


def test_what_the_policy_refuses_waits_until_the_other_has_ended(world):
    refusing(world)
    world.adopt()
    first = world.ramping()
    second = world.file("meeting-notes-v2", by="cass", bridge=world.change(first).bridge)
    no = no_of(lambda: ramps.start_ramp(world.house, world.remi, second.id))
    assert "meets on the bridge" in no["conflicts"]
    world.abort("remi", first)
    assert not world.verdict(second, "conflicts").refuses


def test_the_policy_says_which_conflicts_refuse_and_faults_are_told():
    policy, _ = read_bundle(with_conflicts())
    assert policy
    assert policy.conflicts == ConflictRule(1, refuse=frozenset({ConflictKind.HIGH_IMPACT, ConflictKind.BRIDGE}))
    none, faults = read_bundle(with_conflicts("conflicts: {most_high_impact: 0, refuse: [weather]}"))
    assert none is None
    assert {fault.place.split(":")[0] for fault in faults} >= {"policy.yaml"}
    said = " ".join(fault.because for fault in faults)
    assert "weather" in said
    assert "most_high_impact" in said
