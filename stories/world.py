"""Where does a story happen? In a real house, with its server, its stream and its gateways, under a stopped clock."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI
from stories.edges import Edges

from leverframe.actions import accounts, receipts
from leverframe.cli.app import run
from leverframe.cli.credentials import keep
from leverframe.client import SESSION_COOKIE, Credentials
from leverframe.clock import VirtualClock
from leverframe.gateway import Gateway
from leverframe.nouns.audit import Entry
from leverframe.nouns.calendar import Subject
from leverframe.nouns.people import CLOCK
from leverframe.rules.calendar import opening
from leverframe.store import audit
from leverframe.wiring import Settings, build

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "correct horse battery staple"
COLUMNS = 100
PATIENCE_SECONDS = 30.0
LOOK_MINUTES, LOOK_MINUTES_CLOSED = 10, 30
NEVER = 10.0**6


class World:
    """A house on ports of its own. `data` is its folder: another world may go on with it once this one is closed."""

    def __init__(self, data: Path, starts_at: datetime, database: str = "") -> None:
        self.data, self.zone = data, "Europe/London"
        self.faults = Faults()
        listen = {"listen": "127.0.0.1:0", "stream_listen": "127.0.0.1:0"}
        settings = Settings(data / "house", database, demo=True, clock_start=starts_at, secrets={}, **listen)
        self.built = build(settings)
        self.built.house.salt = lambda change: hashlib.sha256(change.encode()).hexdigest()[:16]
        self.built.start()
        self._server, self._serving = _serve(self.built.app)
        self.address = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
        self.built.house.address = self.address
        self.scratch = data / "desk"
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.gateways: dict[str, Gateway] = {}
        self.edges = self.built.runner.asking = Edges(self.gateways)
        self._logged_in: set[str] = set()
        for kept in sorted((data / "gateways").glob("*")):
            self._connect(kept.name, kept.read_text())

    def close(self) -> None:
        """End it all."""
        for gateway in self.gateways.values():
            gateway.close()
        self.built.events.close()
        self._server.should_exit = True
        self._serving.join(PATIENCE_SECONDS)
        self.built.stop()

    @property
    def clock(self) -> VirtualClock:
        """Return the clock, which stands until it is moved."""
        assert isinstance(self.built.house.clock, VirtualClock)
        return self.built.house.clock

    def first_administrator(self, name: str) -> None:
        """Open the one-time link that a fresh server prints, and take it."""
        key = accounts.first_link(self.built.house)
        body = {"name": name, "password": PASSWORD}
        answer = httpx2.post(f"{self.address}/first-administrator", params={"key": key}, json=body, headers=JSON)
        assert answer.status_code == 201, answer.text

    def say(self, person: str, arguments: list[str]) -> tuple[str, int]:
        """Run one command line as a person; returns what is on the screen, and the exit code."""
        with self._seated(person) as screen:
            self._log_in(person)
            code = run(arguments)
        self._keep_secret(arguments, screen.getvalue())
        return screen.getvalue(), code

    def look(self) -> None:
        """Let the clock's hand make one round, sign the log, and wait until the gateways obey."""
        self.built.runner._checkpoint_at = -NEVER
        self.built.runner.round()
        if self.built.runner._holding is not None:
            self.built.runner._holding.join(PATIENCE_SECONDS)
        if self.gateways:
            self.built.app.state.settled()
            receipts.close_receipts(self.built.house)

    def minutes_to(self, until: datetime, regions: Collection[str], stride: int) -> int:
        """Return how long the clock may stand: evidence is looked at more often where a window is open."""
        now, anything = self.clock.now(), Subject("", "", "")
        with self.built.house.store.read() as db:
            calendar = self.built.house.policy(db).calendar
        is_open = any(opening(calendar, anything, region, now).is_open for region in regions or ("",))
        stride = stride or (LOOK_MINUTES if is_open else LOOK_MINUTES_CLOSED)
        passed = int(now.timestamp() // 60) % stride
        return min(stride - passed, int((until - now).total_seconds() // 60))

    def go_on(self, minutes: int) -> None:
        """Move the clock, and look."""
        self.clock.advance(timedelta(minutes=minutes))
        self.look()

    def done_by_the_clock(self, since: int) -> list[Entry]:
        """Return what the clock has done after an entry, the oldest first."""
        with self.built.house.store.read() as db:
            found = audit.find(db, actor=CLOCK.name, limit=1000)
        return [entry for entry in reversed(found) if entry.id > since]

    def newest_entry(self) -> int:
        """Return the newest entry's number."""
        with self.built.house.store.read() as db:
            return max((entry.id for entry in audit.find(db, limit=1)), default=0)

    @contextlib.contextmanager
    def _seated(self, person: str) -> Iterator[io.StringIO]:
        """Sit down at a person's terminal: their own sessions, their zone, the screen's width."""
        token = self.data / "tokens" / person
        desk = {"XDG_CONFIG_HOME": str(self.data / "people" / person), "LEVERFRAME_SERVER": self.address}
        shown = {"COLUMNS": str(COLUMNS), "NO_COLOR": "1", "TZ": self.zone}
        own = {"LEVERFRAME_TOKEN": token.read_text()} if token.exists() else {}
        screen, typed = io.StringIO(), io.StringIO(f"{PASSWORD}\n")
        with (
            _environment({**desk, **shown, **own}),
            contextlib.chdir(self.scratch),
            _typing(typed),
            contextlib.redirect_stdout(screen),
            contextlib.redirect_stderr(screen),
        ):
            yield screen

    def _log_in(self, person: str) -> None:
        """Open a person's session by the demo's own door, where nobody has to type a password."""
        if person in self._logged_in or (self.data / "tokens" / person).exists():
            return
        answer = httpx2.post(f"{self.address}/demo/act-as", json={"name": person}, headers=JSON)
        if answer.is_success:
            said, cookie = answer.json(), answer.cookies[SESSION_COOKIE]
            keep(self.address, Credentials(person, cookie, said["csrf"], said["expires_at"]))
            self._logged_in.add(person)

    def _keep_secret(self, arguments: list[str], screen: str) -> None:
        """Keep a token that is shown once where its machine finds it."""
        secret = next((word for word in screen.split() if word.startswith(("lfg_", "lft_"))), "")
        if not secret:
            return
        folder, name = ("gateways" if secret.startswith("lfg_") else "tokens"), arguments[2]
        (self.data / folder).mkdir(exist_ok=True)
        (self.data / folder / name).write_text(secret)
        if folder == "gateways":
            self._connect(name, secret)

    def _connect(self, name: str, token: str) -> None:
        gateway = Gateway(self.address, token, instance=name, flush_seconds=NEVER).start()
        self.gateways[name] = gateway
        _until(lambda: gateway.connected and gateway.table is not None, f"{name} to connect")


JSON: Mapping[str, str] = {"accept": "application/json"}


def _serve(app: FastAPI) -> tuple[uvicorn.Server, threading.Thread]:
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    serving = threading.Thread(target=server.run, name="server", daemon=True)
    serving.start()
    _until(lambda: server.started, "the server to start")
    return server, serving


def _until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE_SECONDS:g} s for {what}")
        time.sleep(0.002)


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    time.tzset()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        time.tzset()


@contextlib.contextmanager
def _typing(typed: io.StringIO) -> Iterator[None]:
    before, sys.stdin = sys.stdin, typed
    try:
        yield
    finally:
        sys.stdin = before


class Faults(logging.Handler):
    """Keeps what the house logs as an error: a story does not go on over a bug."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []
        logging.getLogger("leverframe").addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one."""
        self.said.append(logging.Formatter().format(record))

    def raise_any(self) -> None:
        """Raise AssertionError with all of them."""
        logging.getLogger("leverframe").removeHandler(self)
        assert not self.said, "\n\n".join(self.said)
