"""Where are stories told: from which day on, in which house?"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from stories.telling import Telling
from stories.world import World
from tests.postgres import ask, url_of

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
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty database of our own."""
    name = f"lf_stories_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    ask(postgres_server, f"create database {name}")
    yield url_of(postgres_server, name)
    ask(postgres_server, f"drop database if exists {name} with (force)")
