"""What does a test need of a running server: the example's day in it, its people logged in, its gateways reporting?

The day is made once, into a folder; each test gets a copy of it and a server of its own. It is Wednesday 13 May 2026,
half past twelve in London: a change ramps with real numbers, another waits for its sign-offs, a third has just been
filed, a fourth was rolled back this morning, a fifth settled yesterday, and a tenant's lever is thrown.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from tests.world import PEOPLE, TUESDAY, World, acme

from leverframe.actions import accounts, gateways, policies, tables
from leverframe.actions.house import House
from leverframe.client import SESSION_COOKIE
from leverframe.clock import VirtualClock
from leverframe.nouns.changes import StartWindow
from leverframe.nouns.frames import Frame
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.tables import Number
from leverframe.wiring import Built, Settings, build

PASSWORD = "correct horse battery staple"
CALL_KEY = bytes(range(32))
INSTANCES = ("edge-eu/a1", "edge-eu/a2", "edge-uk/b1")
PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Day:
    """A day in a folder: when it is, and the names of what stands in it."""

    folder: Path
    now: datetime
    ids: Mapping[str, str]


def a_day(folder: Path) -> Day:
    """Live the example's day, by the acts of its people and its clock."""
    built, world = _begun(folder)
    ids = _tickets(world)
    audit_round(built)
    now = world.now
    built.house.store.close()
    return Day(folder, now, ids)


def a_first_day(folder: Path) -> Day:
    """Have the example's policy in force, its people with accounts, and its units running; nothing has been filed."""
    built, world = _begun(folder)
    for target in acme()[0].catalog.targets:
        world.adopt(target)
    now = world.now
    built.house.store.close()
    return Day(folder, now, {})


def _begun(folder: Path) -> tuple[Built, World]:
    built = _build(folder, TUESDAY)
    world = _world(built)
    adi = Actor(ActorKind.PERSON, "adi", roles=frozenset({accounts.FIRST_ADMINISTRATOR}))
    accounts.take_first_link(built.house, accounts.first_link(built.house) or "", "adi", PASSWORD)
    policies.load_policy(built.house, adi, _as_they_open(acme()[1]))
    for name in PEOPLE:
        if name not in ("adi", "vic"):
            accounts.add_account(built.house, world.adi, name, PASSWORD)
    for instance in INSTANCES:
        if instance.split("/")[0] not in {g.name for g, _ in gateways.list_gateways(built.house)}:
            gateways.enrol(built.house, world.adi, instance.split("/")[0], frozenset())
    return built, world


def _as_they_open(files: dict[str, str]) -> dict[str, str]:
    """Return the example's files with regions that are equals: on this day only Europe is open."""
    ordered = "region_order: [[au], [eu, uk], [us]]"
    assert ordered in files["policy.yaml"]
    return {**files, "policy.yaml": files["policy.yaml"].replace(ordered, "region_order: [[au, eu, uk, us]]")}


def _tickets(world: World) -> dict[str, str]:
    notes = world.armed("meeting-notes-v2", by="cass").id
    world.at("Tue 10:00")
    _let_people_ask(world, 7, notes)
    world.at("Wed 09:30")
    support, waiting = world.armed("support-prompt-v8").id, world.ready("underwriting-model").id
    today = StartWindow(world.now, world.moment("Wed 15:00"), world.moment("Wed 15:00") + timedelta(days=15))
    bad = world.armed("claims-regions", start=today, ramp="handbook", title="Sum a claim up in one sentence").id
    world.at("Wed 10:00")
    world.round()
    _let_people_ask(world, 5, support, bad)
    _report(world.house)
    filed = world.file("support-prompt-v9").id
    world.throw("sol", "model/bedrock.anthropic.claude-haiku-4-5", "a drill: it answers slowly")
    _report(world.house)
    call = world.call("customer-support-ai", "somebody")
    return {"settled": notes, "ramping": support, "bad": bad, "waiting": waiting, "filed": filed, "call": call}


def _let_people_ask(world: World, half_hours: int, *changes: str) -> None:
    """Let people use what ramps, half an hour at a time; every second one dislikes the bad candidate's answers."""
    for _ in range(half_hours):
        world.round()
        for change in changes:
            if world.ramp(change).ended_at is None:
                _ask(world, change)
        world.clock.advance(timedelta(minutes=30))
    world.round()


def _report(house: House, number: str = "", but: str = "") -> None:
    asked = Number.parse(number) if number else tables.newest_number(house)
    for instance in INSTANCES:
        if instance != but:
            house.fleet.report(instance.split("/")[0], instance, "boot", asked, traffic=True)


def _ask(world: World, change: str) -> None:
    if "one sentence" in world.change(change).title:
        world.outcomes(change, per_minute=3000, negative=0.04, candidate_negative=0.5, regions=("eu",))
    else:
        world.outcomes(change, per_minute=90, negative=0.05, candidate_negative=0.06)


@dataclass(slots=True)
class Served:
    """One running server; `act` asks it as a person, `cookie` is a browser's session."""

    address: str
    built: Built
    world: World
    day: Day

    @property
    def ids(self) -> Mapping[str, str]:
        return self.day.ids

    def cookie(self, name: str) -> str:
        """Open a person's session, as their login does."""
        return accounts.open_session(self.built.house, name).key

    def act(self, name: str) -> httpx2.Client:
        """Return a client with a person's session, as a program holds it."""
        session = accounts.open_session(self.built.house, name)
        headers = {"accept": "application/json", "x-leverframe-csrf": session.csrf}
        return httpx2.Client(
            base_url=self.address, headers=headers, cookies={SESSION_COOKIE: session.key}, timeout=PATIENCE_SECONDS
        )

    def token(self, name: str, *scopes: str) -> str:
        """Make a person's API token."""
        return accounts.add_token(self.built.house, self.world.who(name), "a pipeline", scopes)[1]

    def report(self, number: str = "", *, but: str = "") -> None:
        """Let all gateways report that they obey a table: the newest, if none is named."""
        _report(self.built.house, number, but)


@contextmanager
def served(day: Day, folder: Path) -> Iterator[Served]:
    """Serve a copy of a day on a free port."""
    shutil.copytree(day.folder, folder, dirs_exist_ok=True)
    built = _build(folder, day.now)
    bound = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(built.app, log_level="warning", access_log=False))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    _aside(built.start)
    serving.start()
    until(lambda: server.started)
    house = Served(f"http://127.0.0.1:{bound.getsockname()[1]}", built, _world(built), day)
    built.house.address = house.address
    house.report()
    try:
        yield house
    finally:
        built.events.close()
        server.should_exit = True
        serving.join(PATIENCE_SECONDS)
        _aside(built.stop)


def _aside(act: Callable[[], None]) -> None:
    """Do something in a thread of its own: the stream runs a loop, and a browser's test runs one already."""
    thread = threading.Thread(target=act)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive(), f"{act} does not end"


def until(is_so: Callable[[], Any]) -> None:
    """Wait for something that another thread does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def audit_round(built: Built) -> None:
    """Let the clock look once, and sign the log."""
    built.runner._checkpoint_at = float("-inf")
    built.runner.round()


def _build(folder: Path, now: datetime) -> Built:
    settings = Settings(folder, stream_listen="127.0.0.1:0", demo=True, clock_start=now)
    built = build(settings, VirtualClock(now))
    built.house.call_key = CALL_KEY
    built.house.salt = lambda change: f"salt of {change}"
    return built


def _world(built: Built) -> World:
    """Return a world that acts in a built house."""
    clock = built.house.clock
    assert isinstance(clock, VirtualClock)
    world = World(built.house.store, clock)
    world.house, world.runner, publish = built.house, built.runner, built.house.publish

    def published(frame: Frame) -> None:
        publish(frame)
        world._published(frame)

    built.house.publish = published
    newest = tables.whole_frame(built.house)
    if newest is not None:
        world._published(newest)
    return world
