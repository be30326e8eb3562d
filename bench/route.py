"""What does one decision cost, beside its floor?

    python bench/route.py [--json] [--calls N]

Grid: 10, 1,000 and 10,000 features, each under a ramp; 10, 1,000 and 100,000 thrown tenants. A request names
feature, subject, tenant and region; one tenant in twenty is thrown. What is timed is Gateway.route(), as a service
calls it. Three runs of route() and floor in turn; the median of the three is shown.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from floors import HIGHEST_LOAD, each_ns, load, median, percentile, route_floor

from leverframe.gateway import Gateway
from leverframe.nouns.documents import to_document
from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable
from leverframe.nouns.units import Unit

FEATURES = (10, 1_000, 10_000)
TENANTS = (10, 1_000, 100_000)
RUNS = 3
REQUESTS = 20_000
GOAL_FLOORS, GOAL_NS, GOAL_GROWTH = 5.0, 1_000, 3.0


def a_table(features: int, tenants: int) -> RouteTable:
    """Return a table of that size, all of whose features are under a ramp of 10 %: the longest way through."""
    below = {f"{region}|{ring}": BUCKETS // 10 for region in ("eu", "us") for ring in ("internal", "everyone")}
    return RouteTable(
        Number(1, 1),
        {
            f"feature-{n}": FeatureRoute(
                Unit(f"prompt-{n}@1", "openai.gpt-4o-2024-11"),
                "a-fallback",
                CandidateRoute(
                    f"CHG-2026-{n:05}", 1, Unit(f"prompt-{n}@2", "openai.gpt-4o-2024-11"), f"salt-{n}", below
                ),
                ("eu", "us"),
                ("internal", "everyone"),
            )
            for n in range(features)
        },
        thrown_tenants=frozenset(f"thrown-{n}" for n in range(tenants)),
        rings={f"tenant-{n}": "internal" for n in range(100)},
    )


def a_gateway(table: RouteTable) -> Gateway:
    """Return a gateway that obeys a table, its lease under way."""
    gateway = Gateway()
    gateway._held.offer(json.dumps(to_document(table)), time.monotonic() + 3600.0)
    for feature in table.features:
        gateway.route(feature, subject="first use")
    return gateway


def requests(features: int, tenants: int) -> list[tuple[str, str, str, str]]:
    """Return feature, subject, tenant and region of each request."""
    chance = random.Random(features * 7 + tenants)
    return [
        (
            f"feature-{chance.randrange(features)}",
            f"user-{chance.randrange(10**6)}",
            f"thrown-{chance.randrange(tenants)}" if chance.random() < 0.05 else f"tenant-{chance.randrange(1000)}",
            chance.choice(("eu", "us")),
        )
        for _ in range(REQUESTS)
    ]


def measure(features: int, tenants: int, calls: int) -> dict[str, float]:
    """Measure one cell of the grid."""
    table, asked = a_table(features, tenants), requests(features, tenants)
    gateway = a_gateway(table)
    salts = {feature: f"salt-{feature}:" for feature in table.features}
    floor = route_floor(salts, dict.fromkeys(table.thrown_tenants, True))
    route = gateway.route

    def ask(place: int) -> object:
        feature, subject, tenant, region = asked[place % REQUESTS]
        return route(feature, subject=subject, tenant=tenant, region=region)

    def least(place: int) -> object:
        feature, subject, tenant, _ = asked[place % REQUESTS]
        return floor(feature, subject, tenant)

    runs = [(each_ns(ask, calls), each_ns(least, calls)) for _ in range(RUNS)]
    return {
        "p50_ns": median([percentile(times, 50) for times, _ in runs]),
        "p99_ns": median([percentile(times, 99) for times, _ in runs]),
        "floor_p50_ns": median([percentile(times, 50) for _, times in runs]),
        "floor_p99_ns": median([percentile(times, 99) for _, times in runs]),
    }


def goals(figures: dict[str, dict[str, float]]) -> dict[str, dict[str, object]]:
    """Hold the figures against DESIGN.md, section 7."""
    floors = max(cell["p50_ns"] / cell["floor_p50_ns"] for cell in figures.values())
    slowest = max(cell["p50_ns"] for cell in figures.values())
    growth = max(
        figures[f"{FEATURES[-1]} features, {tenants} tenants"]["p50_ns"]
        / figures[f"{FEATURES[0]} features, {tenants} tenants"]["p50_ns"]
        for tenants in TENANTS
    )
    return {
        "route p50, times its floor": _goal(GOAL_FLOORS, round(floors, 2)),
        "route p50, ns": _goal(GOAL_NS, slowest),
        "route p50, growth from 10 to 10,000 features": _goal(GOAL_GROWTH, round(growth, 2)),
    }


def _goal(most: float, value: float) -> dict[str, object]:
    return {"goal": f"at most {most:g}", "value": value, "met": value <= most}


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--calls", type=int, default=50_000, help="calls of each run in each cell")
    given = parser.parse_args()
    before = load()
    figures = {
        f"{features} features, {tenants} tenants": measure(features, tenants, given.calls)
        for features in FEATURES
        for tenants in TENANTS
    }
    highest = max(before, load())
    held = goals(figures)
    if given.json:
        print(json.dumps({"figures": figures, "goals": held, "load": highest, "void": highest > HIGHEST_LOAD}))
    else:
        _print(figures, held, highest)
    return 0 if highest <= HIGHEST_LOAD and all(goal["met"] for goal in held.values()) else 1


def _print(figures: dict[str, dict[str, float]], held: dict[str, dict[str, object]], highest: float) -> None:
    print(f"{'cell':<34}{'route p50':>11}{'p99':>9}{'floor p50':>11}{'p99':>9}{'times':>7}")
    for cell, each in figures.items():
        times = each["p50_ns"] / each["floor_p50_ns"]
        print(
            f"{cell:<34}{each['p50_ns']:>8.0f} ns{each['p99_ns']:>6.0f} ns"
            f"{each['floor_p50_ns']:>8.0f} ns{each['floor_p99_ns']:>6.0f} ns{times:>7.2f}"
        )
    for name, goal in held.items():
        print(f"{'met' if goal['met'] else 'NOT MET':<8} {name}: {goal['value']} ({goal['goal']})")
    print(f"load {highest:.2f}{'; this run is void' if highest > HIGHEST_LOAD else ''}")


if __name__ == "__main__":
    raise SystemExit(main())
