"""Does the clock's hand go on when the store fails it?"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url
from tests.world import World

from leverframe import runner
from leverframe.actions.following import TROUBLE, Following
from leverframe.sources.git import Branch

PATIENCE_SECONDS = 15.0


@pytest.fixture
def world(store):
    """A house with a ramp under way."""
    if not store.is_sqlite:
        pytest.skip("the failure is made by a trigger of SQLite")
    return World(store).open()


def _until(is_so):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _run(store_url, statement):
    with closing(sqlite3.connect(make_url(store_url).database)) as connection:
        connection.execute(statement)


def test_the_clock_goes_on_after_a_lease_could_not_be_written(world, store_url):
    change = world.ramping()
    failing = "before update of lease_owner on ramps begin select raise(abort, 'the disk is full'); end"
    _run(store_url, f"create trigger failing {failing}")
    world.runner.start()
    try:
        _until(lambda: any("the disk is full" in why for why in world.house.troubles.values()))
        world.outcomes(change, minutes=30)
        world.at("Wed 10:30")
        _run(store_url, "drop trigger failing")
        _until(lambda: world.ramp(change).stage == 2)
        _until(lambda: not world.house.troubles)
    finally:
        world.runner.stop()


def test_a_git_that_hangs_keeps_no_ramp_waiting(world, tmp_path, monkeypatch):
    change = world.ramping()
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\nexec sleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(runner, "LEAVING_SECONDS", 0.5)
    world.house.following = Following(Branch(tmp_path))
    world.runner.start()
    try:
        _until((tmp_path / "asked").exists)
        world.outcomes(change, minutes=30)
        world.at("Wed 10:30")
        _until(lambda: world.ramp(change).stage == 2)
        assert TROUBLE not in world.house.troubles, "git is still waited for, and the ramp went on"
    finally:
        world.runner.stop()
