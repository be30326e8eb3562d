"""Is exactly whoever a change waits for nudged, and not more often than they can bear?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import World, no_of

from leverframe.actions import changes, my_work, nudges


def nudge(world: World, by: str, change, whom: str = "", because: str = ""):
    return [(one.whom, one.gate) for one in nudges.nudge(world.house, world.who(by), change.id, whom, because)]


def said(world: World, person: str) -> tuple[str, ...]:
    return my_work.my_work(world.house, world.who(person)).nudges


def test_who_is_waited_for_is_told_and_sees_it_on_my_work(world: World):
    change = world.ready()
    assert nudge(world, "ana", change, "cass", "we start at ten") == [("cass", "sign_offs")]
    told = world.told("change.nudge")[0]
    assert (told["to"], told["by"], told["for"], told["because"]) == ("cass", "ana", ["sign_offs"], "we start at ten")
    assert told["address"].endswith(f"/changes/{change.id}")
    assert said(world, "cass") == (f"ana asks you to look at {change.id}, for its sign offs: we start at ten",)
    assert said(world, "cleo") == ()
    assert world.entries("change.nudged")[0].facts["nudged"] == {"cass": ["sign_offs"]}


def test_without_a_name_everybody_else_is_nudged(world: World):
    change = world.ready()
    assert {whom for whom, _ in nudge(world, "remi", change)} == {"cass", "cleo"}


def test_the_author_is_nudged_for_what_they_can_bring(world: World):
    world.adopt()
    change = world.file()
    assert ("ana", "evals") in nudge(world, "remi", change, "ana")


@pytest.mark.parametrize(
    ("whom", "because"), [("sol", "it does not wait for sol"), ("vic", "it does not wait for vic")]
)
def test_never_a_person_who_is_not_waited_for(world: World, whom: str, because: str):
    change = world.ready()
    assert no_of(lambda: nudge(world, "ana", change, whom)) == {"nudge": because}
    assert world.told("change.nudge") == []


def test_not_again_for_the_same_within_four_hours(world: World):
    change = world.ready()
    nudge(world, "ana", change, "cass")
    world.clock.move_to(world.now + timedelta(hours=3, minutes=59))
    assert (
        "cass was nudged by ana at Tue 12 May 2026 09:00"
        in no_of(lambda: nudge(world, "remi", change, "cass"))["nudge"]
    )
    world.clock.move_to(world.now + timedelta(minutes=1))
    assert nudge(world, "remi", change, "cass") == [("cass", "sign_offs")]


def test_who_has_signed_is_not_waited_for_and_sees_the_nudge_no_more(world: World):
    change = world.ready()
    nudge(world, "ana", change, "cass")
    world.sign("cass", change)
    assert said(world, "cass") == ()
    assert "does not wait for cass" in no_of(lambda: nudge(world, "ana", change, "cass"))["nudge"]


def test_who_has_nothing_to_do_with_it_may_not_nudge(world: World):
    change = world.ready()
    assert set(no_of(lambda: nudge(world, "vic", change, "cass"))) == {"may"}


def test_nobody_is_nudged_about_what_is_over(world: World):
    change = world.ready()
    changes.cancel_change(world.house, world.ana, change.id, "not needed")
    assert "has begun, or is closed" in no_of(lambda: nudge(world, "ana", change, "cass"))["nudge"]
