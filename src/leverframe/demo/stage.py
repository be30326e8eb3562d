"""What runs on this machine for the show, and how does it end?"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx2

STARTS_WITHIN_SECONDS = 60.0
ENDS_WITHIN_SECONDS = 10.0


@dataclass(slots=True)
class Stage:
    """The processes of a show: one control plane, and gateways; each writes its own log into `data`."""

    data: Path
    plane_port: int
    stream_port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return where the pages are."""
        return f"http://127.0.0.1:{self.plane_port}"

    def start_plane(self, starts_at: datetime) -> str:
        """Start the control plane; returns the key of the first administrator's one-time link."""
        plane, stream = (f"127.0.0.1:{port}" for port in (self.plane_port, self.stream_port))
        self._spawn(
            "plane", ["leverframe.demo.plane", str(self.data / "plane"), plane, stream, starts_at.isoformat()]
        )
        wait_for(f"{self.address}/health/ready")
        return self._read("plane", r"first-administrator\?key=(\S+)")

    def start_gateway(self, name: str, token: str, prompts: Path) -> str:
        """Start one gateway process and return its address."""
        token_file = self.data / f"{name}.token"
        token_file.touch(mode=0o600)
        token_file.write_text(token)
        port = free_port()
        options = {
            "--control-plane": self.address,
            "--gateway-token": str(token_file),
            "--prompts": str(prompts),
            "--listen": f"127.0.0.1:{port}",
            "--state": str(self.data / name),
            "--instance": name,
        }
        given = [part for pair in options.items() for part in pair]
        self._spawn(name, ["leverframe.cli", "gateway", *given, "--lockstep"])
        wait_for(f"http://127.0.0.1:{port}/health/live")
        return f"http://127.0.0.1:{port}"

    def _spawn(self, name: str, arguments: Sequence[str]) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / f"{name}.log").open("wb") as log:
            command = [sys.executable, "-m", *arguments]
            env = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1"}
            self.processes.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=env))

    def _read(self, name: str, pattern: str) -> str:
        """Wait for a line of a process's log."""
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < deadline:
            found = re.search(pattern, (self.data / f"{name}.log").read_text("utf-8", "replace"))
            if found:
                return found[1]
            time.sleep(0.05)
        raise RuntimeError(f"{name} did not say what was waited for; its log is {self.data / name}.log")

    def close(self) -> None:
        """End all processes, gateways first, each by its own id."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(ENDS_WITHIN_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


@contextmanager
def staged(data: Path, port: int = 0) -> Iterator[Stage]:
    """Open a stage, and clear it whatever happens."""
    page, stream = free_ports(2)
    stage = Stage(data, port or page, stream)
    try:
        yield stage
    finally:
        stage.close()


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    (port,) = free_ports(1)
    return port


def free_ports(count: int) -> tuple[int, ...]:
    """Return so many different ports: asked for one after another, two of them may be the same."""
    with ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in found:
            each.bind(("127.0.0.1", 0))
        return tuple(each.getsockname()[1] for each in found)


def wait_for(url: str) -> None:
    """Wait until an address answers; raises RuntimeError."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, timeout=2.0, trust_env=False).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"nothing answers at {url}")
