"""What does it cost to apply a table, and who notices?

    python bench/apply.py [--json]

A gateway holds 10,000 features under ramps and 100,000 thrown tenants. In a process of its own: how long the table
takes to load, how much memory it is, and, while another thread applies whole tables one after another, how
long the worst call of route() takes. Beside it the floor of the same run: the worst call of as long a time in which
nothing is applied; and the plain way: the same table read as one JSON document by another thread.

Three runs; the median of loads and memory, the worst of all stalls.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from cells import Cell, features, requests
from floors import load, percentile
from ours.gateway import write
from reports import Report, finish, median_of, parser, say

CELL = Cell(10_000, 100_000)
RUNS, APPLICATIONS, CHANGES = 3, 5, 200
GOAL_LOAD_MS, GOAL_MB, GOAL_STALL_MS = 100.0, 40.0, 10.0


def measure(pipe: Connection, path: str) -> None:
    """Load, weigh, and apply; says the measures."""
    from leverframe.gateway import Gateway
    from leverframe.nouns.frames import Part
    from leverframe.nouns.tables import Number
    from leverframe.rules.framing import write_frame

    gateway = Gateway()
    gc.collect()
    before, started = _resident(), time.perf_counter()
    assert gateway._held.offer(_arriving(path), time.monotonic() + 3600.0), gateway._held.refused
    found = {"load_ms": (time.perf_counter() - started) * 1e3, "memory_mb": _resident() - before}
    lines = list(_arriving(path))
    for feature in features(CELL):
        gateway.route(feature, subject="first use")
    found["memory_all_asked_mb"] = _resident() - before

    def apply_whole() -> None:
        for place in range(APPLICATIONS):
            head = json.loads(lines[0])
            head["number"] = [1, place + 2]
            assert gateway._held.offer([json.dumps(head).encode(), *lines[1:]], time.monotonic() + 3600.0)

    def apply_changes() -> None:
        first = gateway.number.generation
        frames = [
            write_frame(Number(1, first + n + 1), Number(1, first + n), {Part("thrown_tenants", f"new-{n}"): "true"})
            for n in range(CHANGES)
        ]
        texts = [frame.text.split(b"\n") for frame in frames]
        began = time.perf_counter()
        for text in texts:
            assert gateway._held.offer(text, time.monotonic() + 3600.0)
        found["change_us"] = (time.perf_counter() - began) / CHANGES * 1e6

    plain = json.dumps([json.loads(line) for line in lines if line])

    def read_plainly() -> None:
        for _ in range(APPLICATIONS):
            json.loads(plain)

    for name, act in (("whole", apply_whole), ("plain", read_plainly)):
        stalls, took = _stalls(gateway.route, act)
        found[f"{name}_worst_ms"], found[f"{name}_p999_us"] = stalls[-1] / 1e6, percentile(stalls, 99.9) / 1e3
        found[f"{name}_ms"] = took * 1e3 / APPLICATIONS
        if name == "whole":
            idle, _ = _stalls(gateway.route, lambda seconds=took: threading.Event().wait(seconds))
            found["idle_worst_ms"] = idle[-1] / 1e6
    apply_changes()
    pipe.send(found)


def _in_its_own_process(path: str) -> dict[str, float]:
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=measure, args=(theirs, path))
    child.start()
    try:
        return ours.recv()
    finally:
        child.join()


def _stalls(route: Callable[..., object], act: Callable[[], object]) -> tuple[list[int], float]:
    """Call route() without a pause while another thread acts; return the times of all calls, sorted, and how long."""
    asked = requests(CELL)
    times: list[int] = []
    thread = threading.Thread(target=act)
    began, place = time.perf_counter(), 0
    thread.start()
    while thread.is_alive():
        feature, subject, tenant, region = asked[place % len(asked)]
        start = time.perf_counter_ns()
        route(feature, subject=subject, tenant=tenant, region=region)
        times.append(time.perf_counter_ns() - start)
        place += 1
    thread.join()
    return sorted(times), time.perf_counter() - began


def _arriving(path: str) -> Iterator[bytes]:
    """Yield the lines of a frame as they come off a line: nobody else holds them."""
    with open(path, "rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def _resident() -> float:
    """Return the memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    given, before, report, runs = parser(__doc__).parse_args(), load(), Report(), []
    with tempfile.NamedTemporaryFile() as frame:
        frame.write(write(CELL).encode())
        frame.flush()
        for run in range(RUNS):
            runs.append(_in_its_own_process(frame.name))
            say(f"run {run + 1}: {runs[-1]}")
    middle = median_of(runs)
    worst = {name: max(run[name] for run in runs) for name in ("whole_worst_ms", "plain_worst_ms", "idle_worst_ms")}
    report.add(str(CELL), **(middle | worst))
    report.at_most("load, ms", GOAL_LOAD_MS, middle["load_ms"])
    report.at_most("memory, MB", GOAL_MB, middle["memory_mb"])
    report.at_most("worst call of route() while whole tables are applied, ms", GOAL_STALL_MS, worst["whole_worst_ms"])
    return finish(given, report, before)


if __name__ == "__main__":
    raise SystemExit(main())
