"""What do the gateway's tests stand on?"""

from __future__ import annotations

import importlib.util
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leverframe.gateway import Gateway
from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable
from leverframe.nouns.units import Unit

HERE = Path(__file__).parent
CURRENT = Unit(prompt="support@1", model="openai.gpt-4o-2024-11")
CANDIDATE = Unit(prompt="support@2", model="openai.gpt-4o-2024-11")
PATIENCE_SECONDS = 20.0


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"gateway_tests_{name}", HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


ControlPlane = _load("control_plane").ControlPlane


def _eventually(condition: Callable[[], Any], because: str = "the condition") -> Any:
    """Wait until a condition holds, and return what it returned; fail at the deadline."""
    deadline, tick = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{because} did not come about in {PATIENCE_SECONDS:.0f} s"
        tick.wait(0.005)


def _a_table(generation: int, *, epoch: int = 1, candidate: bool = True, **parts: Any) -> RouteTable:
    """Return a table in which `support` is ramped to everyone and `search` is not ramped."""
    ramp = CandidateRoute("CHG-2026-00001", 1, CANDIDATE, "salt", {"eu|everyone": BUCKETS})
    features = {
        "support": FeatureRoute(CURRENT, "macro-templates", ramp if candidate else None, ("eu",), ("everyone",)),
        "search": FeatureRoute(CURRENT, "keyword-search-v3", None, ("eu",), ("everyone",)),
    }
    return RouteTable(Number(epoch, generation), **{"features": features, **parts})


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture
def eventually():
    return _eventually


@pytest.fixture
def a_table():
    return _a_table


@pytest.fixture
def free_ports():
    return _free_ports


@pytest.fixture
def a_plane():
    return ControlPlane


@pytest.fixture
def plane():
    with ControlPlane() as plane:
        plane.publish(_a_table(1))
        yield plane


@pytest.fixture
def a_gateway(plane, tmp_path):
    """Make started gateways of `plane`, each of which is closed at the end."""
    made: list[Gateway] = []

    def make(**given: Any) -> Gateway:
        known = {"state_dir": tmp_path / "state", "instance": f"edge-{len(made) + 1}", "flush_seconds": 0.02}
        made.append(Gateway(plane.url, "token-edge", **{**known, **given}).start())
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()
