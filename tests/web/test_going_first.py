"""Does a request that stops something go before pages?"""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import text
from tests.test_one_door import client_of, entered
from tests.world import ON_SQLITE, World

from leverframe.actions import accounts, switches
from leverframe.store.precedence import Precedence

pytestmark = ON_SQLITE
LEVER = "/switches/feature/claims-summary"
PATIENCE_SECONDS = 20.0


@pytest.fixture
def world(world: World) -> World:
    """A house in which sol has an account, and in which who reads would give way for a minute."""
    accounts.add_account(world.house, world.adi, "sol", "correct horse battery staple")
    world.house.store.precedence = Precedence(60.0)
    return world


def test_a_page_waits_while_a_throw_is_under_way_and_not_after_it(world: World, monkeypatch):
    """The throw reads by itself meanwhile, and does not wait for its own sake."""
    read, throw, seen = threading.Event(), switches.throw, []

    def looks() -> None:
        with world.house.store.read() as db:
            db.execute(text("select 1"))
        read.set()

    def held(*given, **named):
        threading.Thread(target=looks, daemon=True).start()
        seen.append(read.wait(0.05))
        return throw(*given, **named)

    monkeypatch.setattr(switches, "throw", held)
    body = {"because": "it answers wrongly"}
    answer = client_of(world).put(f"{LEVER}/throw", json=body, headers=entered(world, "sol"))
    assert answer.status_code == 200, answer.text
    assert seen == [False]
    assert read.wait(PATIENCE_SECONDS)


def test_what_stops_nothing_holds_nobody_up(world: World, monkeypatch):
    taken = []
    monkeypatch.setattr(Precedence, "taken", lambda self: taken.append(True))
    assert client_of(world).get(LEVER, headers=entered(world, "sol")).status_code == 200
    assert client_of(world).get(f"{LEVER}/throw", headers=entered(world, "sol")).status_code in (404, 405)
    assert taken == []
