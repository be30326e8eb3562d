"""How fast is all of it? Each benchmark, one after another, and every goal beside its value.

    python bench/all.py [--json] [--only NAME ...]

A run is void where the machine is busy before it begins: each benchmark waits a while for the one before it to be
forgotten.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from floors import HIGHEST_LOAD, load
from reports import goal_lines, parser, say

NAMES = ("route", "canary", "propagation", "apply", "ramps", "planner", "filing", "pages")
PATIENCE_SECONDS, PAUSE_SECONDS = 180.0, 5.0


def main() -> int:
    """Run them, print, and say by the exit code whether all runs count and all goals are met."""
    options = parser(__doc__)
    options.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, help="these and no others")
    given = options.parse_args()
    ran = {name: _run(name) for name in given.only}
    if given.json:
        print(json.dumps({**_together(ran), "void": [name for name, said in ran.items() if said["void"]]}))
    return 0 if all(not said["void"] and _met(said) for said in ran.values()) else 1


def _run(name: str) -> dict:
    """Run one benchmark on a machine that has come to rest, and return what it has printed."""
    _rest()
    say(f"\n{name}")
    ran = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--json"], stdout=subprocess.PIPE, check=False
    )
    if not ran.stdout:
        raise SystemExit(f"{name} has measured nothing")
    said = json.loads(ran.stdout)
    notes = [f"{about}: {note}" for about, note in said["notes"].items()]
    say("\n".join([*notes, *goal_lines(said["goals"])]) + ("\nthis run is void" if said["void"] else ""))
    return said


def _rest() -> None:
    """Wait until the load of what ran before is forgotten; not for ever."""
    until = time.monotonic() + PATIENCE_SECONDS
    while load() > HIGHEST_LOAD and time.monotonic() < until:
        time.sleep(PAUSE_SECONDS)


def _met(said: dict) -> bool:
    return all(goal["met"] for goal in said["goals"].values())


def _together(ran: dict[str, dict]) -> dict[str, dict]:
    """Put figures and goals of all under one roof, by the benchmark's name."""
    return {
        "figures": {name: said["figures"] for name, said in ran.items()},
        "goals": {f"{name}: {goal}": held for name, said in ran.items() for goal, held in said["goals"].items()},
        "notes": {f"{name}: {about}": note for name, said in ran.items() for about, note in said["notes"].items()},
    }


if __name__ == "__main__":
    raise SystemExit(main())
