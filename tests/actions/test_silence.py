"""Does a ramp stand where nothing is heard of its people any more, and go on when something is?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests import world as worlds
from tests.world import ON_SQLITE, World

from leverframe.actions import looks
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Finding, StageReading

pytestmark = ON_SQLITE


def proved(world: World) -> Change:
    """A ramp at 10 % that people have asked for half an hour: what its floor asks is proved, its bake is not over."""
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    ask(world, change, 30, per_minute=200)
    assert reading(world, change).finding is Finding.PASS
    return change


def ask(world: World, change: Change, minutes: int, *, per_minute: float = 40, every: int = 1) -> None:
    for _ in range(0, minutes, every):
        world.outcomes(change, per_minute=per_minute)
        world.clock.advance(timedelta(minutes=every))
        world.round()


def reading(world: World, change: Change) -> StageReading:
    with world.store.read() as db:
        seen = looks.look(world.house, db, world.change(change), world.ramp(change), world.now)
    assert seen.reading is not None
    return seen.reading


def test_calls_that_are_heard_of_no_more_promote_nothing(world: World):
    change = proved(world)
    world.rounds_until("Wed 14:40", every=10)
    stands = world.ramp(change)
    assert (stands.stage, stands.hold.code if stands.hold else "") == (2, "no_data")
    assert reading(world, change).because == (
        "no call that the candidate has answered was heard of for 3 hours 40 minutes"
    )
    ask(world, change, 6)
    assert world.ramp(change).stage == 3


def test_a_short_silence_changes_nothing(world: World):
    change = proved(world)
    ask(world, change, 210, every=10)
    assert world.ramp(change).stage == 3


def test_scores_that_stop_while_people_are_served_promote_nothing(world: World, monkeypatch: pytest.MonkeyPatch):
    change = proved(world)
    with monkeypatch.context() as here:
        here.setattr(worlds, "SCORED", 0)
        ask(world, change, 220, every=5)
        assert world.ramp(change).stage == 2
        assert "no groundedness of the candidate was told for" in reading(world, change).because
    ask(world, change, 6)
    assert world.ramp(change).stage == 3
