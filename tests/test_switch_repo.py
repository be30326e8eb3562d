"""Do real servers, two of them and killed without a word, throw what is committed, each of it once?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from tests.repositories import NEEDS_SSH, Repository, a_repository, public_key
from tests.world import acme

from leverframe import wiring
from leverframe.actions.policies import recover_policy
from leverframe.demo.stage import free_ports
from leverframe.store import Store, audit, switches

pytestmark = NEEDS_SSH
PATIENCE_SECONDS = 60.0
LEVERS = ("policy-search-v1", "claims-summary")


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return a_repository(tmp_path, datetime.now(UTC))


@pytest.fixture
def data(repository: Repository, tmp_path: Path) -> Path:
    """A data folder in which the example's policy is in force, and the catalog knows sol's key."""
    files = dict(acme()[1])
    key = public_key(repository.keys, "sol").strip()
    login, people = "    leverframe.dev/git-login: sol-acme", files["catalog/people.yaml"]
    assert people.count(login) == 1
    files["catalog/people.yaml"] = people.replace(login, f"    leverframe.dev/signing-keys: {key}\n{login}")
    built = wiring.build(wiring.Settings(tmp_path / "data"))
    recover_policy(built.house, files, "the tests begin")
    built.house.store.close()
    return tmp_path / "data"


Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(data: Path, repository: Repository, tmp_path: Path) -> Iterator[Start]:
    """Start a server of the data folder that follows the repository."""
    started: list[subprocess.Popen[bytes]] = []

    def go() -> subprocess.Popen[bytes]:
        listen, stream = (f"127.0.0.1:{port}" for port in free_ports(2))
        command = [sys.executable, "-m", "leverframe.cli", "serve", "--data", str(data), "--listen", listen]
        command += ["--stream-listen", stream, "--switch-repo", str(repository.path), "--switch-write-back"]
        with (tmp_path / "servers.log").open("ab") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ}))
        return started[-1]

    yield go
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)


def test_each_commit_is_acted_on_once_however_often_the_servers_die(
    data: Path, repository: Repository, start: Start, tmp_path: Path
):
    store, dice, log = Store(f"sqlite:///{data / 'leverframe.db'}"), random.Random(7), tmp_path / "servers.log"

    def is_thrown(lever: str) -> bool:
        with store.read() as db:
            return switches.get(db, f"feature/{lever}").thrown

    def listen(*servers: subprocess.Popen[bytes]) -> None:
        until(lambda: log.read_text().count("Leverframe listens") == len(servers))

    for lever in LEVERS:
        log.write_text("")
        servers = [start(), start()]
        listen(*servers)
        commit = repository.commit(thrown(repository.file(), lever), by="sol", at=datetime.now(UTC))
        time.sleep(dice.uniform(0.0, 2.0))
        for server in servers:
            server.kill()
            server.wait()
        log.write_text("")
        one = start()
        listen(one)
        until(partial(is_thrown, lever))
        one.send_signal(signal.SIGTERM)
        assert one.wait(PATIENCE_SECONDS) == 0
        assert "Traceback" not in log.read_text()
        with store.read() as db:
            entries = audit.find(db, act="switch.thrown", object=f"feature/{lever}")
        assert [(entry.actor, entry.facts["commit"]) for entry in entries] == [("commit:sol", commit)]
    store.close()
    assert repository.git("status", "--porcelain") == ""


def thrown(text: str, lever: str) -> str:
    on = f"  {lever}:\n    enabled: true"
    assert text.count(on) == 1
    return text.replace(on, on.replace("true", "false"))
