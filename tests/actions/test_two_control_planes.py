"""Do two control planes on one database give each table one number, and end with the same table everywhere?

Each has a store, a house, a stream and a gateway of its own; what they share is the database, as two servers do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from tests.gateway.control_plane import ControlPlane
from tests.world import World

from leverframe.actions import reports, tables
from leverframe.clock import monotonic
from leverframe.gateway import Gateway
from leverframe.nouns.documents import to_document
from leverframe.nouns.frames import Frame
from leverframe.nouns.gateways import Seen
from leverframe.nouns.tables import NO_NUMBER, Number, Reason, RouteTable
from leverframe.rules.tables import compile_table
from leverframe.store import Store
from leverframe.store.tables import published_since

HANDS, THROWS = 3, 5
"""So many people at each control plane throw so many levers each, all at once."""


class Server(ControlPlane):
    """One control plane: the acts of its world reach its own gateways, as `wiring` ties them together."""

    def __init__(self, world: World) -> None:
        super().__init__(on_reports=self._heard)
        self.world = world
        world.house.publish, world.house.fleet = self.stream.publish, self.fleet

    def __enter__(self) -> Server:
        super().__enter__()
        whole = tables.whole_frame(self.world.house)
        assert whole is not None
        self.stream.publish(whole)
        return self

    def since(self, number: Number) -> Frame | None:
        return tables.frame_since(self.world.house, number)

    def throw_all(self, name: str, hand: int) -> list[Number]:
        """Throw levers one after another; return the number that each went out under."""
        tenants = [f"tenant/{name}-{hand}-{place}" for place in range(THROWS)]
        return [number for tenant in tenants if (number := self.world.throw("sol", tenant)[1]) is not None]

    def _heard(self, told: list[Seen]) -> None:
        for seen in told:
            tables.heard(self.world.house, Number.parse(seen.number), seen.gateway, seen.instance)
        reports.share_soon(self.world.house)


@pytest.fixture
def worlds(world: World, store_url: str) -> Iterator[tuple[World, World]]:
    """Two houses on one database; nobody listens to them yet."""
    other = World(Store(store_url))
    for each in (world, other):
        each.house.publish = lambda frame: None
    yield world, other
    other.store.close()


@pytest.fixture
def servers(worlds: tuple[World, World]) -> Iterator[list[tuple[Server, Gateway]]]:
    """Two control planes, each with a gateway that is connected to it alone."""
    with ExitStack() as stack:
        both = [stack.enter_context(Server(world)) for world in worlds]
        gateways = [
            stack.enter_context(Gateway(server.url, "token-edge", instance=f"edge-{place}"))
            for place, server in enumerate(both)
        ]
        until(lambda: all(gateway.connected and gateway.number > NO_NUMBER for gateway in gateways))
        yield list(zip(both, gateways, strict=True))


def test_two_that_throw_at_once_share_the_numbers_without_a_gap_and_without_a_double(worlds: tuple[World, World]):
    with worlds[0].store.read() as db:
        first = published_since(db, worlds[0].now)[0].number
    thrown = at_once([(Server.throw_all, (Thrower(world), name)) for world, name in zip(worlds, "ab", strict=True)])
    expected = [Number(1, first.generation + 1 + place) for place in range(len(thrown))]
    assert sorted(thrown) == expected
    assert len(thrown) == 2 * HANDS * THROWS
    with worlds[0].store.read() as db:
        written = [published.number for published in published_since(db, worlds[0].now)]
    assert sorted(written) == [first, *expected]
    told = [entry.facts["number"] for entry in worlds[0].entries("switch.thrown") if entry.actor == "sol"]
    assert sorted(told) == sorted(map(str, expected)), "each entry names the number of its own table"


def test_what_one_publishes_its_gateways_hear_at_once_and_those_of_the_other_with_its_next_round(servers):
    (here, near), (there, far) = servers
    _, number = here.world.throw("sol", "tenant/acme")
    until(lambda: near.route("customer-support-ai", tenant="acme").reason is Reason.TENANT_THROWN)
    there.world.runner.round()
    until(lambda: far.route("customer-support-ai", tenant="acme").reason is Reason.TENANT_THROWN)
    assert near.number == far.number == number


def test_all_gateways_end_at_the_same_table_however_two_control_planes_throw_at_once(servers):
    thrown = at_once([(Server.throw_all, (server, name)) for (server, _), name in zip(servers, "ab", strict=True)])
    for server, _ in servers:
        server.world.runner.round()
    until(lambda: all(gateway.number == max(thrown) for _, gateway in servers))
    truth = truth_of(servers[0][0].world, max(thrown))
    assert truth.thrown_tenants >= {f"{n}-{h}-{p}" for n in "ab" for h in range(HANDS) for p in range(THROWS)}
    for _, gateway in servers:
        assert to_document(gateway.table) == to_document(truth)


class Thrower:
    """Who throws without any gateway."""

    def __init__(self, world: World) -> None:
        self.world = world


def at_once(acts: list[tuple[Callable[..., list[Number]], tuple[object, str]]]) -> list[Number]:
    """Let HANDS people at each control plane begin at the same moment; return every number that they were given."""
    together = threading.Barrier(HANDS * len(acts))

    def begin(act: Callable[..., list[Number]], whose: tuple[object, str], hand: int) -> list[Number]:
        together.wait(20)
        return act(*whose, hand)

    with ThreadPoolExecutor(HANDS * len(acts)) as pool:
        begun = [pool.submit(begin, act, whose, hand) for act, whose in acts for hand in range(HANDS)]
        return [number for each in begun for number in each.result(timeout=60)]


def truth_of(world: World, number: Number) -> RouteTable:
    """Compile anew what all gateways should obey."""
    with world.store.read() as db:
        return compile_table(number, tables.table_facts(world.house, db))


def until(true: Callable[[], object]) -> None:
    """Look until it is true; there is no event to wait for."""
    deadline, tick = monotonic() + 20, threading.Event()
    while not true():
        assert monotonic() < deadline
        tick.wait(0.005)
