"""How is the house built from its settings?"""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import ArgumentError, OperationalError

from leverframe import logs
from leverframe.actions import accounts, gateways, policies, receipts, reports, tables
from leverframe.actions import clock as clocks
from leverframe.actions.fleet import Fleet
from leverframe.actions.following import Following
from leverframe.actions.house import House
from leverframe.actions.metric_reading import Measuring
from leverframe.clock import Clock, RealClock
from leverframe.nouns.gateways import Seen
from leverframe.nouns.switch_files import PATH as SWITCHES
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.runner import LEASE_SECONDS, Runner
from leverframe.sources.git import Branch, faults_of
from leverframe.sources.metrics import MetricSources
from leverframe.sources.probes import Probes
from leverframe.store import Store
from leverframe.store.notes import SigningKey, load_or_make_key
from leverframe.store.serving import serving
from leverframe.store.table_keys import TableKeys
from leverframe.stream import Stream
from leverframe.web.app import make_app
from leverframe.web.live import Events

log = logging.getLogger("leverframe")
ORIGIN = "leverframe"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the house keeps its things and on which addresses it listens.

    `data` holds the database (unless `database` names another), the keys and the checkpoints (unless
    `checkpoints` names a folder outside). `clock_start` and `demo` go together: a clock that is moved by hand.
    `stream_address` is what gateways are told where a proxy stands before the stream.
    `probes` is the folder of executables that a switch's probe may name, `metrics` that of metric files.
    `lease_seconds` is how long another process waits before it takes over the ramps of one that has died.
    `switch_repo` is a repository whose `switch_branch` holds the switch file at `switch_path`; with
    `switch_write_back` what is done elsewhere is committed there.
    """

    data: Path
    database: str = ""
    listen: str = "127.0.0.1:8700"
    stream_listen: str = "127.0.0.1:8701"
    stream_address: str = ""
    checkpoints: Path | None = None
    demo: bool = False
    clock_start: datetime | None = None
    lease_seconds: float = LEASE_SECONDS
    probes: Path | None = None
    metrics: Path | None = None
    switch_repo: Path | None = None
    switch_branch: str = "main"
    switch_path: str = SWITCHES
    switch_write_back: bool = False
    secrets: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def url(self) -> str:
        """Return the database's address."""
        return self.database or f"sqlite:///{self.data / 'leverframe.db'}"


@dataclass(slots=True)
class Built:
    """The house with its three hands: the HTTP application, the clock, and the stream."""

    settings: Settings
    house: House
    stream: Stream
    runner: Runner
    app: FastAPI
    events: Events

    def start(self) -> None:
        """Start the stream and the clock; the newest table is ready before the first gateway asks."""
        self.stream.start()
        self.house.stream_address = self.settings.stream_address or self.stream.url
        newest = tables.whole_frame(self.house)
        if newest is not None:
            self.house.publish(newest)
            self.runner.published = newest.number
        receipts.resume_receipts(self.house)
        threading.Thread(target=policies.warnings_in_force, args=(self.house,), name="policy", daemon=True).start()
        if not self.settings.demo:
            self.runner.start()

    def stop(self) -> None:
        """Stop the clock after its round, say goodbye to gateways, close the store."""
        self.runner.stop()
        self.stream.close()
        self.house.store.close()


def open_store(settings: Settings) -> Store:
    """Open the database and bring it to this version; raises Invalid where it is none, or does not answer."""
    try:
        store = Store(settings.url)
        settings.data.mkdir(parents=True, exist_ok=True)
        store.migrate()
    except (ValueError, ArgumentError) as no:
        raise Invalid([Fault("--database", str(no), "sqlite:///FILE or postgresql://USER@HOST/NAME")]) from no
    except OperationalError as no:
        raise Invalid(
            [Fault("--database", f"it does not answer: {no.orig}", "look at its address and its log")]
        ) from no
    return store


def audit_key(settings: Settings) -> SigningKey:
    """Return the key that signs checkpoints; made at the first start, readable by its owner alone."""
    return load_or_make_key(settings.data / "audit.key", ORIGIN)


def build(settings: Settings, clock: Clock | None = None) -> Built:
    """Build the house; nothing listens yet."""
    following = following_of(settings)
    store = open_store(settings)
    fleet, events = Fleet(), Events()
    chosen = clock or (clocks.resume(store, settings.clock_start) if settings.clock_start else RealClock())
    house = House(store, chosen, fleet, call_key_of(settings), stir=events.stir, origin=ORIGIN, demo=settings.demo)
    if settings.demo:
        house.salt = shown_salt
    host, port = address(settings.stream_listen)
    stream = Stream(
        lambda tokens: gateways.names_of(house, tokens),
        fleet,
        lambda number: tables.frame_since(house, number),
        host=host,
        port=port,
        on_reports=lambda told: _heard(house, stream.number, told),
    )
    house.publish, house.following = stream.publish, following
    house.sign = TableKeys(settings.data, ORIGIN).sign
    key, folder = audit_key(settings), settings.checkpoints or settings.data / "checkpoints"
    runner = Runner(house, key.sign, folder, settings.secrets, lease_seconds=settings.lease_seconds)
    runner.asking = Probes(settings.secrets, settings.probes)
    runner.measuring = Measuring(MetricSources(settings.secrets, settings.metrics))
    app = make_app(house, events)
    app.state.runner, app.state.settled = runner, lambda: _settled(house)
    app.state.audit = (key.public, folder)
    return Built(settings, house, stream, runner, app, events)


def following_of(settings: Settings) -> Following | None:
    """Return the switch file that is followed, None for none; raises Invalid where the settings cannot be meant.

    A repository that is not there is no fault of theirs: it may come, and until then it is told as a trouble.
    """
    if settings.switch_repo is None:
        if settings.switch_write_back:
            because = "there is no repository to write into"
            raise Invalid([Fault("--switch-write-back", because, "name one with --switch-repo")])
        return None
    branch = Branch(settings.switch_repo.absolute(), settings.switch_branch, settings.switch_path)
    if faults := faults_of(branch):
        raise Invalid(faults)
    return Following(branch, settings.switch_write_back)


def shown_salt(change: str) -> str:
    """Return the salt of a change in the demo: the same each time, so that each show is the same."""
    return hashlib.sha256(f"show {change}".encode()).hexdigest()[:16]


def call_key_of(settings: Settings) -> bytes:
    """Return the master key of call ids; made at the first start, readable by its owner alone."""
    path = settings.data / "call.key"
    if not path.exists():
        aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
        try:
            os.link(aside, path)
        except FileExistsError:
            log.info("another process made the call key first")
        aside.unlink()
    return path.read_bytes()


def _heard(house: House, newest: Number, told: Sequence[Seen]) -> None:
    """Look into each report of what was never written to the gateways here, and share them all."""
    for seen in told:
        if (number := Number.parse(seen.number)) > newest:
            tables.heard(house, number, seen.gateway, seen.instance)
    reports.share_soon(house)


def _settled(house: House) -> str:
    """Wait until every gateway that reports here obeys the newest table: a virtual minute ends only then.

    Where none reports there is nothing to wait for.
    """
    number = tables.newest_number(house)
    if house.fleet.reports_here():
        house.fleet.wait_applied(number, timeout=10.0)
    return str(number)


def address(text: str) -> tuple[str, int]:
    """Split `host:port`; raises ValueError."""
    host, _, port = text.rpartition(":")
    return host.strip("[]") or "127.0.0.1", int(port)


def serve(settings: Settings) -> None:
    """Run the control plane until SIGTERM or SIGINT; raises Invalid while its database is being restored."""
    logs.to_stderr()
    built = build(settings)
    with serving(built.house.store):
        _serve(built)


def _serve(built: Built) -> None:
    settings = built.settings
    built.start()
    host, port = address(settings.listen)
    built.house.address = f"http://{host}:{port}"
    config = uvicorn.Config(
        built.app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        built.events.close()
        server.should_exit = True

    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _announce(built)
    try:
        server.run()
    finally:
        built.stop()


def _announce(built: Built) -> None:
    """Print where it listens, and on a fresh server the one-time link of its first administrator."""
    print(
        f"Leverframe listens on {built.house.address}; gateways connect to {built.house.stream_address}", flush=True
    )
    key = accounts.first_link(built.house)
    if key is not None:
        print(
            f"First administrator, once, within 24 h: {built.house.address}/first-administrator?key={key}", flush=True
        )
