"""Whom do gateways obey after the database went back in time?

Real servers under the machine's own clock, with two services that have heard more than the database knows. Leverframe
itself saves and restores SQLite; on PostgreSQL the database's own tools do, which is the copy by hand.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from tests.soak import databases
from tests.soak.bundle import SWITCH
from tests.soak.processes import until
from tests.soak.world import EDGES, World

from leverframe.nouns.tables import Number
from leverframe.store import Store, tables


@pytest.fixture
def world(database, tmp_path):
    """A house under the machine's clock, in which everybody has sat down."""
    with World(tmp_path, database, starts_at="") as world:
        yield world.open()


def _leverframe(world, *arguments):
    database = ("--database", world.plane.database) if world.plane.database else ()
    where = ("--data", str(world.plane.data), *database)
    command = [sys.executable, "-m", "leverframe.cli", *arguments, *where]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)


def _newest(world):
    store = Store(world.url)
    try:
        with store.read() as db:
            return tables.newest_number(db)
    finally:
        store.close()


def _obeyed(world):
    return {Number.parse(edge.tell("stand")["number"]) for edge in world.edges.values()}


def _go_on(world):
    """Let tables be published that the copy does not know of, and wait until they are obeyed."""
    for tenant in ("one", "two", "three"):
        world.throw(f"tenant/{tenant}")
    newest = _newest(world)
    until(lambda: _obeyed(world) == {newest}, "the services to obey the newest table")
    return newest


def _alarms(world):
    """List the alarms, but for that of the switches, which nobody exercises here."""
    return [each for each in world.ask("adi").get("/")["alarms"] if "not exercised for six months" not in each]


def _serve_again(world):
    world.plane.start()
    world.wait_heard()


@pytest.mark.parametrize("database", [""], ids=["sqlite"])
def test_a_backup_of_yesterday_is_obeyed_and_a_kill_reaches_all_gateways(world, tmp_path):
    saved = tmp_path / "yesterday.db"
    _leverframe(world, "backup", str(saved))
    heard = _go_on(world)
    assert world.plane.stop() == 0
    _leverframe(world, "restore", str(saved))
    _serve_again(world)

    until(lambda: _obeyed(world) == {_newest(world)}, "the services to obey what was restored")
    assert _newest(world).epoch == heard.epoch + 1
    assert _alarms(world) == []
    number = world.throw()
    world.wait_off()
    assert Number.parse(number).epoch == heard.epoch + 1
    receipt = until(lambda: _confirmed(world, number), "the receipt")
    assert (receipt["reporting"], receipt["applied"]) == (len(EDGES), len(EDGES))
    until(lambda: SWITCH in _told(world), "the listener to be told, under a webhook-id that it does not know yet")
    assert world.receiver.contradictions == []


def _told(world):
    """Return the switches of which the listener was told that they are thrown."""
    return {message["data"].get("switch") for message in list(world.receiver.messages.values())}


def _confirmed(world, number):
    receipt = world.ask("sol").get(f"/receipts/{number}")
    return receipt if receipt["confirmed"] else None


def test_a_copy_by_hand_publishes_nothing_until_an_administrator_confirms(world, database, copy_by_hand):
    copy_by_hand.keep()
    heard = _go_on(world)
    assert world.plane.stop() == 0
    copy_by_hand.put_back()
    before = _newest(world)
    _serve_again(world)

    until(lambda: _alarms(world), "the alarm")
    assert world.throw() == ""
    assert (_newest(world), _obeyed(world)) == (before, {heard})
    assert all(edge.tell("decide", subject="person-a")["serve"] for edge in world.edges.values())

    confirmed = world.ask("adi").post("/route-tables/epochs", {"because": "the old database is the truth now"})
    world.wait_off()
    assert Number.parse(confirmed["number"]).epoch == heard.epoch + 1
    until(lambda: _obeyed(world) == {Number.parse(confirmed["number"])}, "the services to obey the new epoch")
    assert _alarms(world) == []


class _Copy:
    """A copy of the database as a person makes it, past Leverframe, while nobody uses it."""

    def __init__(self, world: World, server: str, folder: Path) -> None:
        self._world, self._server = world, server
        self._file, self._kept = world.plane.data / "leverframe.db", folder / "kept.db"
        self._name = make_url(world.plane.database).database if world.plane.database else ""

    def keep(self) -> None:
        """Copy it, and let the house go on."""
        assert self._world.plane.stop() == 0
        if self._name:
            databases.copy(self._server, self._name, f"{self._name}_kept")
        else:
            shutil.copyfile(self._file, self._kept)
        _serve_again(self._world)

    def put_back(self) -> None:
        """Put the copy in its place."""
        if self._name:
            databases.copy(self._server, f"{self._name}_kept", self._name)
            databases.drop(self._server, f"{self._name}_kept")
        else:
            for beside in ("-wal", "-shm"):
                self._file.with_name(f"{self._file.name}{beside}").unlink(missing_ok=True)
            shutil.copyfile(self._kept, self._file)


@pytest.fixture
def copy_by_hand(request, world, database, tmp_path):
    """The database's copy by hand."""
    return _Copy(world, request.getfixturevalue("postgres_server") if database else "", tmp_path)
