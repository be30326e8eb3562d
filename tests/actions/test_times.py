"""Is it known how long each change took, and where the time of all of them goes?"""

from __future__ import annotations

import pytest
from tests.world import World, faults_of

from leverframe.actions import changes, reviews
from leverframe.actions.listing import list_changes
from leverframe.actions.time_summary import time_summary


def closed(world: World):
    change = world.settle(world.ramping())
    world.at("Fri 10:00")
    reviews.review(world.house, world.remi, change.id, "successful", "ten minutes", 4.0)
    world.rounds_until("Fri 14:30", every=240)
    return change


def test_where_the_time_of_a_closed_change_went_is_kept_and_summed_up(world: World):
    change = closed(world)
    spent = world.view(change).spent
    (row,) = time_summary(world.house).rows
    assert (row.month, row.tier, row.changes, row.median_active_hours) == ("2026-05", "medium", 1, 4.0)
    assert row.median_elapsed_minutes == spent.elapsed_minutes
    ramp = next(part.minutes for part in spent.parts if part.name == "ramp")
    assert row.ramp_percent == round(100 * ramp / spent.elapsed_minutes, 1)


def test_the_list_shows_what_each_took_and_is_sorted_by_it(world: World):
    done = closed(world)
    other = world.ready("support-prompt-v9")
    world.at("Tue 10:00")
    gone = world.ready("support-prompt-v9")
    changes.cancel_change(world.house, world.ana, gone.id, "filed twice")
    world.at("Wed 10:00")
    lines = {line.id: line for line in list_changes(world.house, {}).changes}
    assert lines[done.id].active_hours == 4.0
    assert lines[done.id].elapsed_minutes == world.view(done).spent.elapsed_minutes
    assert lines[gone.id].elapsed_minutes == 0.0
    assert lines[other.id].elapsed_minutes == (world.now - other.filed_at).total_seconds() / 60
    longest = [line.id for line in list_changes(world.house, {"sort": "elapsed"}).changes]
    assert longest == [other.id, done.id, gone.id]
    assert [line.id for line in list_changes(world.house, {"sort": "active"}).changes] == [done.id]
    of_state = list_changes(world.house, {"sort": "elapsed", "state": "closed"}).changes
    assert [line.id for line in of_state] == [done.id]
    assert time_summary(world.house).rows[0].changes == 1


@pytest.mark.parametrize("months", [0, 121])
def test_months_that_cannot_be_summed_up_are_refused(world: World, months: int):
    assert set(faults_of(lambda: time_summary(world.house, months))) == {"months"}
    assert set(faults_of(lambda: list_changes(world.house, {"sort": "title"}))) == {"sort"}
