"""How is the store saved, and how does it come back?

SQLite only, while the server runs. PostgreSQL is saved by its own tools; after restoring it, call `came_back`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.store import tables
from leverframe.store.database import Store
from leverframe.store.serving import vacant

_BUSY_SECONDS = 30.0


def backup(store: Store, path: Path) -> Path:
    """Write a whole copy of a running SQLite store to a file that does not exist yet; raises Invalid."""
    source = _file_of(store)
    if path.exists():
        raise Invalid([Fault(str(path), "there is a file of that name already", "name another one")])
    if not path.absolute().parent.is_dir():
        raise Invalid([Fault(str(path), f"there is no folder {path.parent}", "make it first")])
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        _copy(source, aside)
        check(aside)
        os.replace(aside, path)
    finally:
        _remove(aside)
    return path


def restore(path: Path, store: Store) -> int:
    """Put a saved copy in the place of a SQLite store, bring it up to date and raise the epoch, which is returned.

    The new epoch is above that of the copy and above that of what stood there, so that gateways obey it. Raises
    Invalid where the copy is not a whole store, or where a server runs on the store.
    """
    target = _file_of(store)
    check(path)
    with vacant(store):
        stood = _epoch_of(target)
        aside = target.with_name(f"{target.name}.{os.getpid()}.part")
        _copy(path, aside)
        store.close()
        _remove(target)
        os.replace(aside, target)
        return came_back(store, above=stood)


def came_back(store: Store, *, above: int = 0) -> int:
    """Bring a restored store up to date and raise its epoch; return the epoch."""
    store.migrate()
    with store.write() as db:
        return tables.raise_epoch(db, above=above)


def _file_of(store: Store) -> Path:
    if not store.is_sqlite:
        because = "only a SQLite store is saved by Leverframe"
        raise Invalid([Fault("store", because, "save a PostgreSQL database with pg_dump")])
    return Path(store.url.database or "")


def _copy(source: Path, target: Path) -> None:
    """Write a copy that is one file, however it is read: with a log beside it, reading would leave files there."""
    with closing(_open(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("pragma journal_mode = delete")


def check(path: Path) -> None:
    """Raise Invalid where a file is not a whole store."""
    try:
        with closing(_open(path)) as connection:
            answer = connection.execute("pragma integrity_check(1)").fetchone()[0]
            connection.execute("select version_num from alembic_version").fetchone()
    except sqlite3.Error as error:
        raise Invalid([Fault(str(path), f"it is not a store: {error}", "name a file that backup wrote")]) from error
    if answer != "ok":
        raise Invalid([Fault(str(path), f"it is damaged: {answer}", "take an older backup")])


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)


def _epoch_of(path: Path) -> int:
    """Return the epoch of a store that may be missing or damaged; then it is not known, and counts as 0."""
    try:
        with closing(_open(path)) as connection:
            row = connection.execute("select value from settings where key = 'epoch'").fetchone()
    except sqlite3.Error:
        return 0
    return int(row[0]) if row else 0


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
