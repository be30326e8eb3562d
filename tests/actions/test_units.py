"""Which unit runs, and how is the first one adopted?"""

from __future__ import annotations

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import units
from leverframe.nouns.changes import State
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import NotFound

pytestmark = ON_SQLITE
TARGET = "customer-support-ai"
UNIT = Unit(prompt="customer-support@v7", model="openai.gpt-4o-2024-11")


def test_the_owner_adopts_what_runs_on_day_zero_without_a_ramp(world: World):
    assert units.adopt(world.house, world.ana, TARGET, UNIT, "it runs today") == UNIT
    assert world.decide(TARGET, "anybody").unit == UNIT
    entry = world.entries("unit.adopted")[0]
    assert (entry.actor, entry.role, entry.facts["unit"]) == ("ana", "feature_owner", UNIT.name)
    view = units.show_target(world.house, TARGET)
    assert (view.current, view.ramping, [by for _, _, by, _ in view.history]) == (UNIT, "", ["ana"])


def test_from_then_on_only_a_change_alters_it(world: World):
    units.adopt(world.house, world.ana, TARGET, UNIT, "it runs today")
    assert set(no_of(lambda: units.adopt(world.house, world.ana, TARGET, UNIT, "again"))) == {"adopted"}


def test_who_may_not_adopt_and_what_cannot_be_adopted(world: World):
    assert set(no_of(lambda: units.adopt(world.house, world.vic, TARGET, UNIT, "mine"))) == {"may"}
    assert set(no_of(lambda: units.adopt(world.house, world.remi, TARGET, UNIT, "mine"))) == {"may"}
    assert "unit" in faults_of(lambda: units.adopt(world.house, world.ana, TARGET, Unit(), "nothing"))
    assert "because" in faults_of(lambda: units.adopt(world.house, world.ana, TARGET, UNIT, " "))
    with pytest.raises(NotFound):
        units.adopt(world.house, world.ana, "horoscopes", UNIT, "it runs today")


def test_what_was_written_against_no_unit_returns_to_assess(world: World):
    change = world.file()
    world.proved(change)
    assert world.change(change).state is State.AUTHORIZE
    world.adopt()
    assert world.change(change).state is State.ASSESS
    assert world.verdict(change, "same_current").refuses


def test_a_unit_is_not_adopted_under_a_running_ramp(world: World):
    """With no current unit the fallback is current, and only absolute limits are read."""
    change = world.file()
    world.proved(change)
    world.sign_all(change)
    world.at("Wed 10:00")
    from leverframe.actions import ramps

    ramps.start_ramp(world.house, world.remi, change.id)
    refused = no_of(lambda: units.adopt(world.house, world.ana, TARGET, UNIT, "it ran yesterday"))
    assert refused == {"one_ramp": f"{change.id} ramps on {TARGET}, beside no unit"}
    served = {world.decide(TARGET, f"p{n}").serve for n in range(400)}
    assert served == {True, False}


def test_every_target_is_listed_with_what_runs_and_ramps(world: World):
    change = world.ramping()
    rows = {view.target.id: view for view in units.list_targets(world.house)}
    assert rows[TARGET].ramping == change.id
    assert rows["claims-summary"].current is None
    with pytest.raises(NotFound):
        units.show_target(world.house, "horoscopes")
