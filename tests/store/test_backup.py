"""Does a saved store come back, above everything that gateways have heard?"""

from __future__ import annotations

import threading

import pytest
from tests.world import World

from leverframe.nouns.verdicts import Invalid
from leverframe.store import Store, settings, tables
from leverframe.store.backup import backup, restore
from leverframe.store.serving import serving, vacant


def _sqlite(store):
    if not store.is_sqlite:
        pytest.skip("PostgreSQL is saved by its own tools")


def _put(store, value):
    with store.write() as db:
        settings.put(db, "colour", value)


def _colour(store):
    with store.read() as db:
        return settings.get(db, "colour"), tables.epoch(db)


def test_yesterday_comes_back_in_a_higher_epoch(store, tmp_path):
    _sqlite(store)
    _put(store, "green")
    saved = backup(store, tmp_path / "yesterday.db")
    _put(store, "blue")
    assert restore(saved, store) == 2
    assert _colour(store) == ("green", 2)
    assert list(tmp_path.glob("yesterday*")) == [saved], "a copy is one file, and stays one when it is read"


def test_the_epoch_rises_above_that_of_the_store_which_stood_there(store, tmp_path):
    _sqlite(store)
    _put(store, "green")
    saved = backup(store, tmp_path / "yesterday.db")
    with store.write() as db:
        tables.raise_epoch(db, above=6)
    assert restore(saved, store) == 8
    assert restore(saved, store) == 9


def test_a_store_is_saved_whole_while_others_write(store, tmp_path):
    _sqlite(store)
    stop = threading.Event()

    def write():
        while not stop.is_set():
            _put(store, "green")

    thread = threading.Thread(target=write)
    thread.start()
    saved = backup(store, tmp_path / "copy.db")
    stop.set()
    thread.join()
    copy = Store(f"sqlite:///{saved}")
    assert _colour(copy)[1] == 1
    copy.close()
    assert sorted(file.name for file in tmp_path.iterdir() if "part" in file.name) == []


def test_a_store_comes_back_where_none_stands(store, tmp_path):
    _sqlite(store)
    _put(store, "green")
    saved = backup(store, tmp_path / "copy.db")
    fresh = Store(f"sqlite:///{tmp_path / 'new' / 'fresh.db'}")
    (tmp_path / "new").mkdir()
    assert restore(saved, fresh) == 2
    assert _colour(fresh) == ("green", 2)
    fresh.close()


def test_a_file_is_not_written_over(store, tmp_path):
    _sqlite(store)
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(Invalid, match="a file of that name already"):
        backup(store, tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + b"\x07" * 5000])
def test_what_is_no_store_is_refused_and_nothing_is_lost(store, tmp_path, content):
    _sqlite(store)
    _put(store, "green")
    (tmp_path / "odd").write_bytes(content)
    with pytest.raises(Invalid, match="not a store"):
        restore(tmp_path / "odd", store)
    with pytest.raises(Invalid, match="not a store"):
        restore(tmp_path / "missing", store)
    assert _colour(store) == ("green", 1)


def test_postgresql_says_how_it_is_saved(store, tmp_path):
    if store.is_sqlite:
        pytest.skip("SQLite is saved by Leverframe")
    with pytest.raises(Invalid, match="only a SQLite store is saved by Leverframe"):
        backup(store, tmp_path / "copy.db")


def test_nothing_is_put_in_the_place_of_a_store_that_a_server_uses(store, tmp_path):
    _sqlite(store)
    _put(store, "green")
    saved = backup(store, tmp_path / "yesterday.db")
    _put(store, "blue")
    with serving(store), serving(store), pytest.raises(Invalid) as refused:
        restore(saved, store)
    assert [fault.because for fault in refused.value.faults] == ["a server runs on it"]
    assert _colour(store) == ("blue", 1)
    assert restore(saved, store) == 2


def test_no_server_begins_while_a_copy_is_put_in_its_place(store):
    _sqlite(store)
    with vacant(store), pytest.raises(Invalid, match="a saved copy"), serving(store):
        raise AssertionError("it began")


def test_what_a_ramp_has_counted_is_saved_with_the_rest(store, tmp_path):
    _sqlite(store)
    world = World(store).open()
    world.outcomes(world.ramping(), minutes=5)
    assert backup(store, tmp_path / "copy.db").is_file()


def test_a_folder_that_is_not_there_is_a_fault(store, tmp_path):
    _sqlite(store)
    with pytest.raises(Invalid, match="there is no folder"):
        backup(store, tmp_path / "nowhere" / "copy.db")
