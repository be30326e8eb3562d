"""What does one decision cost, beside its floor and beside others' products?

    python bench/route.py [--json] [--runs N] [--without-peers]

Grid: 10, 1,000 and 10,000 features, each under a ramp; 10, 1,000 and 100,000 thrown tenants, one request in twenty
from one of them. Each contender answers whether a request gets the candidate, from the same configuration; it is
checked before it is timed. What is timed is the call alone, with what it needs built beforehand. `Gateway.route` is
what a service calls, `Router.route` the rule in it. Three runs of all contenders in turn, each in a process of its
own; the median of the three is shown. The peers live in an environment of their own, which `make bench` makes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from cells import CELLS, Cell
from contest import OURS, PEERS, PEERS_PYTHON, RUNS, compete, title
from floors import load
from reports import Report, finish, parser, say

FLOOR, ROUTER, ROUTE = map(title, OURS)
STATSIG = title(PEERS[0])
TITLES = tuple(map(title, PEERS))
GOAL_FLOORS, GOAL_NS, GOAL_GROWTH = 5.0, 1_000, 3.0
MEASURES = ("p50_ns", "p99_ns", "context_ns", "memory_mb", "load_s", "first_use_s", "calls")
GOAL_STATSIG, MANY_FEATURES, GOAL_FASTEST = 4.0, 1_000, 2.0

Measured = Mapping[Cell, Mapping[str, Mapping[str, Any]]]
"""What was measured in each cell, by the contender's name."""


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    options = parser(__doc__)
    options.add_argument("--runs", type=int, default=RUNS, help="runs of each contender in each cell")
    options.add_argument("--without-peers", action="store_true", help="measure our own only, beside the floor")
    given = options.parse_args()
    before, report = load(), Report()
    peers = () if given.without_peers else _peers(report)
    measured: dict[Cell, dict[str, dict[str, Any]]] = {}
    for cell in CELLS:
        say(str(cell))
        measured[cell], out = compete(cell, (*OURS, *peers), given.runs)
        report.notes.update({row(cell, name): reason for name, reason in out.items()})
    tell(report, measured)
    hold(report, measured)
    return finish(given, report, before)


def _peers(report: Report) -> tuple[str, ...]:
    """Return the peers, or none where their environment is not there: then the report says so."""
    if PEERS_PYTHON.exists():
        return PEERS
    report.notes["peers"] = "not measured: their environment, .venv-peers, is not there; make bench makes it"
    return ()


def tell(report: Report, measured: Measured) -> None:
    """Put all that was measured into the report, a row for each contender in each cell."""
    for cell, contenders in measured.items():
        for name, measures in contenders.items():
            numbers = {measure: measures[measure] for measure in MEASURES if measure in measures}
            report.add(row(cell, name), **numbers, **_times(measures, contenders))
            if measures["version"]:
                report.notes[name] = f"version {measures['version']}"


def _times(measures: Mapping[str, Any], contenders: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    against = {"times_floor": FLOOR, "times_route": ROUTE}
    return {
        measure: measures["p50_ns"] / contenders[name]["p50_ns"]
        for measure, name in against.items()
        if name in contenders
    }


def hold(report: Report, measured: Measured) -> None:
    """Hold the figures against DESIGN.md, section 7: what could not be measured is not met."""
    ours = {cell: contenders[ROUTE]["p50_ns"] for cell, contenders in measured.items()}
    floors = (ours[cell] / contenders[FLOOR]["p50_ns"] for cell, contenders in measured.items())
    report.at_most("route p50, times its floor", GOAL_FLOORS, max(floors))
    report.at_most("route p50, ns", GOAL_NS, max(ours.values()))
    few, many = min(cell.features for cell in ours), max(cell.features for cell in ours)
    grown = (ours[Cell(many, each.tenants)] / ours[each] for each in ours if (many, each.tenants) in ours)
    report.at_most(f"route p50, growth from {few} to {many:,} features", GOAL_GROWTH, max(grown))
    statsig = _faster(measured, [STATSIG], [cell for cell in measured if cell.features >= MANY_FEATURES])
    report.at_least(
        f"route p50, times faster than {STATSIG} from {MANY_FEATURES:,} features on", GOAL_STATSIG, statsig
    )
    fastest = _faster(measured, TITLES, measured)
    report.at_least("route p50, times faster than the fastest peer in each cell", GOAL_FASTEST, fastest)


def _faster(measured: Measured, names: Iterable[str], cells: Iterable[Cell]) -> float | None:
    """Return how many times faster than the fastest of these we are in the worst of these cells; None without any."""
    return min(
        (
            measured[cell][name]["p50_ns"] / measured[cell][ROUTE]["p50_ns"]
            for cell in cells
            for name in names
            if name in measured[cell]
        ),
        default=None,
    )


def row(cell: Cell, name: str) -> str:
    """Name one row: a contender in a cell."""
    return f"{cell}: {name}"


if __name__ == "__main__":
    raise SystemExit(main())
