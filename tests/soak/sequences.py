"""Do all gateways end where the control plane is, whatever happens on the way?

A sequence is some tens of acts that follow from its seed: levers are thrown and set, ramps begin, widen and end,
policies come into force, switches are exercised, pauses expire, a copy of the database is brought back; gateways lose
their line, die with or without having written their disk, and come back; the control plane dies between its commit
and its first byte. At the end everybody is connected, and every table must be the one that is compiled now.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from tests.world import World, acme

from leverframe.actions import game_days, gateways, holding, tables, upkeep
from leverframe.actions.slices import throw_on_slice
from leverframe.clock import VirtualClock
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.frames import Frame
from leverframe.nouns.tables import RouteTable
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Conflict, Forbidden, Invalid, NotFound, Refused
from leverframe.rules.parts import parts_of
from leverframe.rules.tables import compile_table
from leverframe.store import Store, exercises

ACTS = 30
EDGES = ("edge", "core", "batch")
FEATURES = ("customer-support-ai", "policy-search-v1", "claims-summary", "meeting-notes", "underwriting-decision-v2")
MODELS = ("openai.gpt-4o-2024-11", "anthropic.claude-sonnet-4-5", "bedrock.anthropic.claude-sonnet-4-5")
TENANTS = ("northwind", "fabrikam", "acme-staff", "enterprise-tenant-12891")
NOES = (Refused, Conflict, Invalid, NotFound, Forbidden)


@dataclass
class Edge:
    """A gateway without a socket: what it holds, in memory and on disk, and whether its line stands."""

    name: str
    folder: Path
    held: Held = field(init=False)
    connected: bool = True

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.held = Held(NoTable({}, {}, {}), self.folder)
        self.held.load()

    def hear(self, frame: Frame) -> None:
        self.held.offer(frame.text.split(b"\n"), at=0.0)

    def table(self) -> RouteTable | None:
        router = self.held.router
        return None if isinstance(router, NoTable) else router.table


class Sequence:
    """One run: a house on a store of its own, three gateways, and chance."""

    LEFT_OUT: tuple[str, ...] = ()

    def __init__(self, seed: int, folder: Path, prepared: Path) -> None:
        self.chance, self.folder = random.Random(seed), folder
        shutil.copytree(prepared, folder / "data")
        self.clock = VirtualClock(World.__dataclass_fields__["clock"].default_factory().now())
        self.edges = [Edge(name, folder / name) for name in EDGES]
        self.copies: list[Path] = []
        self.done: list[str] = []
        self.loses_frames = False
        self._open()

    def play(self, acts: int = ACTS) -> list[str]:
        """Play so many acts, let everybody come back, and return what does not agree with the compiled truth."""
        kinds: list[Callable[[], None]] = [
            *[self.throw] * 5,
            *[self.set_again] * 4,
            *[self.ramp] * 3,
            *[self.let_time_pass] * 3,
            *[self.disconnect] * 2,
            *[self.connect] * 3,
            *[self.restart_edge] * 2,
            self.exercise,
            self.take_a_policy,
            self.adopt,
            self.die_before_the_first_byte,
            self.save,
            self.bring_back,
        ]
        kinds = [act for act in kinds if act.__name__ not in self.LEFT_OUT]
        for _ in range(acts):
            act = self.chance.choice(kinds)
            try:
                act()
                self.done.append(act.__name__)
            except NOES as no:
                self.done.append(f"({act.__name__}: {type(no).__name__})")
        self.settle()
        return self.differences()

    def settle(self) -> None:
        """Let the clock look once more, and every gateway find its way back."""
        self.loses_frames = False
        self.world.round()
        for edge in self.edges:
            edge.connected = True
            self.catch_up(edge)

    def differences(self) -> list[str]:
        """Return each gateway whose table is not what is compiled from the store now."""
        with self.world.store.read() as db:
            facts = tables.table_facts(self.world.house, db)
            number = tables.newest_number(self.world.house)
        truth = compile_table(number, facts, withhold=True)
        found = []
        for edge in self.edges:
            table = edge.table()
            if table is None or table.number != number:
                found.append(f"{edge.name} holds {table.number if table else 'nothing'}, and {number} was published")
            elif parts_of(table) != parts_of(truth):
                differing = set(parts_of(table).items() ^ parts_of(truth).items())
                found.append(f"{edge.name} differs at {number}: {sorted(differing)[:4]}")
        return found

    # ------------------------------------------------------------------------------------------ what may happen

    def throw(self) -> None:
        """Throw a lever of any layer; some tenants' only until today."""
        layer, key = self.chance.choice(
            [("feature", each) for each in FEATURES]
            + [("model", each) for each in MODELS]
            + [("tenant", each) for each in TENANTS]
        )
        more = {"expires_on": self.clock.now().date()} if layer == "tenant" and self.chance.random() < 0.5 else {}
        self.world.throw("sol", f"{layer}/{key}", **more)

    def set_again(self) -> None:
        """Let all who are asked sign that a lever is set again."""
        known = self.world.house
        with known.store.read() as db:
            from leverframe.store import switches

            thrown = [switch for switch in switches.all_switches(db) if switch.thrown]
        if not thrown:
            return
        switch = self.chance.choice(thrown)
        for person in ("remi", "cass", "ana", "cleo", "sol"):
            with suppress(*NOES):
                self.world.set_again(person, switch.id)

    def ramp(self) -> None:
        """Begin a ramp, or hold, go on with or abort the one that there is."""
        active = self._active()
        if not active:
            self.world.armed(self.chance.choice(("support-prompt-v8", "claims-regions")))
            return
        change = self.chance.choice(active)
        self.chance.choice((self.world.abort, self.world.hold))(self.chance.choice(("remi", "sol")), change)

    def let_time_pass(self) -> None:
        """Move the clock by hours or days, and let it look."""
        self.clock.advance(timedelta(hours=self.chance.choice((1, 5, 26, 60))))
        self.world.round()

    def disconnect(self) -> None:
        """Cut a gateway's line."""
        self.chance.choice(self.edges).connected = False

    def connect(self) -> None:
        """Let a gateway that is cut off come back."""
        edge = self.chance.choice(self.edges)
        edge.connected = True
        self.catch_up(edge)

    def restart_edge(self) -> None:
        """Kill a gateway, half of the time before it has written its disk; it comes back from there."""
        edge = self.chance.choice(self.edges)
        if self.chance.random() < 0.5:
            edge.held.keep()
        edge.start()
        edge.connected = self.chance.random() < 0.5
        if edge.connected:
            self.catch_up(edge)

    def exercise(self) -> None:
        """Throw a lever on a slice, and die there half of the time."""
        house, feature = self.world.house, self.chance.choice(FEATURES)
        day = game_days.begin(house, self.world.sol, [f"feature/{feature}"], "a sequence")
        with house.store.write() as db:
            exercises.claim(db, day.id, "somebody", self.clock.now(), 30.0)
            throw_on_slice(house, db, exercises.of_day(db, day.id)[0], self.clock.now())
        if self.chance.random() < 0.5:
            holding.interrupt(house, day.id, "whoever held it has ended")
        if self.chance.random() < 0.5:
            game_days.abort(house, self.world.sol, day.id, "enough")

    def take_a_policy(self) -> None:
        """Put the policy into force with another lease."""
        policy, files = acme()
        lease = float(self.chance.choice((60, 300, 900)))
        changed = replace(policy, candidate_lease_seconds=lease, digest=f"sha256:{self.chance.random()}")
        self.world.enforce(changed, files)

    def adopt(self) -> None:
        """Adopt a unit on a feature that has none."""
        model = self.chance.choice(MODELS)
        target = self.chance.choice(FEATURES)
        prompts = {"customer-support-ai": "customer-support@v7", "policy-search-v1": "policy-search@v3"}
        self.world.adopt(target, Unit(prompt=prompts.get(target, ""), model=model))

    def die_before_the_first_byte(self) -> None:
        """Commit the next act and die: no gateway hears of it from this process."""
        self.loses_frames = True
        with suppress(*NOES):
            self.throw()
        self.loses_frames = False
        self._reopen()

    def save(self) -> None:
        """Save a copy of the database."""
        self.copies.append(upkeep.save(self.world.house, self.folder / f"copy-{len(self.copies)}.db"))

    def bring_back(self) -> None:
        """Bring one of the copies back; gateways have heard more."""
        if not self.copies:
            return
        upkeep.bring_back(self.world.house, self.chance.choice(self.copies))
        self._reopen()

    # ------------------------------------------------------------------------------------------ how it is held up

    def published(self, frame: Frame) -> None:
        if self.loses_frames:
            return
        for edge in self.edges:
            if edge.connected:
                edge.hear(frame)
                if edge.held.missed:
                    self.catch_up(edge)
                if self.chance.random() < 0.7:
                    edge.held.keep()

    def catch_up(self, edge: Edge) -> None:
        house, held = self.world.house, edge.held
        frame = tables.whole_frame(house) if held.wants_whole else tables.frame_since(house, held.number)
        if frame is not None:
            edge.hear(frame)
            held.keep()

    def _open(self) -> None:
        self.world = World(Store(f"sqlite:///{self.folder / 'data' / 'leverframe.db'}"), self.clock)
        self.world.house.publish = self.published

    def _reopen(self) -> None:
        """Begin again as a process does that finds this store."""
        self.world.store.close()
        self._open()
        whole = tables.whole_frame(self.world.house)
        if whole is not None:
            self.published(whole)

    def _active(self) -> list[str]:
        from leverframe.store import ramps

        with self.world.store.read() as db:
            return [ramp.change for ramp in ramps.active(db)]


@contextmanager
def prepared(folder: Path) -> Iterator[Path]:
    """Make the house that every sequence begins with: the example's policy, some units, a gateway to ask."""
    data = folder / "prepared"
    data.mkdir()
    with closing(Store(f"sqlite:///{data / 'leverframe.db'}")) as store:
        store.migrate()
        world = World(store).open()
        world.adopt()
        gateways.enrol(world.house, world.adi, "edge", frozenset(), address="http://127.0.0.1:1/v1")
    yield data


def run(seed: int, folder: Path, prepared: Path, acts: int = ACTS) -> list[str]:
    """Play one sequence; return what does not agree, each with the acts that led there."""
    played = Sequence(seed, folder, prepared)
    try:
        return [f"seed {seed}: {each}; after {', '.join(played.done)}" for each in played.play(acts)]
    finally:
        played.world.store.close()
