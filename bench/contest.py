"""How do contenders stand side by side? In turn, each run in a process of its own.

Where a process finds its memory lies within the machine's caches differs from one to the next, so that the median is
one of processes. One that takes longer than CAP_SECONDS is ended, and told as over so many seconds. One that cannot
be started, or decides wrongly, is told with its reason: nothing is made up.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cells import Cell
from floors import median

HERE = Path(__file__).parent
PEERS_PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
OURS = ("ours.floor", "ours.router", "ours.gateway")
PEERS = ("peers.statsig", "peers.eppo", "peers.flagd", "peers.openfeature_memory")
CAP_SECONDS = 60.0
MOST_NAMES = 20_000_000
RUNS = 3


class Out(Exception):
    """A contender takes no part in a cell; says why."""


def title(module: str) -> str:
    """Return the name under which people know a contender."""
    return importlib.import_module(module).NAME


def compete(cell: Cell, modules: Sequence[str], runs: int = RUNS) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Measure one cell: the median of each measure by contender's name, and why others are out."""
    measured: dict[str, list[dict[str, Any]]] = {}
    out: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            for module in modules:
                name = title(module)
                try:
                    if name not in out:
                        measured.setdefault(name, []).append(run(module, cell, Path(folder) / f"{module}.json"))
                except Out as reason:
                    out[name] = str(reason)
    return {name: _medians(each) for name, each in measured.items() if name not in out}, out


def run(module: str, cell: Cell, file: Path, *, what: str = "measure", cap: float = CAP_SECONDS) -> dict[str, Any]:
    """Measure (or `check`) a contender once, its configuration written first where it is not yet; raises Out."""
    _hold_back(module, cell)
    if not file.exists():
        _contender("write", module, cell, file, cap)
    found = json.loads(_contender(what, module, cell, file, cap))
    if "fault" in found:
        raise Out(found["fault"])
    return found


def _contender(what: str, module: str, cell: Cell, file: Path, cap: float) -> str:
    python = str(PEERS_PYTHON) if module.startswith("peers.") else sys.executable
    command = [python, str(HERE / "contender.py"), what, module, str(cell.features), str(cell.tenants), str(file)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=cap, check=False)
    except subprocess.TimeoutExpired:
        raise Out(f"over {cap:g} s") from None
    except OSError as fault:
        raise Out(f"cannot be started: {fault}") from None
    if done.returncode:
        raise Out(f"ended with {done.returncode}: {(done.stderr.strip().splitlines() or [''])[-1]}")
    return done.stdout


def _medians(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        name: value if isinstance(value, str) else median([run[name] for run in runs])
        for name, value in runs[0].items()
    }


def _hold_back(module: str, cell: Cell) -> None:
    """Raise Out for a configuration that no machine would want to hold."""
    names = cell.features * cell.tenants
    if importlib.import_module(module).LIST_IN_EACH_FLAG and names > MOST_NAMES:
        raise Out(f"it keeps the tenants once a flag, which would be {names:,} names")
