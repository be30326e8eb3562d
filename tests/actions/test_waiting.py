"""Does Today say on whom each open change waits?"""

from __future__ import annotations

from tests.world import ON_SQLITE, World

from leverframe.actions import changes, ramps, reviews, schedules
from leverframe.actions.today import today

pytestmark = ON_SQLITE


def waits(world: World, by: str = "remi") -> dict[str, list[str]]:
    groups = today(world.house, world.who(by)).waits
    return {group.on: [f"{wait.change[-1]} {wait.what}" for wait in group.waits] for group in groups}


def test_a_change_waits_for_its_author_then_its_signers_then_a_start_then_its_window(world: World):
    world.adopt()
    change = world.file()
    first = waits(world)
    assert list(first) == ["ana"]
    assert first["ana"][0].startswith("1 ")
    world.proved(change)
    assert set(waits(world)) == {"platform engineer", "feature engineer", "release manager"}
    assert next(iter(waits(world, "cleo"))) == "feature engineer"
    world.sign("cass", change)
    assert set(waits(world)) == {"feature engineer", "release manager"}
    world.sign_all(change)
    assert waits(world) == {"remi": ["1 a start"]}
    schedules.schedule(world.house, world.remi, change.id)
    assert waits(world) == {"the clock": ["1 its window"]}


def test_a_running_ramp_waits_for_nobody_a_held_one_for_who_holds_it_and_a_settled_one_for_its_review(world: World):
    change = world.ramping()
    assert waits(world) == {}
    world.hold("sol", change, "odd greetings")
    assert waits(world) == {"sol": ["1 the end of its hold: odd greetings"]}
    ramps.release_ramp(world.house, world.remi, change.id, "they are fine")
    world.round()
    world.throw("sol", f"feature/{change.target}", "it answers nonsense")
    world.round()
    (held,) = waits(world).items()
    assert held[0] == (change.release_manager or "release manager")
    assert "is thrown" in held[1][0]
    world.set_again("ana", f"feature/{change.target}")
    world.set_again("remi", f"feature/{change.target}")
    world.round()
    world.settle(change)
    assert waits(world) == {"the clock": ["1 its review"]}
    world.at("Fri 09:00")
    world.round()
    assert waits(world) == {"remi": ["1 its review"]}
    reviews.review(world.house, world.remi, change.id, "successful", "all is well")
    assert waits(world) == {"the clock": ["1 the end of its watch"]}


def test_since_is_when_it_came_to_where_it_stands_not_when_it_was_filed(world: World):
    change = world.ready()
    world.at("Tue 12:00")
    world.sign("cass", change)
    group = today(world.house, world.cleo).waits[0]
    assert group.since == change.filed_at
    changes.edit_change(
        world.house, world.ana, change.id, world.form(rollback_plan="Another way back."), world.change(change).version
    )
    assert today(world.house, world.ana).waits[0].since >= change.filed_at


def test_a_change_written_against_another_unit_says_what_its_author_does(world: World):
    first = world.ramping()
    other = world.ready("support-prompt-v9")
    world.settle(first)
    group = next(group for group in today(world.house, world.ana).waits if group.on == "ana")
    (wait,) = group.waits
    assert (group.is_mine, wait.change, wait.remedy) == (True, other.id, "write it against what runs now")
    assert wait.since == world.change(first).settled_at
