"""What do the command line's tests share: a home of their own, a way to run a command, a server to ask?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_server import FakeServer

from leverframe.cli import main


@dataclass(frozen=True)
class Ran:
    """One command's end: its exit code and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home with no session, no server named, 80 columns and a zone."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("LEVERFRAME_SERVER", "LEVERFRAME_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command as the shell would."""

    def ran(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(code, printed.out, printed.err)

    return ran


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A server that answers as it is told."""
    with FakeServer() as fake:
        yield fake


@pytest.fixture
def ana(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """The server, with a session of ana's saved for it."""
    from leverframe.cli.credentials import keep
    from leverframe.client import Credentials

    keep(server.address, Credentials("ana", "a-cookie", "a-csrf", "2026-05-12T20:00:00Z"))
    return server
