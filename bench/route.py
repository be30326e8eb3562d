"""What does one decision cost, beside its floor?

    python bench/route.py [--json] [--calls N]

Grid: 10, 1,000 and 10,000 features, each under a ramp; 10, 1,000 and 100,000 thrown tenants. A request names
feature, subject, tenant and region; one tenant in twenty is thrown. What is timed is Gateway.route(), as a service
calls it. Three runs of route() and floor in turn; the median of the three is shown.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from floors import each_ns, load, median, percentile, route_floor
from reports import Report, finish, parser

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
    p50, floor_p50 = (median([percentile(run[which], 50) for run in runs]) for which in (0, 1))
    return {
        "p50_ns": p50,
        "p99_ns": median([percentile(times, 99) for times, _ in runs]),
        "floor_p50_ns": floor_p50,
        "floor_p99_ns": median([percentile(times, 99) for _, times in runs]),
        "times_floor": p50 / floor_p50,
    }


def hold(report: Report) -> None:
    """Hold the figures against DESIGN.md, section 7."""
    cells = report.figures
    report.at_most("route p50, times its floor", GOAL_FLOORS, max(cell["times_floor"] for cell in cells.values()))
    report.at_most("route p50, ns", GOAL_NS, max(cell["p50_ns"] for cell in cells.values()))
    few, many = FEATURES[0], FEATURES[-1]
    growths = (cells[row(many, tenants)]["p50_ns"] / cells[row(few, tenants)]["p50_ns"] for tenants in TENANTS)
    report.at_most(f"route p50, growth from {few} to {many:,} features", GOAL_GROWTH, max(growths))


def row(features: int, tenants: int) -> str:
    """Name one cell of the grid."""
    return f"{features:,} features, {tenants:,} tenants"


def main() -> int:
    """Measure, print, and say by the exit code whether the run counts and the goals are met."""
    options = parser(__doc__)
    options.add_argument("--calls", type=int, default=50_000, help="calls of each run in each cell")
    given = options.parse_args()
    before, report = load(), Report()
    for features in FEATURES:
        for tenants in TENANTS:
            report.add(row(features, tenants), **measure(features, tenants, given.calls))
    hold(report)
    return finish(given, report, before)


if __name__ == "__main__":
    raise SystemExit(main())
