"""Do the workers of a preforking server hear of a kill? `--preload` starts the gateway before it forks them."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

APP = """
import json, os, threading
from pathlib import Path
from leverframe.gateway import Gateway

gateway = Gateway({url!r}, "token-edge", instance="web", state_dir=Path({state!r})).start()


def app(environ, start):
    threading.Event().wait(0.02)  # a busy worker leaves the next request to the other one
    decision = gateway.route("search", subject="vic")
    body = json.dumps({{"pid": os.getpid(), "number": str(gateway.number), "reason": decision.reason.value}}).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
"""


@pytest.fixture
def server(plane, tmp_path, free_ports):
    pytest.importorskip("gunicorn")
    (port,) = free_ports(1)
    (tmp_path / "service.py").write_text(APP.format(url=plane.url, state=str(tmp_path / "state")))
    command = [sys.executable, "-m", "gunicorn", "--preload", "--workers", "2", "--bind", f"127.0.0.1:{port}"]
    command += ["--chdir", str(tmp_path), "--graceful-timeout", "2", "service:app"]
    home = {**os.environ, "HOME": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=home)
    yield port
    process.terminate()
    process.wait(20)


def ask(port: int) -> dict:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
        connection.request("GET", "/")
        return json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException):
        return {}


def test_every_worker_of_a_preloaded_service_obeys_and_reports_for_itself(plane, a_table, server, eventually):
    seen: defaultdict[str, set[int]] = defaultdict(set)

    def both(number: str) -> bool:
        """Ask several at once: an idle worker may take all that come one after another."""
        with ThreadPoolExecutor(8) as asking:
            for said in asking.map(ask, [server] * 32):
                seen[said.get("number", "")].add(said.get("pid", 0))
        return len(seen[number]) == 2

    eventually(lambda: both("1.1"), "both workers hold the first table")
    plane.publish(a_table(2, thrown_features=frozenset({"search"})))
    eventually(lambda: both("1.2"), "both workers hold the second table")
    assert ask(server)["reason"] == "feature_thrown"
    workers = [each for each in plane.fleet.seen() if each.number == "1.2"]
    assert len({each.boot for each in workers}) >= 2
