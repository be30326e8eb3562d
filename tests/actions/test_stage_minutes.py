"""Is harm that begins hours into a stage weighed from about when it began?"""

from __future__ import annotations

from datetime import timedelta
from math import log

from tests.world import World

from leverframe.actions.looks import counts_for
from leverframe.actions.stage_minutes import Minutes
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.minutes import Met, StageMinutes
from leverframe.rules.evidence import labels
from leverframe.rules.evidence.starts import FIRST_WEIGHT, later_starts
from leverframe.store import outcomes
from leverframe.store.database import Db

FEEDBACK = "feedback_negative"
LATER = timedelta(minutes=60)


def at_ten_percent(world: World) -> Change:
    """A ramp that has just come to its second stage, 10 % for 240 minutes, on Wednesday at 10:30."""
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    world.round()
    assert world.ramp(change).stage == 2
    return change


def go_on(world: World, change: Change, minutes: int, candidate_negative: float = 0.049) -> None:
    """Let people ask in each ten minutes of some, in a rhythm that has nothing of chance."""
    for _ in range(minutes // 10):
        world.clock.advance(timedelta(minutes=10))
        world.outcomes(change, per_minute=400, candidate_negative=candidate_negative)
        world.round()
        if world.ramp(change).state != "ramping":
            return


def read(world: World, change: Change, remembered: Minutes) -> StageMinutes:
    """Return what the second stage's minutes say to somebody who remembers this."""
    with world.store.read() as db:
        counts = counts_for(world.house, db, change, world.ramp(change), world.now)
        read = remembered.added(db, [(change, 2, counts)], world.now)[change.id]
    return next(part.minutes for part in read if part.stage == 2)


def had_met(start: Met | None) -> int:
    assert start is not None
    return sum(sum(pair) for pair in start[FEEDBACK].values())


def test_each_process_begins_with_what_was_counted_before_its_minute(world: World):
    change = at_ten_percent(world)
    go_on(world, change, 100)
    starts = read(world, change, world.house.minutes).starts
    assert [round(minutes) for minutes in later_starts(240)][: len(starts)] == [30, 60, 90]
    whole = {place: had_met(start) for place, start in enumerate(starts)}
    assert 0 < whole[0] < whole[1] < whole[2]
    assert abs(whole[1] - 2 * whole[0]) <= whole[0] // 2 + 10, "as much in the second half hour as in the first"


def test_who_asks_for_the_first_time_hours_later_is_told_the_same(world: World):
    """A page in another process, and the clock after a restart, read what the clock has read all along."""
    change, remembered = at_ten_percent(world), Minutes()
    for _ in range(5):
        go_on(world, change, 30)
        read(world, change, remembered)
    assert len(read(world, change, remembered).starts) == 5
    assert read(world, change, remembered).starts == read(world, change, Minutes()).starts


def test_a_process_that_has_begun_just_now_is_not_read_before_its_minute_is_over(world: World):
    change = at_ten_percent(world)
    go_on(world, change, 30)
    assert read(world, change, Minutes()).starts == (None,)
    world.clock.advance(timedelta(minutes=2))
    assert had_met(read(world, change, Minutes()).starts[0]) > 0


def test_harm_that_begins_late_is_rolled_back_by_what_was_counted_since(world: World):
    """The harmless hours before weigh against it: evidence from the start alone would not have been enough."""
    change = at_ten_percent(world)
    go_on(world, change, 180)
    began = world.now
    go_on(world, change, 60, candidate_negative=0.15)
    ended = world.ramp(change)
    assert (ended.state, ended.ended_at is not None and ended.ended_at - began) == ("rolled_back", LATER)
    with world.store.read() as db:
        from_the_start = labels.log_harm(labels.strata_of(all_cells(db, change), FEEDBACK))
    assert from_the_start + log(FIRST_WEIGHT) < log(40)


def all_cells(db: Db, change: Change) -> list[CellCounts]:
    return [cell for part in outcomes.counts(db, change.id) for cell in part.cells.values()]
