"""Does who stops something ever lose to the clock, or to who widens at the same moment?

Only PostgreSQL lets two write at once. The test holds the number to publish under, so that the first act stands in
the middle of its transaction; the second comes, waits for what the first has locked, and then both go on.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.world import World, no_of

from leverframe.actions import activation, ramps, stepping, way_back
from leverframe.clock import monotonic
from leverframe.nouns.changes import Change, CloseCode, State
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Conflict, Refused
from leverframe.rules.routing import Router
from leverframe.store import switches, tables

pytestmark = [pytest.mark.postgres, pytest.mark.parametrize("store_url", ["postgres"], indirect=True)]
TARGET = "customer-support-ai"
SWITCH = f"feature/{TARGET}"
BECAUSE = "it insults customers"


def test_an_abort_is_not_lost_to_the_clock_that_promotes(world: World):
    change = due_to_promote(world)
    at_once(world, clock(world, change), lambda: ramps.abort_ramp(world.house, world.sol, change.id, BECAUSE))
    assert world.timeline(change).endswith("Wed 10:30 10%, Wed 10:30 aborted")
    assert world.table.features[TARGET].candidate is None


def test_a_hold_is_not_lost_to_the_clock_that_promotes(world: World):
    change = due_to_promote(world)
    at_once(world, clock(world, change), lambda: ramps.hold_ramp(world.house, world.sol, change.id, BECAUSE))
    ramp = world.ramp(change)
    assert (ramp.stage, ramp.hold and ramp.hold.because) == (2, BECAUSE)


def test_the_clock_that_comes_after_an_abort_widens_nothing(world: World):
    change = due_to_promote(world)
    at_once(world, lambda: ramps.abort_ramp(world.house, world.sol, change.id, BECAUSE), clock(world, change))
    assert world.timeline(change).endswith("Wed 10:00 1%, Wed 10:30 aborted")


def test_two_who_abort_at_once_abort_it_once(world: World):
    change = world.ramping()
    second: list[dict[str, str]] = []

    def again() -> None:
        second.append(no_of(lambda: ramps.abort_ramp(world.house, world.remi, change.id, BECAUSE)))

    at_once(world, lambda: ramps.abort_ramp(world.house, world.sol, change.id, BECAUSE), again)
    assert second == [{"state": f"the ramp of {change.id} is aborted"}]
    assert [entry.actor for entry in world.entries("ramp.aborted")] == ["sol"]


def test_going_back_ends_a_ramp_that_begins_at_this_moment(world: World):
    settled, later = settled_and_later(world)
    start = lambda: ramps.start_ramp(world.house, world.remi, later.id)  # noqa: E731
    at_once(world, start, lambda: way_back.go_back(world.house, world.sol, settled.id, BECAUSE))
    went_back(world, settled, later)


def test_going_back_ends_a_ramp_that_the_clock_promotes_at_this_moment(world: World):
    settled, later = settled_and_later(world)
    ramps.start_ramp(world.house, world.remi, later.id)
    world.outcomes(later)
    world.at("Wed 10:30")
    at_once(world, clock(world, later), lambda: way_back.go_back(world.house, world.sol, settled.id, BECAUSE))
    went_back(world, settled, later)


def test_a_ramp_that_would_begin_under_a_way_back_does_not(world: World):
    settled, later = settled_and_later(world)
    refused: list[object] = []

    def start() -> None:
        with pytest.raises(Refused) as no:
            ramps.start_ramp(world.house, world.remi, later.id)
        refused.append(no.value)

    at_once(world, lambda: way_back.go_back(world.house, world.sol, settled.id, BECAUSE), start)
    assert refused
    assert world.change(later).state is State.ASSESS
    assert world.table.features[TARGET].candidate is None


def test_two_who_throw_one_switch_at_once_both_throw_it(world: World):
    at_once(world, lambda: world.throw("sol", SWITCH), lambda: world.throw("remi", SWITCH, "so I heard"))
    assert [entry.actor for entry in world.entries("switch.thrown", SWITCH)[::-1]] == ["sol", "remi"]
    assert is_off(world)


def test_a_throw_is_not_lost_to_who_sets_the_switch_at_this_moment(world: World):
    world.adopt()
    world.throw("sol", SWITCH)
    world.at("Wed 10:00")
    world.set_again("cleo", SWITCH)
    at_once(world, lambda: world.set_again("remi", SWITCH), lambda: world.throw("sol", SWITCH, "it still does"))
    assert [entry.act for entry in world.entries("", SWITCH)[:2]] == ["switch.thrown", "switch.set"]
    assert is_off(world)


def test_a_throw_is_not_lost_to_a_policy_that_names_the_switch_no_more(world: World):
    """The load has seen the lever set, and takes it away: then who threw it would have stopped nothing."""
    with world.store.read() as db:
        policy = world.house.policy(db)
    without = replace(policy, switches=tuple(switch for switch in policy.switches if switch.id != SWITCH))

    def load() -> None:
        with suppress(Conflict), world.store.write() as db:
            activation._merge_switches(db, world.adi, "administrator", policy, without, world.clock.now())
            tables.next_number(db)

    at_once(world, lambda: world.throw("sol", SWITCH), load)
    with world.store.read() as db:
        assert switches.get(db, SWITCH).thrown
    assert is_off(world)


def due_to_promote(world: World) -> Change:
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:30")
    return change


def settled_and_later(world: World) -> tuple[Change, Change]:
    """Return a change that has settled, and one that may begin now on its target."""
    settled = world.settle(world.ramping())
    start = world.form("support-prompt-v9").start
    assert start is not None
    later = world.sign_all(world.ready("support-prompt-v9", start=start))
    world.clock.move_to(start.opens_at)
    return settled, later


def went_back(world: World, settled: Change, later: Change) -> None:
    assert world.change(settled).close_code is CloseCode.WENT_BACK
    assert world.running[TARGET] == settled.current[TARGET]
    assert world.ramp(later).state is RampState.ABORTED
    assert world.table.features[TARGET].candidate is None


def is_off(world: World) -> bool:
    return not Router(world.table).route(TARGET, "anybody").serve


def clock(world: World, change: Change) -> Callable[[], object]:
    """Return the clock's look at a ramp; where somebody else wrote first it looks again next round."""

    def step() -> None:
        with suppress(Conflict):
            stepping.step_ramp(world.house, change.id)

    return step


def at_once(world: World, *acts: Callable[[], object]) -> None:
    """Let each act come to where it waits for those before it, and only then let the first one go on."""
    with ThreadPoolExecutor(len(acts)) as pool:
        with world.store.write() as db:
            tables.next_number(db)
            begun = [_waiting(world, place, pool.submit(act)) for place, act in enumerate(acts, start=1)]
        for act in begun:
            act.result(timeout=20)


def _waiting(world: World, number: int, act: Future[object]) -> Future[object]:
    """Wait until so many of this database's transactions wait for another."""
    query = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    deadline = monotonic() + 20
    while monotonic() < deadline and not act.done():
        with world.store.read() as db:
            if db.execute(text(query)).scalar_one() >= number:
                return act
    raise AssertionError(f"act {number} does not wait: {act.exception(timeout=0) if act.done() else 'it goes on'}")
