"""Whose truth is it, after a restore?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.world import World

from leverframe.actions import tables as table_acts
from leverframe.actions import upkeep
from leverframe.nouns.tables import Number
from leverframe.store import Store, tables


@pytest.fixture
def world(store: Store) -> World:
    """A house in which tables were published."""
    world = World(store).open()
    world.adopt()
    return world


def _alarm(world):
    with world.store.read() as db:
        return tables.alarm(db)


def test_a_gateway_that_has_heard_more_raises_the_alarm_and_nothing_is_published(world):
    newest = table_acts.newest_number(world.house)
    table_acts.heard(world.house, Number(newest.epoch, newest.generation + 4))
    assert _alarm(world) is not None
    assert world.throw("sol", "feature/customer-support-ai")[1] is None


def test_what_was_heard_in_an_epoch_that_has_ended_raises_none(world):
    newest = table_acts.newest_number(world.house)
    with world.store.write() as db:
        tables.raise_epoch(db)
    table_acts.heard(world.house, Number(newest.epoch, newest.generation + 4))
    assert _alarm(world) is None
    assert world.throw("sol", "feature/customer-support-ai")[1] == Number(2, newest.generation + 1)


def test_what_was_heard_before_an_administrator_confirmed_raises_no_second_alarm(world, monkeypatch):
    """Between the look at the number and the alarm the epoch was raised: a new alarm would keep every kill back."""
    newest, write = table_acts.newest_number(world.house), world.store.write
    table_acts.heard(world.house, Number(newest.epoch, newest.generation + 4))

    def confirmed_first():
        monkeypatch.setattr(world.store, "write", write)
        table_acts.raise_epoch(world.house, world.adi, "restored on purpose")
        return write()

    monkeypatch.setattr(world.store, "write", confirmed_first)
    table_acts.heard(world.house, Number(newest.epoch, newest.generation + 5))
    assert _alarm(world) is None
    assert world.throw("sol", "feature/customer-support-ai")[1] is not None


def test_a_copy_that_is_brought_back_is_published_in_its_own_epoch(world, tmp_path: Path):
    if not world.store.is_sqlite:
        pytest.skip("PostgreSQL is saved by its own tools")
    saved = upkeep.save(world.house, tmp_path / "yesterday.db")
    before = table_acts.newest_number(world.house)
    world.throw("sol", "feature/customer-support-ai")
    assert upkeep.bring_back(world.house, saved) == 2
    assert table_acts.newest_number(world.house) == Number(2, before.generation + 1)
    assert "customer-support-ai" not in world.table.thrown_features
