"""Is everything as it should be: format, lint, types, contracts, tests, stories and docs?

`make test` runs all of it, `make check` (`--quick`) the first four, which take seconds. Each check says one line, and
below it what it has to tell. pytest runs last, so that its own summary is the last thing said. Nothing is fetched
where everything is there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PROMETHEUS = ROOT / ".prometheus"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it asks, and the command that answers."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A program of the machine that some tests need: what Debian calls it, what is skipped without it."""

    program: str
    package: str
    skipped: str


QUICK = (
    Check("format", ("ruff", "format", "--check", "--quiet")),
    Check("lint", ("ruff", "check", "--quiet")),
    Check("types", ("pyright",)),
    Check("contracts", ("lint-imports",)),
)
WHAT = ("-m", "not soak", "tests", "stories")
"""The tests that run here; those marked `soak` are played by `make soak`."""
NEEDS = (Need("chromium", "chromium", "the pages in a real browser"),)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the checks and return 0 where all of them hold."""
    asked = _asked(arguments)
    if not asked.quick:
        for need in NEEDS:
            _prepare(need)
        _prepare_prometheus()
        _prepare_made("litellm", "the plug-in in a real LiteLLM proxy")
        _prepare_made("parquet", "metrics in Parquet files")
    failed = [check.name for check in QUICK if not _holds(check)]
    print(f"{len(QUICK) - len(failed)} of {len(QUICK)} checks hold{_named(failed)}", flush=True)
    if asked.quick:
        return 1 if failed else 0
    return _pytest(asked.workers) or (1 if failed else 0)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run every check and every test.")
    parser.add_argument("--quick", action="store_true", help="format, lint, types and contracts only")
    parser.add_argument("--workers", default="2", help="how many processes run tests at a time")
    return parser.parse_args(arguments)


def _prepare(need: Need) -> None:
    """Install what is missing where this may install, else say what will be skipped and how to get it."""
    if shutil.which(need.program):
        return
    if _may_install():
        print(f"installing {need.package}, for {need.skipped}", flush=True)
        _quietly(("apt-get", "update"))
        _quietly(("apt-get", "install", "-y", "--no-install-recommends", need.package))
    if not shutil.which(need.program):
        print(f"skipped: {need.skipped}; install {need.package} to test it", flush=True)


def _prepare_prometheus() -> None:
    """Unpack Debian's Prometheus beside the code where there is none: installed, its package would begin to serve."""
    if shutil.which("prometheus") or (PROMETHEUS / "usr" / "bin" / "promtool").exists():
        return
    if shutil.which("apt-get") and shutil.which("dpkg-deb"):
        print("fetching prometheus, for metrics of a real one", flush=True)
        if _may_install():
            _quietly(("apt-get", "update"))
        _unpack("prometheus")
    if not (PROMETHEUS / "usr" / "bin" / "promtool").exists():
        print("skipped: metrics of a real Prometheus; install prometheus to test them", flush=True)


def _unpack(package: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _quietly(("apt-get", "download", package), Path(folder))
        for file in Path(folder).glob("*.deb"):
            _quietly(("dpkg-deb", "-x", str(file), str(PROMETHEUS)))


def _prepare_made(target: str, what: str) -> None:
    """Make what is not there or not as locked, else say what is skipped."""
    if shutil.which("make") is None or _quietly(("make", target)):
        print(f"skipped: {what}; make {target} says why, and installs what it needs", flush=True)


def _may_install() -> bool:
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _quietly(command: tuple[str, ...], folder: Path = ROOT) -> int:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip(), flush=True)
    return done.returncode


def _holds(check: Check) -> bool:
    began = time.monotonic()
    done = _run(check.command)
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"{word:7}{check.name:10}{time.monotonic() - began:6.1f} s", flush=True)
    if done.returncode:
        print((done.stdout + done.stderr).rstrip(), flush=True)
    return done.returncode == 0


def _run(command: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    program = str(BIN / command[0])
    return subprocess.run((program, *command[1:]), cwd=ROOT, capture_output=True, text=True, check=False)


def _named(failed: list[str]) -> str:
    return f"; these do not: {', '.join(failed)}" if failed else ""


def _pytest(workers: str) -> int:
    command = (str(BIN / "python"), "-m", "pytest", "-n", workers, "--dist", "worksteal", "-rs", *WHAT)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
