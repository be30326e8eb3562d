"""How does a test have a real Prometheus, with a past of its own making?

Blocks are made of OpenMetrics text by promtool, so that nothing is scraped and nothing waits: the past is there when
the server is. It listens on 127.0.0.1 and is stopped by whoever started it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[1]
UNPACKED = ROOT / ".prometheus" / "usr" / "bin"
READY_SECONDS = 30.0
HOW = "there is no prometheus and promtool here: make test fetches Debian's package into .prometheus"


def program(name: str) -> str:
    """Return the path of `prometheus` or `promtool`; the test is skipped where there is none."""
    path = shutil.which(name, path=str(UNPACKED)) or shutil.which(name)
    if path is None:
        pytest.skip(HOW)
    return path


@contextmanager
def running(folder: Path, samples: Iterable[str]) -> Iterator[str]:
    """Run a server whose past are these lines of OpenMetrics; yield its address."""
    text, data = folder / "past.txt", folder / "data"
    text.write_text("\n".join([*samples, "# EOF"]) + "\n", encoding="utf-8")
    made = [program("promtool"), "tsdb", "create-blocks-from", "openmetrics", str(text), str(data)]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    (folder / "prometheus.yml").write_text("global: {}\n", encoding="utf-8")
    address = f"127.0.0.1:{_free_port()}"
    command = [
        program("prometheus"),
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={data}",
        "--storage.tsdb.retention.time=100y",
        f"--web.listen-address={address}",
    ]
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait_ready(f"http://{address}", process, folder / "log.txt")
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait(20)


def _wait_ready(url: str, process: subprocess.Popen, log: Path) -> None:
    ends_at = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends_at and process.poll() is None:
        try:
            if httpx2.get(f"{url}/-/ready", timeout=5).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"prometheus did not start: {log.read_text('utf-8')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
