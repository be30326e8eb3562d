"""Does a gateway whose wall clock is wrong obey, report and count like any other?

Nothing that a gateway does asks what day it is: a lease runs on the monotonic clock, a table's age is its number, and
what is told carries no time. Here its wall clock is a day behind, a day ahead, or leaps from the one to the other.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import leverframe
from leverframe.gateway import Gateway, gateway_key
from leverframe.gateway.calls import read_call
from leverframe.nouns.tables import Number, Reason

DAY_SECONDS = 86_400
WALL = {
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
    "datetime": {"datetime", "date"},
    "leverframe.clock": {"wall", "RealClock"},
}
"""By module, what tells the time of day."""
ROOMS = ("gateway", "openai_gateway", "litellm_gateway")

GATEWAY = """
import datetime, json, sys, threading, time

real, skew = time.time, [float(sys.argv[2])]
time.time = lambda: real() + skew[0]
time.time_ns = lambda: int(time.time() * 1e9)
localtime, gmtime = time.localtime, time.gmtime
time.localtime = lambda seconds=None: localtime(time.time() if seconds is None else seconds)
time.gmtime = lambda seconds=None: gmtime(time.time() if seconds is None else seconds)

class Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)

datetime.datetime = Wrong

from pathlib import Path
from leverframe.gateway import Gateway

def until(true):
    deadline, tick = time.monotonic() + 20, threading.Event()
    while not true():
        assert time.monotonic() < deadline
        tick.wait(0.005)

def say():
    ramped, other = gateway.route("support", subject="ana"), gateway.route("search", subject="ana")
    call = gateway.call_id(ramped, "support", subject="ana")
    said = {
        "believes": datetime.datetime.now(datetime.timezone.utc).timestamp(),
        "number": str(gateway.number),
        "ramped": ramped.reason.value,
        "search": other.reason.value,
        "call": call,
        "reads": gateway.read_call(call).nonce,
        "age": gateway.age_seconds,
    }
    gateway.record(call, latency_ms=900.0)
    assert gateway.flush(10)
    print(json.dumps(said), flush=True)

gateway = Gateway(sys.argv[1], "token-edge", instance="edge-wrong", state_dir=Path(sys.argv[3]), flush_seconds=0.02)
with gateway:
    until(lambda: gateway.connected and gateway.number.generation >= 1)
    say()
    for line in sys.stdin:
        skew[0] = float(line.split()[1])
        until(lambda: str(gateway.number) == line.split()[0])
        say()
"""


class Wrong:
    """A gateway in a process of its own, in which every way to ask for the time of day is off by so many seconds."""

    def __init__(self, url: str, seconds: int, folder: Path) -> None:
        command = [sys.executable, "-c", GATEWAY, url, str(seconds), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def says(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def goes_on(self, number: str, seconds: int) -> dict[str, Any]:
        """Set its clock anew; return what it says when it obeys a number."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{number} {seconds}\n")
        self.process.stdin.flush()
        return self.says()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    def ends(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(20)


@pytest.fixture
def quiet(a_plane, a_table):
    """A control plane that has published one table and sends no beat: nothing renews what a leap would end."""
    with a_plane(beat=3600.0) as plane:
        plane.publish(a_table(1))
        yield plane


@pytest.fixture
def wrong(quiet, tmp_path):
    """Start gateways that believe in another day, each of which is ended with the test."""
    started: list[Wrong] = []

    def start(seconds: int) -> Wrong:
        started.append(Wrong(quiet.url, seconds, tmp_path / "state"))
        return started[-1]

    yield start
    for each in started:
        each.kill()


@pytest.mark.parametrize("then", [-DAY_SECONDS, DAY_SECONDS])
@pytest.mark.parametrize("first", [-DAY_SECONDS, DAY_SECONDS])
def test_a_wall_clock_that_is_a_day_off_or_leaps_changes_nothing(quiet, a_table, eventually, wrong, first, then):
    gateway = wrong(first)
    begun, leapt = gateway.says(), gateway.goes_on("1.1", then)
    assert abs(leapt["believes"] - begun["believes"] - (then - first)) < 60, "its clock is as wrong as it should be"
    asked_at = quiet.stream.monotonic()
    quiet.publish(a_table(2, thrown_features=frozenset({"search"})))
    told = gateway.goes_on("1.2", then)
    assert [each["ramped"] for each in (begun, leapt, told)] == ["candidate"] * 3, "the lease stands"
    assert [each["search"] for each in (begun, leapt, told)] == ["current", "current", "feature_thrown"]
    assert all(0 <= each["age"] < 60 for each in (begun, leapt, told))
    receipt = eventually(lambda: (found := quiet.fleet.receipt(Number(1, 2), asked_at)).confirmed and found)
    assert 0 < receipt.milliseconds < 20_000, "the time of a receipt is the control plane's own"
    assert gateway.ends() == 0


def test_a_call_id_of_a_wrong_clock_is_read_everywhere_and_carries_no_time(quiet, wrong):
    gateway = wrong(DAY_SECONDS)
    said = gateway.says()
    facts = read_call(said["call"], lambda name: gateway_key(b"a master key", name))
    assert facts is not None
    assert (facts.target, facts.arm, facts.number, facts.nonce) == ("support", "candidate", "1.1", said["reads"])
    assert gateway.ends() == 0
    (batch,) = quiet.batches
    assert batch.keys() == {"boot", "sequence", "outcomes"}
    assert [outcome.keys() for outcome in batch["outcomes"]] == [{"call", "latency_ms", "cost_usd", "bad"}]
    assert batch["outcomes"][0]["call"] == said["call"]


@pytest.mark.parametrize("dated", [0, -DAY_SECONDS, DAY_SECONDS])
def test_a_table_on_disk_is_as_good_whatever_day_its_file_is_of(quiet, a_table, wrong, tmp_path, dated):
    quiet.publish(a_table(2, thrown_features=frozenset({"search"})))
    gateway = wrong(DAY_SECONDS)
    gateway.goes_on("1.2", DAY_SECONDS)
    assert gateway.ends() == 0
    file = tmp_path / "state" / "table.ndjson"
    at = file.stat().st_mtime + dated if dated else 0
    os.utime(file, (at, at))
    with Gateway(state_dir=file.parent) as cold:
        assert (cold.number, cold.route("search").reason) == (Number(1, 2), Reason.FEATURE_THROWN)


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_of_a_gateway_asks_for_the_time_of_day(room: str):
    asked = [
        f"{path.name}:{node.lineno}"
        for path in sorted((Path(leverframe.__file__).parent / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _asks_for_the_day(node)
    ]
    assert asked == []


def _asks_for_the_day(node: ast.AST) -> bool:
    """Say whether this imports or names what tells the time of day."""
    if isinstance(node, ast.ImportFrom):
        known = WALL.get(node.module or "", set())
        return any(alias.name in known for alias in node.names)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr in WALL.get(node.value.id, set())
    return False
