"""Does verification find what was tampered with, whoever did it and however?"""

from __future__ import annotations

import shutil
from contextlib import contextmanager

import pytest
from sqlalchemy import func, text

from leverframe.nouns.audit import Entry
from leverframe.store import audit, checkpoints
from leverframe.store.notes import new_key
from leverframe.store.verification import verify

ORIGIN = "leverframe.example/acme"


@pytest.fixture(scope="module")
def key():
    """The key that signs this log."""
    return new_key("acme-log")


@pytest.fixture
def log(store, tuesday, key):
    """A log of 30 entries under checkpoints at 10, 20 and 30."""
    _grow(store, tuesday, key, 3)
    return store


def _grow(store, tuesday, key, times):
    for _ in range(times):
        with store.write() as db:
            for number in range(10):
                audit.append(db, Entry(tuesday, "ana", "author", "change.filed", f"CHG-{number}", "because"))
        with store.write() as db:
            audit.sequence(db)
            checkpoints.checkpoint(db, ORIGIN, key.sign, tuesday)


@contextmanager
def _tampering(store):
    """Alter what the triggers guard, as one who owns the database can."""
    with store.write() as db:
        if store.is_sqlite:
            for name in db.execute(text("select name from sqlite_master where type = 'trigger'")).scalars().all():
                db.execute(text(f"drop trigger {name}"))
        else:
            for table in ("audit_entries", "audit_checkpoints", "audit_nodes"):
                db.execute(text(f"alter table {table} disable trigger user"))
        yield db


def _verify(store, key, files=()):
    with store.read() as db:
        return verify(db, key.public, files)


def _faults(report):
    return [str(fault) for fault in report.faults]


def test_an_honest_log_verifies_whole(log, key):
    report = _verify(log, key)
    assert (report.entries, report.verified, report.unnumbered, report.faults) == (30, 30, 0, ())
    assert report.holds


def test_an_empty_log_verifies(store, key):
    report = _verify(store, key)
    assert (report.entries, report.verified, report.faults) == (0, 0, ())


def test_entries_past_the_last_checkpoint_are_counted_and_not_yet_verified(log, key, tuesday):
    with log.write() as db:
        audit.append(db, Entry(tuesday, "ana", "author", "change.filed", "CHG-31", "because"))
        audit.sequence(db)
        audit.append(db, Entry(tuesday, "ana", "author", "change.filed", "CHG-32", "because"))
    report = _verify(log, key)
    assert (report.entries, report.verified, report.unnumbered, report.faults) == (32, 30, 1, ())


def test_one_flipped_byte_is_found_and_named(log, key):
    with _tampering(log) as db:
        flipped = func.replace(audit.entries.c.body, "because", "becauze")
        db.execute(audit.entries.update().where(audit.entries.c.leaf == 17).values(body=flipped))
    report = _verify(log, key)
    assert _faults(report) == ["leaf 17: error: its text is not what was hashed"]
    assert report.verified == 29


def test_a_flipped_byte_with_its_hash_made_to_fit_is_found_at_the_checkpoint(log, key):
    with _tampering(log) as db:
        body = db.execute(text("select body from audit_entries where leaf = 17")).scalar_one().replace("ana", "vic")
        changed = audit.entries.update().where(audit.entries.c.leaf == 17)
        db.execute(changed.values(body=body, actor="vic", leaf_hash=audit.merkle.leaf_hash(body.encode())))
    report = _verify(log, key)
    assert [fault.place for fault in report.faults] == ["checkpoint 20", "checkpoint 30", "tree"]
    assert "it was right at 10" in str(report.faults[0])
    assert report.verified == 10


def test_an_altered_column_is_found_though_the_text_stands(log, key):
    with _tampering(log) as db:
        db.execute(text("update audit_entries set actor = 'vic' where leaf = 3"))
        db.execute(text("update audit_entries set object = 'CHG-x' where leaf = 4"))
    assert _faults(_verify(log, key)) == [
        "leaf 3: error: its columns differ from its text",
        "leaf 4: error: its columns differ from its text",
    ]


def test_a_removed_row_is_found(log, key):
    with _tampering(log) as db:
        db.execute(text("delete from audit_entries where leaf = 12"))
    report = _verify(log, key)
    assert "leaf 12: error: missing: no later checkpoint can be verified" in _faults(report)
    assert report.verified == 10


def test_rows_removed_from_the_end_are_found(log, key):
    with _tampering(log) as db:
        db.execute(text("delete from audit_entries where leaf >= 28"))
    report = _verify(log, key)
    assert "checkpoint 30: error: it signs 30 entries, and there are 28" in _faults(report)
    assert report.verified == 20


def test_a_reordered_pair_is_found(log, key):
    with _tampering(log) as db:
        for before, after in ((14, 1000), (15, 14), (1000, 15)):
            db.execute(
                text("update audit_entries set leaf = :after where leaf = :before"),
                {"before": before, "after": after},
            )
    report = _verify(log, key)
    assert [fault.place for fault in report.faults] == ["checkpoint 20", "checkpoint 30", "tree"]
    assert report.verified == 10


def test_a_removed_row_with_the_rest_numbered_anew_is_found(log, key):
    with _tampering(log) as db:
        db.execute(text("delete from audit_entries where leaf = 25"))
        for leaf in range(26, 30):
            db.execute(text("update audit_entries set leaf = leaf - 1 where leaf = :leaf"), {"leaf": leaf})
    report = _verify(log, key)
    assert [fault.place for fault in report.faults] == ["checkpoint 30", "tree"]


def test_a_log_rewritten_with_another_key_is_found(log, key, tuesday):
    other = new_key("acme-log")
    with _tampering(log) as db:
        db.execute(text("delete from audit_checkpoints where size = 30"))
        checkpoints.checkpoint(db, ORIGIN, other.sign, tuesday)
    report = _verify(log, key)
    assert [fault.place for fault in report.faults] == ["checkpoint 30"]
    assert "no signature of acme-log on this note holds" in str(report.faults[0])
    assert report.verified == 20


def test_an_altered_checkpoint_row_is_found(log, key):
    with _tampering(log) as db:
        root = db.execute(text("select root from audit_checkpoints where size = 20")).scalar_one()
        db.execute(text("update audit_checkpoints set root = :root where size = 10"), {"root": root})
    assert _faults(_verify(log, key)) == ["checkpoint 10: error: its columns differ from its signed note"]


def test_a_checkpoint_kept_outside_tells_of_a_log_that_was_cut_back(log, key, tmp_path):
    with log.read() as db:
        files = [checkpoints.publish(kept, tmp_path / "kept") for kept in checkpoints.all_checkpoints(db)]
    assert _verify(log, key, files).holds
    with _tampering(log) as db:
        db.execute(text("delete from audit_entries where leaf >= 20"))
        db.execute(text("delete from audit_checkpoints where size > 20"))
        frontier = audit.merkle.Frontier()
        for body in db.execute(text("select body from audit_entries order by leaf")).scalars():
            frontier.append(audit.merkle.leaf_hash(body.encode()))
        db.execute(audit.tree.update().values(size=20, peaks=b"".join(frontier.peaks)))
    assert _verify(log, key).holds
    assert _faults(_verify(log, key, files)) == [
        "000000000030.checkpoint: error: it signs 30 entries, and there are 20"
    ]


def test_damaged_checkpoint_files_are_faults_not_crashes(log, key, tmp_path):
    (tmp_path / "a").write_bytes(b"\xff\xfe")
    (tmp_path / "b").write_text("hello")
    (tmp_path / "c").write_text(key.sign("origin\nnot a number\nroot\n"))
    (tmp_path / "d").write_text(key.sign("origin\n"))
    report = _verify(log, key, [tmp_path / name for name in "abcde"])
    assert sorted(fault.place for fault in report.faults) == ["a", "b", "c", "d", "e"]
    assert report.verified == 30


def test_many_faults_are_counted_not_listed_for_ever(store, key, tuesday):
    _grow(store, tuesday, key, 15)
    with _tampering(store) as db:
        db.execute(text("update audit_entries set actor = 'vic'"))
    report = _verify(store, key)
    assert len(report.faults) == 101
    assert str(report.faults[-1]) == "log: error: 50 more faults of the sort: leaf"


def test_a_checkpoint_is_made_once_for_each_size(log, key, tuesday):
    with log.write() as db:
        assert checkpoints.checkpoint(db, ORIGIN, key.sign, tuesday) is None
        assert checkpoints.newest(db).size == 30
        assert checkpoints.covering(db, 9).size == 10
        assert checkpoints.covering(db, 10).size == 20
        assert checkpoints.covering(db, 30) is None


def test_a_published_checkpoint_is_the_signed_note(log, key, tmp_path):
    with log.read() as db:
        file = checkpoints.publish(checkpoints.newest(db), tmp_path)
    lines = file.read_text("utf-8").split("\n")
    assert lines[:2] == [ORIGIN, "30"]
    assert lines[3] == ""
    assert lines[4].startswith("— acme-log ")
    shutil.rmtree(tmp_path)
