"""How is a transaction opened, on SQLite and on PostgreSQL, by one code path?"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, MetaData, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url

from leverframe.store.precedence import Precedence

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Insert = postgresql.Insert | sqlite.Insert
Statement = TypeVar("Statement", bound=Executable)
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "recursive_triggers = ON",
    "busy_timeout = 10000",
    "cache_size = -65536",
    "temp_store = MEMORY",
)


class Db:
    """One open transaction, which every query takes first."""

    def __init__(self, connection: Connection, give_way: Callable[[], None] = lambda: None) -> None:
        self.connection, self._give_way = connection, give_way
        self.is_sqlite = connection.dialect.name == "sqlite"
        self._after_commit: list[Callable[[], object]] = []

    def execute(
        self, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
    ) -> CursorResult[Any]:
        """Run one statement, once or for each of several sets of values."""
        self._give_way()
        return self.connection.execute(statement, values)  # pyright: ignore[reportReturnType]

    def insert(self, table: Table) -> Insert:
        """Begin an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def after_commit(self, call: Callable[[], object]) -> None:
        """Have something called once this transaction is safely written; never when it fails."""
        self._after_commit.append(call)

    def run_after_commit(self) -> None:
        """Call what was registered, in order and each of it, then raise the first error if there was one."""
        errors = [error for call in self._after_commit if (error := _error_of(call))]
        if errors:
            raise errors[0]


NAMED_AT_ONCE = 500
"""So many things are named in one query: well below what a database takes."""


def in_parts(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a long list into parts that one query can name."""
    return (names[at : at + NAMED_AT_ONCE] for at in range(0, len(names), NAMED_AT_ONCE))


def on_both(build: Callable[[Callable[[Table], Insert]], Statement]) -> Callable[[Db], Statement]:
    """Build a statement once for each database, out of its own INSERT; returns how a transaction finds its own.

    To build a statement costs several times what it costs to run it: what is often asked is built once.
    """
    ours, theirs = build(sqlite.insert), build(postgresql.insert)
    return lambda db: ours if db.is_sqlite else theirs


class Store:
    """The database behind one URL: `sqlite:///path` or `postgresql://…`.

    On SQLite one transaction writes at a time (BEGIN IMMEDIATE under a lock of this process) beside any number
    of readers. A commit is safe against the death of the process; against the loss of power it is safe on
    PostgreSQL, while SQLite (synchronous = NORMAL) may lose the last moments, which the epoch alarm notices.
    Readers give way at each statement to who has taken `precedence`.
    """

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = _sqlite_engine(self.url, writes=True) if self.is_sqlite else _postgres_engine(self.url)
        self._reader = _sqlite_engine(self.url, writes=False) if self.is_sqlite else _read_only(self._writer)
        self._lock = threading.Lock()
        self._thread = threading.local()
        self.precedence = Precedence()

    def migrate(self) -> None:
        """Bring the schema up to this version of Leverframe; two processes may ask at once."""
        from leverframe.store.migrations import upgrade

        with self.write() as db:
            upgrade(db.connection)

    @contextmanager
    def write(self) -> Iterator[Db]:
        """Open one transaction; it is committed at the end, then its `after_commit` calls are made in order."""
        with self._one_at_a_time(), self._writer.begin() as connection:
            db = Db(connection)
            yield db
        db.run_after_commit()

    @contextmanager
    def read(self) -> Iterator[Db]:
        """Open one snapshot that cannot write."""
        with self._reader.connect() as connection, connection.begin():
            yield Db(connection, self._give_way)

    def close(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self._writer.dispose()

    def _give_way(self) -> None:
        """Let who goes first pass; not while this thread writes, for then they wait for it."""
        if not getattr(self._thread, "writing", False):
            self.precedence.give_way()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if getattr(self._thread, "writing", False):
            raise RuntimeError("a write() is already open in this thread: pass its Db on instead")
        with self._lock if self.is_sqlite else nullcontext():
            self._thread.writing = True
            try:
                yield
            finally:
                self._thread.writing = False


def _error_of(call: Callable[[], object]) -> Exception | None:
    try:
        call()
    except Exception as error:
        return error
    return None


def _url(text: str) -> URL:
    url = make_url(text)
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ValueError("the store needs a file: sqlite:///path/to/leverframe.db")
        return url.set(drivername="sqlite+pysqlite")
    if url.get_backend_name() in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise ValueError(f"the store speaks sqlite and postgresql, not {url.get_backend_name()}")


def _postgres_engine(url: URL) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=30, pool_pre_ping=True)


def _read_only(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _sqlite_engine(url: URL, *, writes: bool) -> Engine:
    """Build an engine whose transactions we begin ourselves: the driver's own BEGIN comes too late and too weak."""
    engine = create_engine(url, pool_size=1 if writes else 8, max_overflow=0 if writes else 32)

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in _PRAGMAS if writes else (*_PRAGMAS[2:], "query_only = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
