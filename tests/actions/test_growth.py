"""Is each moment of a stage's growth what the ramp rested on then?"""

from __future__ import annotations

from datetime import timedelta

from tests.world import World

from leverframe.actions import growth
from leverframe.actions.looks import counts_for, read
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Reading
from leverframe.nouns.growth import Against, Grown, Growth, Moment
from leverframe.rules.growth import standing_in
from leverframe.store import ramps

FEEDBACK = "feedback_negative"


def asked_for_hours(world: World, minutes: int, candidate_negative: float = 0.049) -> Change:
    """A ramp that has come to 10 % at 10:30, and stood there so long while people asked."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    go_on(world, change, minutes, candidate_negative)
    return change


def go_on(world: World, change: Change, minutes: int, candidate_negative: float = 0.049) -> None:
    for _ in range(minutes // 10):
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=300, candidate_negative=candidate_negative)
        world.round()


def grown(world: World, change: Change, stage: int = 0) -> Growth:
    return growth.show_growth(world.house, change.id, stage)


def of(growth: Growth, guardrail: str, against: Against = Against.CURRENT) -> Grown:
    return next(each for each in growth.guardrails if (each.guardrail, each.against) == (guardrail, against))


def read_at(world: World, change: Change, growth: Growth, moment: Moment) -> dict[tuple[str, bool], Reading]:
    """Read the stage as it stood when a minute was over, by the query for that minute alone."""
    with world.store.read() as db:
        steps = ramps.steps(db, change.id)
        stood = standing_in(world.ramp(change), growth.visit, steps, moment.at)
        counts = counts_for(world.house, db, change, stood, moment.at, until=moment.at)
    reading = read(world.policy, change, stood, counts, moment.at)
    return {(each.guardrail, each.limit is None): each for each in reading.readings}


def said(each: Moment | Reading) -> tuple[object, ...]:
    names = ("e_value", "ruled_out", "candidate_units", "candidate_bad", "control_units", "control_bad")
    return each.finding, *(getattr(each, name) for name in names)


def test_at_each_moment_the_numbers_are_what_the_ramp_read_to_the_last_bit(world: World):
    change = asked_for_hours(world, 200, candidate_negative=0.06)
    for stage in (1, 2):
        growth = grown(world, change, stage)
        assert {each.against for each in growth.guardrails} == {Against.CURRENT, Against.LIMIT}
        for each in growth.guardrails:
            key = (each.guardrail, each.against is Against.CURRENT)
            then = [read_at(world, change, growth, moment)[key] for moment in each.moments]
            assert [said(moment) for moment in each.moments] == [said(reading) for reading in then]
