"""Do today's rules say of a ramp's steps what was recorded, and is every difference shown?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.world import World

from leverframe.actions import replays
from leverframe.actions.fleet import Fleet
from leverframe.actions.house import House
from leverframe.nouns.changes import Change
from leverframe.nouns.replays import Differs, Replay
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.evidence.told import reckoned
from leverframe.store.counted import interval_counts

FEEDBACK = "feedback_negative"


def asked(world: World, change: Change | str) -> Replay:
    return replays.replay(world.house, change if isinstance(change, str) else change.id)


def harmed(world: World, minutes: int = 60) -> Change:
    """A ramp that is rolled back at 10 %: people dislike the candidate far more often."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    for _ in range(minutes // 10):
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=300, candidate_negative=0.3)
        world.round()
    assert world.ramp(change).state == "rolled_back"
    return change


def differences(told: Replay) -> list[str]:
    return [f"{step.kind}: {each.what}" for step in told.steps for each in step.differences]


def test_a_ramp_that_was_rolled_back_is_rolled_back_today(world: World):
    told = asked(world, harmed(world))
    assert [step.kind for step in told.steps] == ["promoted", "promoted", "rolled_back"]
    assert differences(told) == []
    assert told.same
    assert "gates and sign-offs" in told.steps[0].not_asked
    last = told.steps[-1].today
    assert last is not None
    assert (last.step, last.guardrail) == ("roll_back", FEEDBACK)
    assert told.looks > 30


def test_a_settled_ramp_is_settled_today(world: World):
    change = world.ramping()
    world.settle(change)
    told = asked(world, change)
    assert [step.kind for step in told.steps] == ["promoted"] * 4 + ["settled"]
    assert differences(told) == []
    assert told.same


def test_an_entry_gives_its_own_e_values_by_its_counts(world: World):
    change = harmed(world)
    entry = world.entries("ramp.rolled_back", change.id)[0]
    for each in entry.facts["evidence"]["guardrails"]:
        assert reckoned(each) == pytest.approx(each["e_value"], rel=1e-12), each["guardrail"]
    assert max(each["e_value"] for each in entry.facts["evidence"]["guardrails"]) > 100


def test_a_change_without_a_ramp_has_nothing_to_replay(world: World):
    with pytest.raises(NotFound, match="has not begun to ramp"):
        asked(world, world.armed())
