"""Do gateways on real sockets end where the control plane is?

The acts of a sequence (sequences.py), for a whole control plane on its own ports and three gateways as services embed
them: lines are cut, gateways die and come back from their disks, frames are lost between the commit and the stream.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.served import Day, Served, served
from tests.soak.sequences import EDGES, Edge, Sequence, prepared
from tests.world import TUESDAY

from leverframe.actions import gateways
from leverframe.clock import VirtualClock
from leverframe.gateway import Gateway
from leverframe.nouns.frames import Frame
from leverframe.nouns.tables import RouteTable

PATIENCE_SECONDS = 20.0


class Line(Edge):
    """A gateway with a socket; what it hears comes from the stream alone."""

    def __init__(self, name: str, folder: Path, address: str, token: str) -> None:
        self.name, self.folder, self.address, self.token = name, folder, address, token
        self.connected = True
        self.start()

    def start(self) -> None:
        self.gateway = Gateway(self.address, self.token, instance=self.name, state_dir=self.folder).start()

    def table(self) -> RouteTable | None:
        return self.gateway.table

    def hear(self, frame: Frame) -> None:
        """Hear nothing from here: the stream tells."""


class SocketSequence(Sequence):
    """A sequence on a running control plane; what cannot happen under a running server is left out."""

    LEFT_OUT = ("save", "bring_back", "die_before_the_first_byte")

    def __init__(self, seed: int, folder: Path, house: Served, tokens: dict[str, str]) -> None:
        import random

        self.chance, self.folder, self.house = random.Random(seed), folder, house
        self.world, self.clock = house.world, house.world.clock
        assert isinstance(self.clock, VirtualClock)
        self.copies, self.done, self.loses_frames = [], [], False
        self.edges = [Line(name, folder / name, house.address, tokens[name]) for name in EDGES]
        self._publish, self._published_before = house.built.stream.publish, house.built.house.publish
        house.built.house.publish = self.published

    def published(self, frame: Frame) -> None:
        """Hand a frame to the stream; one in ten is lost there, as when another process has published it."""
        if self.chance.random() < 0.9:
            self._publish(frame)

    def disconnect(self) -> None:
        """Cut every line of one gateway; it opens another by itself."""
        name, stream = self.chance.choice(EDGES), self.house.built.stream
        for line in list(stream.readers):
            if line._instance is not None and line._instance[1] == name:
                stream._loop.call_soon_threadsafe(line.abort)

    def connect(self) -> None:
        """Do nothing: a gateway comes back by itself."""

    def restart_edge(self) -> None:
        """End a gateway, and begin it again from its disk."""
        edge = self.chance.choice(self.edges)
        assert isinstance(edge, Line)
        edge.gateway.close()
        edge.start()

    def catch_up(self, edge: Edge) -> None:
        """Do nothing: a gateway catches up by itself."""

    def settle(self) -> None:
        """Let the clock look once more, and wait until every gateway is where the control plane is."""
        from leverframe.actions import tables

        self.world.round()
        number, deadline = tables.newest_number(self.world.house), time.monotonic() + PATIENCE_SECONDS
        while any(edge.gateway.number != number for edge in self.edges if isinstance(edge, Line)):
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)

    def close(self) -> None:
        """Say goodbye to everybody."""
        self.house.built.house.publish = self._published_before
        for edge in self.edges:
            assert isinstance(edge, Line)
            edge.gateway.close()


@contextmanager
def running(folder: Path) -> Iterator[tuple[Served, dict[str, str]]]:
    """Run a control plane on its own ports, on which sequences are played one after another."""
    with prepared(folder) as data, served(Day(data, TUESDAY, {}), folder / "served") as house:
        world = house.world
        world.house.fleet.forget("edge", "edge")
        tokens = {name: gateways.enrol(world.house, world.adi, f"{name}-line", frozenset()) for name in EDGES}
        yield house, tokens


def run_on_sockets(seed: int, folder: Path, house: Served, tokens: dict[str, str], acts: int = 20) -> list[str]:
    """Play one sequence on sockets; return what does not agree, each with the acts that led there."""
    played = SocketSequence(seed, folder, house, tokens)
    try:
        return [f"seed {seed} on sockets: {each}; after {', '.join(played.done)}" for each in played.play(acts)]
    finally:
        played.close()
