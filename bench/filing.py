"""How many keys and seconds does it take to file a Low change from its pull request?

    python bench/filing.py [--json]

A control plane with the example's policy on SQLite, in a process of its own, and the one line that files its Low
change: `leverframe change file --from-pr FILE`, run five times, each time with another pull request. Counted are
the keys of the line, with Enter, and what a person had to fill in; measured is the whole command, from its start to
the change's id on the screen. Beside it the floor: `leverframe --help`, which asks nobody.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ends import free_port, process, serve_plane
from floors import load, median
from houses import ACME
from reports import Report, finish, parser

from leverframe.actions import accounts, policies, units
from leverframe.nouns.people import Actor, ActorKind
from leverframe.rules.policies import roles_of
from leverframe.sources.changes import read_unit
from leverframe.sources.policies import read_folder
from leverframe.wiring import Settings, build

TIMES, GOAL_SECONDS, GOAL_KEYS = 5, 2.0, 80
TARGET, ENGINEER, PASSWORD = "meeting-notes", "cass", "a long password for filing"
PULL_REQUEST = ACME / "pull-requests" / "notes-311.json"
LINE = "leverframe change file --from-pr notes-311.json"


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    given, before, report = parser(__doc__).parse_args(), load(), Report()
    with tempfile.TemporaryDirectory(prefix="lf-bench-") as folder:
        token, port = _fill(Path(folder) / "data"), free_port()
        server = f"http://127.0.0.1:{port}"
        with process(serve_plane, f"{folder}/data", port, free_port()):
            _wait_for(server)
            env = {**os.environ, "LEVERFRAME_SERVER": server, "LEVERFRAME_TOKEN": token}
            floor = median([_run(["--help"], env)[0] for _ in range(TIMES)])
            runs = [_file(Path(folder), number, env) for number in range(TIMES)]
    took, keys = median([seconds for seconds, _ in runs]), len(LINE) + 1
    wrote = runs[0][1]["provenance"].values()
    by_hand = sum(each["by"] != "auto" and not each["source"] for each in wrote)
    report.add("file a Low change", seconds=took, floor_seconds=floor, keys=keys, fields=len(wrote), by_hand=by_hand)
    report.add("ratio", command_to_floor=took / floor)
    report.at_most("seconds to file a Low change", GOAL_SECONDS, took)
    report.at_most("keys to file a Low change", GOAL_KEYS, keys)
    return finish(given, report, before)


def _fill(data: Path) -> str:
    """Load the policy, adopt what runs, and return the token of an engineer."""
    house = build(Settings(data)).house
    adi = Actor(ActorKind.PERSON, "adi", roles=frozenset({accounts.FIRST_ADMINISTRATOR}))
    accounts.take_first_link(house, accounts.first_link(house) or "", adi.name, PASSWORD)
    policies.load_policy(house, adi, read_folder(ACME))
    accounts.add_account(house, replace(adi, roles=frozenset({"administrator"})), ENGINEER, PASSWORD)
    unit = read_unit((ACME / "units" / f"{TARGET}.yaml").read_text("utf-8"))
    with house.store.read() as db:
        policy = house.policy(db)
    groups = policy.catalog.people[ENGINEER].groups
    engineer = Actor(ActorKind.PERSON, ENGINEER, groups, roles_of(policy, groups))
    units.adopt(house, engineer, TARGET, unit, "it runs")
    _, token = accounts.add_token(house, engineer, "bench", ("change",))
    house.store.close()
    return token


def _file(folder: Path, number: int, env: dict[str, str]) -> tuple[float, dict]:
    """File another pull request of the same content; return the seconds and what was filed."""
    path = folder / PULL_REQUEST.name
    path.write_text(PULL_REQUEST.read_text("utf-8").replace("/311", f"/{9000 + number}"), "utf-8")
    seconds, told = _run(["change", "file", "--from-pr", str(path), "--json"], env)
    return seconds, json.loads(told)


def _run(arguments: list[str], env: dict[str, str]) -> tuple[float, str]:
    begins = time.perf_counter()
    command = [Path(sys.executable).with_name("leverframe"), *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - begins, done.stdout


def _wait_for(server: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{server}/health/ready", timeout=1).read()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the control plane does not answer")


if __name__ == "__main__":
    raise SystemExit(main())
