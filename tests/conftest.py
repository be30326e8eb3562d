"""What do tests of several rooms share? The store, on both databases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.postgres import ask, url_of
from tests.world import World

from leverframe.store import Store
from leverframe.store.schema import metadata

if TYPE_CHECKING:
    from tests.served import Day


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh store with every table in it: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        file = request.getfixturevalue("tmp_path") / "leverframe.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
    else:
        url = request.getfixturevalue("postgres_url")
        _emptied(url)
        yield url


@pytest.fixture
def store(store_url: str, compiled: Callable[[Store], None]) -> Iterator[Store]:
    """A fresh store: once on SQLite, once on PostgreSQL."""
    store = Store(store_url)
    compiled(store)
    yield store
    store.close()


@pytest.fixture(scope="session")
def compiled() -> Callable[[Store], None]:
    """Hand each store the statements that those before it have compiled: a test compiles none anew."""
    first: dict[bool, Store] = {}

    def share(store: Store) -> None:
        known = first.setdefault(store.is_sqlite, store)
        for name in ("_reader", "_writer"):
            mine, theirs = getattr(store, name), getattr(known, name)
            mine.dialect, mine._compiled_cache = theirs.dialect, theirs._compiled_cache

    return share


@pytest.fixture
def world(store: Store) -> World:
    """A whole house with its cast, the example's policy in force: once on SQLite, once on PostgreSQL."""
    return World(store).open()


@pytest.fixture(scope="session")
def example_day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """The example's day in a folder, lived once: `tests.served.served` serves copies of it."""
    from tests.served import a_day

    return a_day(tmp_path_factory.mktemp("day"))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    _migrated(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of a migrated database of our own: one for each pytest-xdist worker."""
    name = f"lf_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    ask(postgres_server, f"create database {name}")
    url = url_of(postgres_server, name)
    _migrated(url)
    yield url
    ask(postgres_server, f"drop database if exists {name} with (force)")


def _emptied(url: str) -> None:
    """Bring a database back to how the migrations left it: far cheaper than making another."""
    audited = ("audit_entries", "audit_checkpoints", "audit_nodes")
    statements = [f"alter table {table} disable trigger user" for table in audited]
    statements += [f'delete from "{table.name}"' for table in reversed(metadata.sorted_tables)]
    statements += [f"alter table {table} enable trigger user" for table in audited]
    statements += ["select setval(seqrelid::regclass, 1, false) from pg_sequence"]
    statements += ["insert into settings (key, value) values ('epoch', '1'), ('install_id', '0123456789abcdef')"]
    ask(url, "set lock_timeout = '10s'", "; ".join(statements))


def _migrated(url: str) -> None:
    store = Store(url)
    store.migrate()
    store.close()
