"""Do the migrations make exactly the tables that the code speaks of?"""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

import leverframe.store
from leverframe.store import Store, settings
from leverframe.store.schema import metadata


def test_the_migrated_schema_is_the_one_that_the_code_declares(store):
    with store.write() as db:
        context = MigrationContext.configure(db.connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_keys_come_first_where_sqlite_keeps_rows_by_them(store):
    """SQLite 3.40 calls such a table damaged where a column that is not null stands before one of its key."""
    if not store.is_sqlite:
        pytest.skip("a trait of SQLite")
    with store.read() as db:
        rows = [
            [(bool(row.notnull), row.pk) for row in db.execute(text(f"pragma table_info({t})"))] for t in _by_key()
        ]
    assert rows
    assert [row for row in rows if row != sorted(row, key=lambda column: column[1] == 0)] == []


def _by_key():
    return [table.name for table in metadata.sorted_tables if table.dialect_options["sqlite"]["with_rowid"] is False]


def test_every_file_with_tables_is_part_of_the_schema():
    folder = Path(leverframe.store.__file__).parent
    with_tables = {file.stem for file in folder.glob("*.py") if "Table(" in file.read_text("utf-8")}
    from leverframe.store import schema

    assert {room.__name__.rpartition(".")[2] for room in schema.ROOMS} == with_tables


def test_migrating_twice_changes_nothing(store):
    with store.read() as db:
        before = settings.install_id(db)
    store.migrate()
    with store.read() as db:
        assert settings.install_id(db) == before
        assert len(before) == 16


def test_two_servers_may_migrate_a_new_database_at_once(tmp_path):
    url = f"sqlite:///{tmp_path / 'odd name 100%.db'}"
    stores = [Store(url), Store(url)]
    threads = [threading.Thread(target=store.migrate) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with stores[0].read() as db:
        assert settings.get(db, "epoch") == "1"
    for store in stores:
        store.close()


def test_a_failed_migration_leaves_nothing_behind(tmp_path, monkeypatch):
    store = Store(f"sqlite:///{tmp_path / 'new.db'}")
    from leverframe.store import migrations

    real = migrations.upgrade

    def fails(connection):
        real(connection)
        raise OSError("the disk is full")

    monkeypatch.setattr(migrations, "upgrade", fails)
    with pytest.raises(OSError, match="the disk is full"):
        store.migrate()
    monkeypatch.undo()
    store.migrate()
    with store.read() as db:
        assert settings.get(db, "epoch") == "1"
    store.close()
