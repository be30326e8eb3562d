"""Which processes does a soak run, and how does one of them die?"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.bundle import FEATURE

from leverframe.demo.stage import free_port

PATIENCE_SECONDS = 120.0
EDGE = Path(__file__).with_name("edge.py")


class Died(Exception):
    """A process ended while it was waited for."""


@dataclass(slots=True)
class Plane:
    """One control plane as a process of its own: always on the same data and the same ports.

    `starts_at` is where its clock stands at first, which is moved by hand; without it the clock is the machine's.
    """

    data: Path
    database: str
    environment: Mapping[str, str]
    starts_at: str = ""
    lease_seconds: float = 2.0
    port: int = field(default_factory=free_port)
    stream_port: int = field(default_factory=free_port)
    name: str = "plane"
    starts: int = 0
    kills: list[float] = field(default_factory=list)
    ready_at: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """Return what it has printed, over all its lives."""
        return self.data.parent / f"{self.name}.log"

    @property
    def is_alive(self) -> bool:
        """Say whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def spawn(self) -> None:
        """Start the process, and wait for nothing."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            env = {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1"}
            self.process = subprocess.Popen(self._command(), stdout=log, stderr=subprocess.STDOUT, env=env)
        self.starts += 1

    def _command(self) -> list[str]:
        listen, stream = (f"127.0.0.1:{port}" for port in (self.port, self.stream_port))
        if self.starts_at:
            where = [str(self.data), listen, stream, self.starts_at, self.database, str(self.lease_seconds)]
            return [sys.executable, "-m", "leverframe.demo.plane", *where]
        options = {"--data": str(self.data), "--listen": listen, "--stream-listen": stream}
        options |= {"--database": self.database} if self.database else {}
        return [sys.executable, "-m", "leverframe.cli", "serve", *(part for pair in options.items() for part in pair)]

    def start(self) -> None:
        """Start the process and wait until it is ready; raises Died."""
        self.spawn()
        until(self._is_ready, "the control plane to be ready")
        self.ready_at.append(time.monotonic())

    def kill(self) -> bool:
        """Kill it without a word; say whether it had been alive."""
        process = self.process
        if process is None or process.poll() is not None:
            return False
        self.kills.append(time.monotonic())
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    def first_key(self) -> str:
        """Return the newest one-time key of the first administrator that it has printed."""
        return re.findall(r"first-administrator\?key=(\S+)", self.log.read_text("utf-8", "replace"))[-1]

    def errors(self) -> list[str]:
        """Return what it has logged as a bug."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line[:1000] for line in lines if "Traceback (most recent call last)" in line]

    def _is_ready(self) -> bool:
        if not self.is_alive:
            raise Died(f"the control plane has ended; see {self.log}")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5.0)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class EdgeProcess:
    """One embedding service as a process of its own, spoken to by lines."""

    def __init__(self, control_plane: str, token: str, instance: str, folder: Path) -> None:
        self.instance = instance
        command = [sys.executable, str(EDGE), control_plane, token, instance, str(folder), FEATURE]
        with (folder.parent / f"{instance}.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, bufsize=1
            )

    def tell(self, do: str, **told: Any) -> Any:
        """Have it do something, and return what it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **told}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Died(f"{self.instance} has ended")
        return json.loads(line)

    def close(self) -> None:
        """End it."""
        if self._process.poll() is None:
            try:
                self.tell("close")
            except (Died, OSError):
                self._process.kill()
            self._process.communicate(timeout=PATIENCE_SECONDS)


class Killer:
    """Kills a control plane in the middle of chosen requests: all follows from the seed.

    `among` is how many requests there are to choose from. Now and then the next start is cut short as well.
    """

    def __init__(self, seed: int, *, kills: int, among: int, starts_cut: float = 0.2) -> None:
        dice = random.Random(f"kill {seed}")
        self.at = {place: dice.uniform(0.0, 0.08) for place in sorted(dice.sample(range(among), kills))}
        self.asked = 0
        self._dice, self._starts_cut = dice, starts_cut

    def before(self, plane: Plane) -> None:
        """Note that a request begins, and kill during it if it is one of the chosen."""
        delay, self.asked = self.at.get(self.asked), self.asked + 1
        if delay is not None:
            _later(delay, plane)

    def at_start(self, plane: Plane) -> None:
        """Cut a restart short, now and then."""
        if self._dice.random() < self._starts_cut:
            _later(self._dice.uniform(0.1, 4.0), plane)


def _later(delay: float, plane: Plane) -> None:
    timer = threading.Timer(delay, plane.kill)
    timer.daemon = True
    timer.start()


def until(is_so: Callable[[], Any], what: str, patience: float = PATIENCE_SECONDS) -> Any:
    """Wait for a condition and return it; raises AssertionError."""
    deadline = time.monotonic() + patience
    while True:
        if found := is_so():
            return found
        assert time.monotonic() < deadline, f"waited {patience:g} s for {what}"
        time.sleep(0.02)
