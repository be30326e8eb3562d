"""Are changes kept whole, numbered once and found again?"""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from leverframe.nouns.changes import CloseCode, Review, State
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store import changes


def test_a_change_comes_back_as_it_was(store, a_change, tuesday):
    review = Review("remi", tuesday, CloseCode.SUCCESSFUL, "nothing to say")
    change = a_change(review=review, close_code=CloseCode.SUCCESSFUL, settled_at=tuesday)
    with store.write() as db:
        changes.insert(db, change)
    with store.read() as db:
        assert changes.get(db, change.id) == change


def test_a_change_that_is_not_there_is_not_found(store):
    with store.read() as db, pytest.raises(NotFound, match="no change CHG-2026-00009"):
        changes.get(db, "CHG-2026-00009")


def test_ids_run_by_the_year(store):
    with store.write() as db:
        made = [changes.next_id(db, year) for year in (2026, 2026, 2027, 2026)]
    assert made == ["CHG-2026-00001", "CHG-2026-00002", "CHG-2027-00001", "CHG-2026-00003"]


def test_eight_threads_get_a_hundred_different_ids_without_a_gap(store, a_change):
    made = []

    def file_some():
        for _ in range(12):
            with store.write() as db:
                id = changes.next_id(db, 2026)
                changes.insert(db, a_change(id))
                made.append(id)

    threads = [threading.Thread(target=file_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"CHG-2026-{number:05d}" for number in range(1, 97)]
    with store.read() as db:
        assert len(changes.find(db, limit=200)) == 96


def test_an_id_is_not_used_again_when_its_change_is_canceled(store, a_change):
    with store.write() as db:
        first = changes.next_id(db, 2026)
        changes.insert(db, a_change(first, state=State.CANCELED))
    with store.write() as db:
        assert changes.next_id(db, 2026) == "CHG-2026-00002"


def test_an_update_raises_the_version_and_returns_what_stands(store, a_change):
    with store.write() as db:
        changes.insert(db, a_change())
        written = changes.update(db, replace(a_change(), title="Answer shortly"))
    assert written.version == 2
    with store.read() as db:
        assert changes.get(db, written.id) == written


def test_who_writes_second_is_told_so_and_changes_nothing(store, a_change):
    with store.write() as db:
        changes.insert(db, a_change())
        changes.update(db, replace(a_change(), title="First"))
    with pytest.raises(Conflict, match=re.escape("it is at version 2, not 1")), store.write() as db:
        changes.update(db, replace(a_change(), title="Second"))
    with store.read() as db:
        assert changes.get(db, "CHG-2026-00001").title == "First"


def test_of_eight_threads_that_update_one_version_one_wins(store, a_change):
    with store.write() as db:
        changes.insert(db, a_change())
    outcomes = []

    def update():
        try:
            with store.write() as db:
                changes.update(db, replace(a_change(), title=threading.current_thread().name))
            outcomes.append("written")
        except Conflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=update) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["written"]


def test_a_change_that_is_not_there_cannot_be_updated(store, a_change):
    with pytest.raises(NotFound), store.write() as db:
        changes.update(db, a_change())


@pytest.fixture
def three(store, a_change, tuesday):
    with store.write() as db:
        changes.insert(db, a_change("CHG-2026-00001", targets=("support-chat", "search"), state=State.CLOSED))
        changes.insert(db, a_change("CHG-2026-99999", author="cass", title="Straße 100% kürzer", targets=("search",)))
        later = tuesday + timedelta(days=1)
        changes.insert(db, a_change("CHG-2026-100000", targets=("claims",), filed_at=later))
    return store


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["100000", "99999", "00001"]),
        ({"limit": 2}, ["100000", "99999"]),
        ({"before_id": "CHG-2026-99999"}, ["00001"]),
        ({"before_id": "CHG-2026-100000", "limit": 1}, ["99999"]),
        ({"states": [State.CLOSED]}, ["00001"]),
        ({"states": ("assess", "closed")}, ["100000", "99999", "00001"]),
        ({"target": "search"}, ["99999", "00001"]),
        ({"author": "cass"}, ["99999"]),
        ({"text": "STRASSE"}, ["99999"]),
        ({"text": "100%"}, ["99999"]),
        ({"text": "_"}, []),
        ({"text": "claims"}, ["100000"]),
        ({"text": "chg-2026-0"}, ["00001"]),
    ],
)
def test_changes_are_found_the_newest_first(three, asked, found):
    with three.read() as db:
        assert [change.id.removeprefix("CHG-2026-") for change in changes.find(db, **asked)] == found


def test_changes_are_found_from_a_time_on(three, tuesday):
    with three.read() as db:
        found = changes.find(db, since=tuesday + timedelta(hours=1))
    assert [change.id for change in found] == ["CHG-2026-100000"]


def test_what_is_no_id_is_not_found(store):
    with store.read() as db, pytest.raises(NotFound, match="is not the id of a change"):
        changes.find(db, before_id="yesterday")


def test_an_edit_of_the_targets_moves_the_change(three, a_change):
    with three.write() as db:
        change = changes.get(db, "CHG-2026-99999")
        changes.update(db, replace(change, targets=("claims",)))
        assert [c.id for c in changes.find(db, target="search")] == ["CHG-2026-00001"]
        assert [c.id for c in changes.find(db, target="claims")] == ["CHG-2026-100000", "CHG-2026-99999"]


@pytest.mark.postgres
def test_a_locked_change_is_waited_for(store, a_change):
    if store.is_sqlite:
        pytest.skip("on SQLite every writer waits")
    with store.write() as db:
        changes.insert(db, a_change())
    started, order = threading.Event(), []

    def second():
        with store.write() as db:
            started.set()
            change = changes.lock(db, "CHG-2026-00001")
            order.append(change.title)

    thread = threading.Thread(target=second)
    with store.write() as db:
        change = changes.lock(db, "CHG-2026-00001")
        thread.start()
        started.wait(5)
        changes.update(db, replace(change, title="First"))
    thread.join()
    assert order == ["First"]
