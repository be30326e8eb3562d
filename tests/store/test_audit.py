"""Is the audit log only appended to, numbered without gaps, and provable?"""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from leverframe.nouns.audit import Entry
from leverframe.nouns.verdicts import NotFound
from leverframe.rules import merkle
from leverframe.store import audit


def _entry(tuesday, object="CHG-2026-00001", **fields):
    values = {"at": tuesday, "actor": "ana", "role": "author", "act": "change.filed", "because": "the season begins"}
    return Entry(object=object, **{**values, **fields})


def _write(store, tuesday, count, **fields):
    with store.write() as db:
        for number in range(count):
            audit.append(db, _entry(tuesday, f"CHG-2026-{number:05d}", **fields))


def test_an_entry_comes_back_whole_with_its_id_and_then_its_leaf(store, tuesday):
    entry = _entry(
        tuesday, facts={"stage": 2, "share": 0.1, "regions": ["eu"], "huge": 2**60}, decided_digest="sha256:1"
    )
    with store.write() as db:
        written = audit.append(db, entry)
        assert (written.id, written.leaf) == (1, None)
        assert audit.sequence(db) == 1
    with store.read() as db:
        back = audit.get(db, 0)
    assert (back.at, back.act, back.leaf, back.id) == (tuesday, "change.filed", 0, 1)
    assert back.facts == {"stage": 2, "share": 0.1, "regions": ["eu"], "huge": str(2**60)}


def test_what_is_hashed_is_the_entry_in_jcs_without_its_numbers(tuesday):
    entry = _entry(tuesday, facts={"b": 1.0, "a": "é"}, id=7, leaf=3)
    assert audit.leaf_bytes(entry) == (
        b'{"act":"change.filed","actor":"ana","at":"2026-05-12T09:00:00Z","because":"the season begins",'
        b'"decided_digest":"","facts":{"a":"\xc3\xa9","b":1},"object":"CHG-2026-00001","role":"author"}'
    )


def test_an_entry_of_a_failed_act_is_not_there(store, tuesday):
    def act():
        with store.write() as db:
            audit.append(db, _entry(tuesday))
            raise OSError

    with pytest.raises(OSError):
        act()
    with store.write() as db:
        assert audit.sequence(db) == 0
        assert audit.find(db) == []


def test_numbering_goes_on_where_it_stopped(store, tuesday):
    for _ in range(3):
        _write(store, tuesday, 5)
        with store.write() as db:
            assert audit.sequence(db, limit=3) == 3
    with store.write() as db:
        assert [audit.sequence(db) for _ in range(2)] == [6, 0]
        assert [entry.leaf for entry in audit.find(db)] == list(range(14, -1, -1))
        leaves = [merkle.leaf_hash(audit.leaf_bytes(audit.get(db, leaf))) for leaf in range(15)]
        assert audit.frontier_of(db).root() == merkle.root(leaves)


def test_entries_are_found_by_act_actor_object_and_time_the_newest_first(store, tuesday):
    with store.write() as db:
        audit.append(db, _entry(tuesday, "CHG-1"))
        audit.append(db, _entry(tuesday, "CHG-1", act="ramp.started", actor="remi"))
        audit.append(db, _entry(tuesday + timedelta(hours=1), "CHG-2", act="ramp.held", actor="sol"))
        audit.append(db, _entry(tuesday + timedelta(hours=2), "ramp", act="ramp", actor="sol"))

        def found(**asked):
            return [entry.id for entry in audit.find(db, **asked)]

        assert found() == [4, 3, 2, 1]
        assert found(act="ramp.") == [3, 2]
        assert found(act="ramp.held") == [3]
        assert found(actor="sol") == [4, 3]
        assert found(object="CHG-1") == [2, 1]
        assert found(since=tuesday + timedelta(hours=1)) == [4, 3]
        assert found(limit=2) == [4, 3]
        assert found(limit=2, before=3) == [2, 1]


def test_a_leaf_that_is_not_there_is_not_found(store):
    with store.read() as db:
        with pytest.raises(NotFound, match="no audit entry with the number 3"):
            audit.get(db, 3)
        with pytest.raises(NotFound):
            audit.inclusion_proof(db, 3, 4)


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entries set body = '{}' where leaf = 1",
        "update audit_entries set actor = 'vic' where leaf = 1",
        "update audit_entries set leaf = 9 where leaf = 1",
        "update audit_entries set leaf_hash = null where leaf = 1",
        "update audit_entries set leaf = 9, leaf_hash = leaf_hash, actor = 'vic' where leaf is null",
        "update audit_entries set at = at, because = 'x'",
        "delete from audit_entries where leaf = 1",
        "delete from audit_entries where leaf is null",
        "update audit_nodes set hash = hash",
        "delete from audit_nodes",
    ],
)
def test_what_is_written_cannot_be_altered_or_removed(store, tuesday, statement):
    _write(store, tuesday, 257)
    with store.write() as db:
        audit.sequence(db)
        audit.append(db, _entry(tuesday))
    with pytest.raises(DBAPIError), store.write() as db:
        db.execute(text(statement))
    with store.read() as db:
        assert len(audit.find(db, limit=1000)) == 258


@pytest.mark.postgres
@pytest.mark.parametrize("table", ["audit_entries", "audit_nodes", "audit_checkpoints"])
def test_the_log_cannot_be_truncated(store, tuesday, table):
    if store.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    _write(store, tuesday, 1)
    with pytest.raises(DBAPIError, match="only appended to"), store.write() as db:
        db.execute(text(f"truncate {table}"))


def test_replacing_a_row_is_refused_too(store, tuesday):
    if not store.is_sqlite:
        pytest.skip("PostgreSQL has no INSERT OR REPLACE")
    _write(store, tuesday, 1)
    columns = "id, at, {}, act, object, body"
    replaced = columns.format("actor"), columns.format("'vic'")
    statement = "insert or replace into audit_entries ({}) select {} from audit_entries".format(*replaced)
    with pytest.raises(DBAPIError, match="only appended to"), store.write() as db:
        db.execute(text(statement))


@pytest.mark.postgres
def test_entries_are_numbered_as_they_are_committed_not_as_they_were_begun(store, tuesday):
    if store.is_sqlite:
        pytest.skip("on SQLite transactions do not interleave")
    written, committed = threading.Event(), threading.Event()

    def slow():
        with store.write() as db:
            audit.append(db, _entry(tuesday, "slow"))
            written.set()
            committed.wait(5)

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(5)
    with store.write() as db:
        audit.append(db, _entry(tuesday, "quick"))
    with store.write() as db:
        assert audit.sequence(db) == 1
    committed.set()
    thread.join()
    with store.write() as db:
        assert audit.sequence(db) == 1
        assert [(entry.object, entry.leaf, entry.id) for entry in audit.find(db)] == [("quick", 0, 2), ("slow", 1, 1)]


def test_writers_and_sequencers_at_once_leave_no_gap_and_no_double(store, tuesday):
    def write():
        for _ in range(10):
            _write(store, tuesday, 3)

    def number():
        for _ in range(10):
            with store.write() as db:
                audit.sequence(db, limit=7)

    threads = [threading.Thread(target=target) for target in (write, write, write, number, number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.write() as db:
        audit.sequence(db)
        entries = audit.find(db, limit=1000)
        assert sorted(entry.leaf for entry in entries) == list(range(90))
        ordered = sorted(entries, key=lambda entry: entry.leaf)
        leaves = [merkle.leaf_hash(audit.leaf_bytes(entry)) for entry in ordered]
        assert audit.frontier_of(db).root() == merkle.root(leaves)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 700])
def test_proofs_from_the_stored_subtrees_hold(store, tuesday, size):
    _write(store, tuesday, 700)
    with store.write() as db:
        audit.sequence(db)
    with store.read() as db:
        bodies = db.execute(text("select body from audit_entries order by leaf")).scalars().all()
        leaves = [merkle.leaf_hash(body.encode()) for body in bodies]
        root = merkle.root(leaves[:size])
        for leaf in {0, size // 2, size - 1}:
            proof = audit.inclusion_proof(db, leaf, size)
            assert proof == merkle.inclusion_proof(leaves[:size], leaf)
            assert merkle.verify_inclusion(leaves[leaf], leaf, size, proof, root)
        assert audit.consistency_proof(db, size, 700) == merkle.consistency_proof(leaves, size)


def test_the_body_is_kept_as_it_was_hashed(store, tuesday):
    _write(store, tuesday, 1)
    with store.read() as db:
        body = db.execute(text("select body from audit_entries")).scalar_one()
    assert json.loads(body)["object"] == "CHG-2026-00000"
    assert ": " not in body
