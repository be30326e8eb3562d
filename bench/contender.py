"""What does one contender answer, and how fast? A process of its own.

    python bench/contender.py write ours.gateway FEATURES TENANTS FILE
    python bench/contender.py check ours.gateway FEATURES TENANTS FILE
    python bench/contender.py measure ours.gateway FEATURES TENANTS FILE

`write` writes the configuration. `check` loads it and checks that it decides rightly; `measure` times single calls
then. Both say in one line of JSON what they found, or why they could not: {"fault": …}.
"""

from __future__ import annotations

import gc
import importlib
import importlib.metadata
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cells import Cell, Request, features, requests
from contenders import REQUEST, Loaded, asking, check
from floors import percentile
from single_calls import each_ns

CALLS = 60_000
RUN_SECONDS = 1.5
AT_HAND = "hash(feature), hash(subject), hash(tenant), hash(region)"
"""A service has just read what it asks with: it lies in the processor's nearest cache."""


def main(what: str, name: str, feature_count: str, tenant_count: str, file: str) -> None:
    """Write a configuration, or check what answers by it, or measure it too."""
    contender, cell = importlib.import_module(name), Cell(int(feature_count), int(tenant_count))
    if what == "write":
        Path(file).write_text(contender.write(cell), "utf-8")
        return
    say = _only_our_line()
    try:
        loaded, found = _check(contender, cell, Path(file).read_text("utf-8"))
        say(found if what == "check" else {**found, **_measure(loaded, cell)})
    except Exception as fault:
        say({"fault": f"{type(fault).__name__}: {fault}"})


def _check(contender: ModuleType, cell: Cell, text: str) -> tuple[Loaded, dict[str, Any]]:
    """Load, and check the decisions; return what answers, and what is known of it by then."""
    for module in contender.MODULES:
        importlib.import_module(module)
    loaded, loading = _load(contender, cell, text)
    ask, version = asking(loaded), ""
    if (is_on := loaded.is_on) is not None:
        check(lambda request: is_on(ask(request)), cell)
    if contender.DISTRIBUTION:
        version = importlib.metadata.version(contender.DISTRIBUTION)
    return loaded, {"version": version, **loading}


def _measure(loaded: Loaded, cell: Cell) -> dict[str, float]:
    asked = requests(cell)
    context = _time(loaded.context, loaded, asked, before=AT_HAND)
    call = _time(loaded.call, loaded, asked, before=f"{AT_HAND}; context = {loaded.context}")
    return {
        "p50_ns": percentile(call, 50),
        "p99_ns": percentile(call, 99),
        "context_ns": percentile(context, 50),
        "calls": len(call),
    }


def _load(contender: ModuleType, cell: Cell, text: str) -> tuple[Loaded, dict[str, float]]:
    """Load, and ask each feature once; return what that took, and what it has added to the process."""
    before, began = _memory_mb(), time.perf_counter()
    loaded = contender.load(text)
    load_s = time.perf_counter() - began
    ask, began = asking(loaded), time.perf_counter()
    for feature in features(cell):
        ask(Request(feature, "first use", "tenant-1", "eu"))
    first_use_s, after = time.perf_counter() - began, _memory_mb()
    memory = {} if before is None or after is None else {"memory_mb": max(0.0, after - before)}
    return loaded, {"load_s": load_s, "first_use_s": first_use_s, **memory}


def _time(call: str, loaded: Loaded, asked: list[Request], *, before: str) -> list[int]:
    return each_ns(call, asked, REQUEST, loaded.names, before=before, count=CALLS, seconds=RUN_SECONDS)


def _memory_mb() -> float | None:
    """Return the resident memory of this process; None where the machine does not tell."""
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _only_our_line() -> Callable[[object], None]:
    """Keep standard output for what is said here; what libraries print goes to standard error."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(what: object) -> None:
        ours.write(json.dumps(what) + "\n")
        ours.flush()

    return say


if __name__ == "__main__":
    main(*sys.argv[1:])
