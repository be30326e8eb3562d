"""Does a second control plane go on where the first was killed, and does each step happen once?"""

from __future__ import annotations

import threading
import time

import pytest
from tests.soak.bundle import FEATURE
from tests.soak.invariants import broken
from tests.soak.processes import Plane, until
from tests.soak.scenario import AT_ONCE, RATES
from tests.soak.world import EDGES, World

from leverframe.store import Store, ramps

LEASE_SECONDS = 2.0
SLACK_SECONDS = 2.0
"""A round of the second takes its time, on a machine that has other things to do."""


@pytest.fixture
def pair(request, database, tmp_path):
    """A house with two control planes on one store, each with a service of its own."""
    lease_seconds = getattr(request, "param", LEASE_SECONDS)
    with World(tmp_path, database, lease_seconds=lease_seconds) as world:
        other = Plane(
            world.plane.data, database, world.plane.environment, world.plane.starts_at, lease_seconds, name="other"
        )
        world.open(edges=EDGES[:1])
        try:
            yield world, other
        finally:
            other.kill()


def _join(world, other):
    """Start the second control plane, and the service that listens to it."""
    other.start()
    world.start_edge(EDGES[1], other)


def _both_step(world, other):
    """Move the shared clock by one control plane while the other steps as well."""
    beside = threading.Thread(target=lambda: world.ask_at(other, "adi").post("/clock", {"minutes": 0}))
    beside.start()
    world.ask("adi").post("/clock", {"minutes": 1})
    beside.join()


def _minute(world, other):
    world.serve(RATES)
    world.flush()
    _both_step(world, other)


def _lease(world, change):
    store = Store(world.url)
    try:
        with store.read() as db:
            return ramps.lease(db, change)
    finally:
        store.close()


def _begun(world):
    """File, sign and arm a change, and let its ramp come to its second stage."""
    change = world.file(2, AT_ONCE)
    world.sign_and_arm(change)
    until(lambda: world.minute(RATES) or world.stands(change)[1] >= 2, "the second stage")
    return change


def _settled(world, other, change):
    until(lambda: _minute(world, other) or world.stands(change)[0] != "ramping", "the ramp to end")
    assert world.stands(change)[0] == "settled"
    world.ask_at(other, "adi").post("/clock", {"minutes": 0})
    world.settle_accounts()


def _held(world, other):
    """Ask what must hold, of both control planes."""
    watched = {name: edge.tell("watched") for name, edge in world.edges.items()}
    assert [plane.stop() for plane in (world.plane, other)] == [0, 0]
    data, served, receiver = world.plane.data, world.served.calls, world.receiver
    faults = broken(world.url, data, served, receiver, world.plane, {EDGES[0]: watched[EDGES[0]]})
    return faults + broken(world.url, data, served, receiver, other, {EDGES[1]: watched[EDGES[1]]})


def test_the_second_steps_within_the_lease_when_the_first_is_killed(pair):
    world, other = pair
    change = _begun(world)
    _join(world, other)
    first = _lease(world, change)
    assert first.owner.endswith(f"-{world.plane.process.pid}")
    world.plane.kill()
    killed_at = time.monotonic()
    at_other = world.ask_at(other, "adi")

    def taken():
        at_other.post("/clock", {"minutes": 0})
        return _lease(world, change).owner != first.owner

    until(taken, "the second to take the ramp over")
    assert time.monotonic() - killed_at < LEASE_SECONDS + SLACK_SECONDS
    assert _lease(world, change).rev == first.rev + 1
    stage = world.ask_at(other, "remi").get(f"/changes/{change}")["ramp"]["ramp"]["stage"]

    def steps():
        world.serve(RATES)
        world.flush(EDGES[1:])
        at_other.post("/clock", {"minutes": 1})
        return world.ask_at(other, "remi").get(f"/changes/{change}")["ramp"]["ramp"]["stage"] > stage

    until(steps, "the second to promote the ramp")
    assert world.edges[EDGES[0]].tell("decide", subject="person-a")["serve"]

    world.revive()
    _settled(world, other, change)
    assert _held(world, other) == []


@pytest.mark.parametrize("pair", [0.01], indirect=True, ids=["a lease of a moment"])
def test_two_that_both_believe_to_hold_the_ramp_step_it_once(pair):
    world, other = pair
    _join(world, other)
    change = _begun(world)
    _settled(world, other, change)
    assert _held(world, other) == []
    assert world.edges[EDGES[0]].tell("decide", subject="person-a")["unit"].startswith(f"{FEATURE}@v2")
