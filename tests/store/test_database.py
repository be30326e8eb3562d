"""What does a transaction promise, on both databases?"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import DBAPIError

from leverframe.nouns.units import Unit
from leverframe.store import Store, settings, units


def test_what_a_transaction_wrote_is_there_after_it(store):
    with store.write() as db:
        settings.put(db, "colour", "green")
    with store.read() as db:
        assert settings.get(db, "colour") == "green"


def test_a_failed_transaction_leaves_nothing_and_calls_nobody(store):
    called = []

    def act():
        with store.write() as db:
            settings.put(db, "colour", "green")
            db.after_commit(lambda: called.append(1))
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        act()
    with store.read() as db:
        assert settings.get(db, "colour") is None
    assert not called


def test_after_the_commit_all_are_called_in_order_and_see_what_was_written(store):
    called = []

    def look():
        with store.read() as db:
            called.append(settings.get(db, "colour"))

    def fail():
        raise OSError("the gateway is gone")

    def act():
        with store.write() as db:
            settings.put(db, "colour", "green")
            db.after_commit(fail)
            db.after_commit(look)
            db.after_commit(lambda: called.append("last"))

    with pytest.raises(OSError, match="the gateway is gone"):
        act()
    assert called == ["green", "last"]


def test_what_is_called_after_the_commit_may_write(store):
    def write_more():
        with store.write() as db:
            settings.put(db, "colour", "blue")

    with store.write() as db:
        db.after_commit(write_more)
    with store.read() as db:
        assert settings.get(db, "colour") == "blue"


def test_a_reader_cannot_write(store):
    with pytest.raises(DBAPIError), store.read() as db:
        settings.put(db, "colour", "green")


def test_a_reader_sees_one_moment(store):
    with store.read() as reader:
        assert settings.get(reader, "colour") is None
        with store.write() as db:
            settings.put(db, "colour", "green")
        assert settings.get(reader, "colour") is None
    with store.read() as reader:
        assert settings.get(reader, "colour") == "green"


def test_a_write_inside_a_write_is_a_bug_and_says_so(store):
    with store.write(), pytest.raises(RuntimeError, match="pass its Db on"), store.write():
        pass
    with store.write() as db:
        settings.put(db, "colour", "green")


def test_many_threads_write_and_none_is_lost(store):
    def count_up():
        for _ in range(25):
            with store.write() as db:
                settings.put(db, threading.current_thread().name + str(_), "x")

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as db:
        kept = db.execute(settings.settings.select()).all()
    assert len([row for row in kept if row.key.startswith("Thread")]) == 200


def test_two_processes_on_one_file_wait_for_each_other(store_url):
    one, other = Store(store_url), Store(store_url)
    entered = threading.Event()
    order = []

    def second():
        entered.wait(5)
        with other.write() as db:
            settings.put(db, "colour", "blue")
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with one.write() as db:
        settings.put(db, "colour", "green")
        entered.set()
        order.append("first")
    thread.join()
    with one.read() as db:
        assert settings.get(db, "colour") == "blue"
    assert order == ["first", "second"]
    one.close()
    other.close()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 5, 12, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=10))),
        datetime(1970, 1, 1, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
def test_an_instant_comes_back_aware_and_in_utc(store, at):
    with store.write() as db:
        units.adopt(db, "search", Unit(prompt="p@1"), "ana", "", at)
        back = units.history(db, "search")[0].at
    assert back == at
    assert back.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store):
    naive = datetime(2026, 5, 12, 9, 0)  # noqa: DTZ001
    with pytest.raises(Exception, match="has no zone"), store.write() as db:
        units.adopt(db, "search", Unit(), "ana", "", naive)


def test_text_of_every_kind_survives(store):
    text = "naïve — 東京 🚦 'quoted' %s :name \\ \n\x00 end"
    with store.write() as db:
        units.adopt(db, "search", Unit(prompt=text), "ana", "", datetime(2026, 1, 1, tzinfo=UTC))
        assert units.current(db, "search") == Unit(prompt=text)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url):
    with pytest.raises(ValueError, match="needs a file"):
        Store(url)


def test_another_database_is_refused():
    with pytest.raises(ValueError, match="not mysql"):
        Store("mysql://localhost/x")
