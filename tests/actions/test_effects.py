"""Is it written down what users get since an act, and is somebody told where it is not what they should?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import World

from leverframe.actions import way_back
from leverframe.actions.effects import effect_of, worth_telling
from leverframe.actions.today import today
from leverframe.nouns.changes import Change
from leverframe.nouns.outcomes import Outcome
from leverframe.nouns.waits import GATEWAYS

TARGET = "customer-support-ai"


@pytest.fixture
def settled(world: World) -> Change:
    change = world.ramping()
    world.settle(change)
    return world.change(change)


def served(world: World, *, gateway: str = "edge", users: int = 3, **other: object) -> None:
    """Serve some users, and let the gateway tell of it."""
    calls = [world.call(TARGET, f"somebody {n}", gateway=gateway, **other) for n in range(users)]
    world.tell([Outcome(call, 100.0) for call in calls], gateway)


def minutes_pass(world: World, many: float) -> None:
    for _ in range(round(2 * many)):
        world.clock.advance(timedelta(seconds=30))
        world.round()


def state(world: World, change: Change) -> str:
    with world.store.read() as db:
        seen = effect_of(db, change.id, world.now)
    return f"{seen.state}: {seen.because}" if seen else ""


def test_a_change_that_settled_is_proven_by_calls_within_minutes(world: World, settled: Change):
    assert state(world, settled).startswith("waiting: no call has got customer-support@v8")
    served(world)
    minutes_pass(world, 1)
    (entry,) = world.entries("effect.proven")
    assert entry.object == settled.id
    assert entry.because.startswith("edge answered with customer-support@v8")
    assert (entry.facts["after"], entry.facts["minutes"]) == ("settled", 1.0)
    assert entry.facts["served"][0]["gateway"] == "edge"
    assert state(world, settled).startswith("proven: edge")
    assert world.view(settled).effect.state == "proven"


def test_what_is_proven_is_written_down_once(world: World, settled: Change):
    served(world)
    minutes_pass(world, 5)
    assert len(world.entries("effect.proven")) == 1


def test_a_gateway_that_serves_the_former_unit_on_is_an_alarm_and_one_page(world: World, settled: Change):
    former = settled.current[TARGET].name
    for _ in range(22):
        served(world)
        served(world, gateway="core", unit=former, number="1.1")
        minutes_pass(world, 0.5)
    (page,) = world.told("page.effect_missing")
    assert f"core answered with {former}" in page["because"]
    assert len(world.entries("effect.missing")) == 1
    assert f"{settled.id} settled, and {page['because']}." in today(world.house, world.sol).alarms
    (waited_on,) = (group for group in today(world.house, world.sol).waits if group.on == GATEWAYS)
    assert [(wait.change, page["because"] in wait.what) for wait in waited_on.waits] == [(settled.id, True)]
    minutes_pass(world, 2)
    assert world.entries("effect.proven")[0].facts["minutes"] > 10
    assert not any(settled.id in alarm for alarm in today(world.house, world.sol).alarms)
    assert GATEWAYS not in [group.on for group in today(world.house, world.sol).waits]


def test_a_ramp_that_was_aborted_is_proven_to_be_out(world: World):
    change = world.ramping()
    served(world)
    world.abort("sol", change)
    served(world)
    minutes_pass(world, 1)
    (entry,) = world.entries("effect.proven")
    assert (entry.facts["after"], entry.facts["serves"]) == ("aborted", change.current[TARGET].name)


def test_going_back_overtakes_what_settling_was_to_lead_to(world: World, settled: Change):
    way_back.go_back(world.house, world.sol, settled.id, "it annoys people")
    served(world)
    minutes_pass(world, 1)
    assert [entry.facts["after"] for entry in world.entries("effect.")] == ["went_back"]
    with world.store.read() as db:
        assert worth_telling(db, world.now) == ()


def test_what_a_switchs_fallback_answers_shows_nothing(world: World, settled: Change):
    world.throw("sol", f"feature/{TARGET}")
    served(world)
    minutes_pass(world, 2)
    assert world.entries("effect.") == []


def test_where_nobody_asks_for_a_day_it_is_said_so(world: World, settled: Change):
    world.clock.advance(timedelta(hours=23))
    world.round()
    assert world.entries("effect.") == []
    world.clock.advance(timedelta(hours=1))
    world.round()
    assert [entry.because for entry in world.entries("effect.unproven")] == [
        f"no call has got {settled.candidate[TARGET].name} since"
    ]
