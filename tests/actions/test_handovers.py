"""Does exactly one person coordinate a change, and is every handover written down?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.world import World, faults_of, no_of

from leverframe.actions import changes, handovers, ramps
from leverframe.actions.drafting import form_of
from leverframe.nouns.changes import Change, StartWindow
from leverframe.nouns.people import CLOCK
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Conflict, Invalid, Refused
from leverframe.rules.coordinating import may_coordinate
from leverframe.store import handovers as handover_rows
from leverframe.store import ramps as ramp_rows

HIGH = "underwriting-model"


def hand(world: World, by: str, change: Change, to: str, because: str = "my shift ends"):
    return handovers.hand_over(world.house, world.who(by), change.id, to, because)


def wednesday(world: World) -> StartWindow:
    opens = world.moment("Wed 10:00")
    return StartWindow(opens, opens + timedelta(hours=5), opens + timedelta(days=14))


def rows(world: World, change: Change) -> list[tuple[str, str, str]]:
    with world.store.read() as db:
        return [(one.giver, one.taker, one.by) for one in handover_rows.of_change(db, change.id)]


def test_the_first_is_named_when_the_ticket_is_filed(world: World):
    world.adopt()
    change = world.file()
    assert (change.coordinator, rows(world, change)) == ("remi", [("", "remi", "ana")])


def test_who_coordinates_hands_over_with_a_reason_and_the_next_one_goes_on(world: World):
    change = world.ready()
    hand(world, "remi", change, "sol", "remi sleeps")
    hand(world, "sol", change, "cass")
    assert world.change(change).coordinator == "cass"
    assert rows(world, change) == [("", "remi", "ana"), ("remi", "sol", "remi"), ("sol", "cass", "sol")]
    entry = world.entries("bridge.handed_over")[0]
    assert (entry.role, entry.because, entry.facts["from"], entry.facts["to"]) == (
        "coordinator", "my shift ends", "sol", "cass",
    )  # fmt: skip
    assert [told["to"] for told in world.told("bridge.handed_over")] == ["sol", "cass"]


def test_a_handover_voids_no_sign_off_and_disarms_nothing(world: World):
    change = world.armed()
    hand(world, "remi", change, "sol")
    assert world.verdict(change, "sign_offs").outcome == "met"
    assert world.change(change).armed_by == "remi"


@pytest.mark.parametrize(
    ("by", "to", "because"),
    [
        ("ana", "sol", "ana does not coordinate"),
        ("sol", "sol", "sol does not coordinate"),
        ("remi", "remi", "remi coordinates"),
        ("remi", "vic", "vic may not coordinate a change on its bridge"),
        ("remi", "nobody-at-all", "there is no person nobody-at-all"),
        ("remi", "", "there is no person named"),
    ],
)
def test_who_may_not_is_told_why_and_nothing_is_different(world: World, by: str, to: str, because: str):
    change = world.ready()
    assert because in no_of(lambda: hand(world, by, change, to))["bridge"]
    assert rows(world, change) == [("", "remi", "ana")]
    assert world.change(change).coordinator == "remi"


def test_a_handover_has_a_reason(world: World):
    change = world.ready()
    assert list(faults_of(lambda: hand(world, "remi", change, "sol", " "))) == ["because"]


def test_a_release_manager_takes_it_from_who_cannot_be_reached(world: World):
    change = world.ready()
    hand(world, "remi", change, "sol")
    hand(world, "remi", change, "cass", "sol does not answer")
    assert world.entries("bridge.handed_over")[0].role == "release_manager"


def test_who_wrote_a_high_change_does_not_coordinate_it(world: World):
    change = world.ready(HIGH)
    wrote = change.author
    assert (
        "wrote this High change and may not coordinate it"
        in no_of(lambda: hand(world, "remi", change, wrote))["bridge"]
    )


def test_an_edit_that_names_another_is_a_handover_and_asks_the_same(world: World):
    change = world.ready()
    form = replace(form_of(change), coordinator="sol")
    said = no_of(lambda: changes.edit_change(world.house, world.ana, change.id, form, change.version))
    assert "ana does not coordinate" in said["bridge"]
    changes.edit_change(world.house, world.remi, change.id, form, change.version)
    assert rows(world, change)[-1] == ("remi", "sol", "remi")
    assert world.change(change).provenance["coordinator"].by == "remi"


def test_an_edit_that_names_nobody_leaves_who_coordinates(world: World):
    change = world.ready()
    before = change.provenance["coordinator"]
    form = replace(form_of(change), coordinator="", title="Another title")
    after = changes.edit_change(world.house, world.cleo, change.id, form, change.version)
    assert (after.coordinator, after.provenance["coordinator"]) == ("remi", before)


def test_a_ticket_names_nobody_who_may_not_coordinate(world: World):
    world.adopt()
    assert list(faults_of(lambda: world.file(coordinator="vic"))) == ["coordinator"]


def test_where_nobody_was_named_whoever_starts_it_coordinates(world: World):
    change = world.sign_all(world.ready("meeting-notes-v2", by="cass", coordinator="", start=wednesday(world)))
    assert rows(world, change) == []
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, change.id)
    after = world.change(change)
    assert (after.coordinator, rows(world, change)) == ("remi", [("", "remi", "remi")])
    assert world.entries("bridge.handed_over")[0].because == "nobody was named, and remi starts the ramp"


def test_a_start_by_the_clock_is_coordinated_by_who_armed_it(world: World):
    change = world.ramping("meeting-notes-v2", by="cass", coordinator="", start=wednesday(world))
    assert rows(world, change) == [("", "remi", CLOCK.name)]


def test_whoever_may_no_longer_coordinate_is_relieved_when_the_ramp_starts(world: World):
    change = world.armed()
    hand(world, "remi", change, "sol")
    people = world.policy.catalog.people
    catalog = replace(world.policy.catalog, people={n: p for n, p in people.items() if n != "sol"})
    world.enforce(replace(world.policy, catalog=catalog, digest="sha256:without-sol"))
    assert world.view(change).bridge.stands.refuses
    world.at("Wed 10:00")
    world.round()
    assert world.change(change).coordinator == "remi"
    assert "sol may not coordinate it any more" in world.entries("bridge.handed_over")[0].because


def test_a_ramp_that_nobody_may_coordinate_does_not_start(world: World):
    change = world.sign_all(world.ready("meeting-notes-v2", by="cass", coordinator="", start=wednesday(world)))
    may = {**world.policy.may, "bridge.coordinate": ()}
    world.enforce(replace(world.policy, may=may, digest="sha256:nobody-may"))
    world.at("Wed 10:00")
    assert (
        "nobody who may coordinates" in no_of(lambda: ramps.start_ramp(world.house, world.remi, change.id))["bridge"]
    )


def test_nobody_coordinates_what_is_over(world: World):
    change = world.ready()
    changes.cancel_change(world.house, world.ana, change.id, "not needed")
    assert "nobody coordinates it any more" in no_of(lambda: hand(world, "remi", change, "sol"))["bridge"]


ACTS = st.tuples(
    st.sampled_from(["hand", "edit", "start", "round", "abort"]),
    st.sampled_from(["ana", "remi", "sol", "cass", "vic"]),
    st.sampled_from(["ana", "remi", "sol", "cass", "vic", ""]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.sampled_from(["", "remi", "sol"]), acts=st.lists(st.just(("start", "remi", "")) | ACTS, max_size=12))
def test_at_any_moment_exactly_one_coordinates_whatever_people_do(world: World, first: str, acts):
    _end_all(world)
    if f"{world.now:%a}" == "Tue":
        world.at("Wed 10:00")
    window = wednesday(world)
    change = world.sign_all(world.ready("meeting-notes-v2", by="cass", coordinator=first, start=window))
    for act, by, to in acts:
        event(act)
        with suppress(Refused, Invalid, Conflict):
            _do(world, act, by, to, change)
        _holds(world, change)


def _end_all(world: World) -> None:
    with world.store.read() as db:
        running = [ramp.change for ramp in ramp_rows.active(db)]
    for one in running:
        ramps.abort_ramp(world.house, world.remi, one, "the next one")


def _do(world: World, act: str, by: str, to: str, change: Change) -> None:
    if act == "hand":
        hand(world, by, change, to)
    elif act == "edit":
        stands = world.change(change)
        changes.edit_change(
            world.house, world.who(by), change.id, replace(form_of(stands), coordinator=to), stands.version
        )
        world.sign_all(change)
    elif act == "start":
        ramps.start_ramp(world.house, world.who(by), change.id)
    elif act == "abort":
        ramps.abort_ramp(world.house, world.who(by), change.id, "enough")
    else:
        world.round()


def _holds(world: World, change: Change) -> None:
    """Each takes over from the one before, the last is who is named, and no ramp runs without one who may."""
    stands, told = world.change(change), rows(world, change)
    assert [giver for giver, _, _ in told] == ["", *(taker for _, taker, _ in told)][: len(told)]
    assert stands.coordinator == (told[-1][1] if told else "")
    with world.store.read() as db:
        ramp = ramp_rows.get(db, change.id)
    if ramp is not None and ramp.state is RampState.RAMPING:
        event("a ramp runs")
        target = world.policy.catalog.targets[change.target]
        assert not may_coordinate(stands, stands.coordinator, world.policy, target).refuses
