"""What must a gateway in another language answer? Written as vectors, from the code.

    python tools/write_vectors.py

It writes `docs/reference/buckets.json`. Numbers beyond 2^53 stand in quotation marks, because not every language's
JSON holds them. Run it when a rule of `docs/reference/buckets.md` has changed; the vectors that stand must stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.ramps import Clause, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.tables import Number, RouteTable, Variant
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.rules.routing import Router, bound, bucket
from leverframe.rules.sampling import is_sampled
from leverframe.rules.tables import RampFacts, TableFacts, compile_table

FILE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "buckets.json"
NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
HASHED = (
    ("", ""), ("a", ""), ("", "a"), ("CHG-2026-00001", "ana"), ("CHG-2026-00001", "remi"), ("CHG-2026-00002", "ana"),
    ("CHG-2026-00002", "remi"), ("salt", "vic"), ("salt:", "vic"), ("salt", ":vic"), ("salt", "user-0"),
    ("salt", "user-1"), ("salt", "00000000-0000-0000-0000-000000000000"), ("salt", "rita@acme.example"),
    ("salt", "Zo\u00eb"), ("salt", "Zoe\u0308"), ("salt", "\u4f50\u85e4"), ("salt", "\U0001f642"), ("salt", " "),
    ("salt", "x" * 300),
)  # fmt: skip
"""Salt and key: empty, alike, long, and beyond ASCII."""
PERCENTS = (0, 0.01, 0.1, 1, 5, 10, 33.3, 49.999, 50, 66.7, 99.99, 100)
CALLS = ("", "lf1.a.a", "lf1.b.b", "lf1.ZWRnZXxzdXBwb3J0.c2VhbA", "Zo\u00eb", "lf1.c.c")
SAMPLED = (0, 10, 50, 100)
POPULATION = tuple(Cell(region, ring, 100) for region in ("au", "eu") for ring in ("internal", "everyone"))
TENANTS = {"acme-staff": "internal", "odd": "a ring that this feature has not"}
PLAN = RampPlan((
    Stage((Clause(100, rings=("internal",)), Clause(50, cohorts=("opted_in",)), Clause(25, cohorts=("free",))), 60),
    Stage((Clause(10),), 60),
    Stage((Clause(100),), 0),
))  # fmt: skip
"""Stage 2 is published in Australia, and waits in the EU."""
CALLERS: tuple[dict[str, Any], ...] = (
    {}, {"region": "au"}, {"region": "au", "tenant": "acme-staff"}, {"region": "mars"}, {"tenant": "odd"},
    {"region": "au", "cohorts": ["opted_in"]}, {"cohorts": ["free"]}, {"cohorts": ["unheard of"]},
    {"region": "au", "cohorts": ["free", "opted_in"]}, {"tenant": "acme-staff", "cohorts": ["free"]},
)  # fmt: skip
PEOPLE: tuple[dict[str, str], ...] = (
    {"subject": "vic"}, {"subject": "user-0"}, {"subject": "user-4"}, {"subject": "user-7"}, {"subject": "Zo\u00eb"},
    {"conversation": "talk-1"}, {"subject": "", "conversation": "talk-2"}, {},
)  # fmt: skip


def main() -> None:
    """Write the file."""
    FILE.write_text(text(), "utf-8")


def text() -> str:
    """Return the whole file: each vector on a line of its own."""
    buckets, bounds, sampled, decisions = vectors().values()
    requests = _lines(decisions.pop("requests"))
    named = "".join(f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in decisions.items())
    return (
        f'{{\n"buckets": {_lines(buckets)},\n"bounds": {_lines(bounds)},\n"sampled": {_lines(sampled)},\n'
        f'"decisions": {{\n{named}"requests": {requests}\n}}\n}}\n'
    )


def _lines(rows: list[Any]) -> str:
    return "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]"


def vectors() -> dict[str, Any]:
    """Return buckets (salt, key, bucket), bounds (share in percent, bound), sampled (call id, share, whether it is
    scored), and decisions on one feature.
    """
    table = a_table()
    return {
        "buckets": [[salt, key, str(bucket(salt, key))] for salt, key in HASHED],
        "bounds": [[percent, str(bound(percent))] for percent in PERCENTS],
        "sampled": [[call, share, is_sampled(call, share)] for call in CALLS for share in SAMPLED],
        "decisions": {"feature": _feature(table), "rings": dict(table.rings), "requests": list(_requests(table))},
    }


def a_table() -> RouteTable:
    """Return the table on which the requests are decided."""
    target = Target("support", "Support", Tier.LOW, Delivery.EMBEDDED, "team", POPULATION)
    ramp = Ramp("CHG-2026-00001", "support", RampState.RAMPING, 2, NOW, NOW, "salt", {"au": NOW})
    facts = RampFacts(ramp, PLAN, Unit("support@2"), BlastRadius(400, (), 100.0))
    return compile_table(
        Number(1, 1), TableFacts({"support": target}, {"support": Unit("support@1")}, [facts], rings=TENANTS)
    )


def _feature(table: RouteTable) -> dict[str, Any]:
    route = table.features["support"]
    assert route.candidate is not None
    return {
        "regions": list(route.regions),
        "rings": list(route.rings),
        "salt": route.candidate.salt,
        "below": _written(route.candidate.below),
        "cohorts": {name: _written(bounds) for name, bounds in route.candidate.cohorts.items()},
    }


def _written(bounds: Any) -> dict[str, str]:
    return {cell: str(value) for cell, value in bounds.items()}


def _requests(table: RouteTable) -> Iterator[dict[str, Any]]:
    router = Router(table)
    for person, caller in product(PEOPLE, CALLERS):
        asked = {**person, **caller}
        decision = router.route("support", **asked)
        yield {
            **asked,
            "cell": "|".join(router.cell("support", asked.get("tenant"), asked.get("region"))),
            "cohort": decision.cohort,
            "exposed": decision.variant is Variant.CANDIDATE,
            "reason": decision.reason.value,
        }


if __name__ == "__main__":
    main()
