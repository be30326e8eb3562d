"""What does one look at a ramp's evidence cost?

Microseconds for `read_stage` with five guardrails, at the last stage of 1/10/50, for one (region, ring) cell and for
twelve. Counts differ from look to look, as they do in a runner. Processor time, median of five rounds. Part of
`bench/canary.py`.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from statistics import median
from time import process_time

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.minutes import MeanMinutes, Met, Moments, StageMinutes
from leverframe.nouns.ramps import Clause, Floor, LimitKind, RampPlan, Slo, Stage
from leverframe.rules.evidence.starts import LATER
from leverframe.rules.readings import read_stage

ROUNDS = 5
LOOKS = 400
NOW = datetime(2026, 5, 13, 14, 30, tzinfo=UTC)

SLOS = (
    Slo("p95_latency_ms_max", "slow", LimitKind.RATE, 0.05, 4500),
    Slo("error_rate_max", "error", LimitKind.RATE, 0.01),
    Slo("eval_groundedness_drift_max", "groundedness", LimitKind.FALL, 0.04, bounds=(0.0, 1.0)),
    Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.014),
)
FLOOR = "feedback_negative"


def microseconds(cells: int) -> float:
    """Return the median cost of one look."""
    plan, chance = handbook(), random.Random(1)
    looks = [counts(chance, cells) for _ in range(LOOKS)]
    return median(_round(plan, looks) for _ in range(ROUNDS))


def _round(plan: RampPlan, looks: list[list[StageCounts]]) -> float:
    began = process_time()
    for look in looks:
        read_stage(plan, 3, look, alpha=0.05, beta=0.05, stage_minutes=600.0, now=NOW)
    return (process_time() - began) / len(looks) * 1e6


def handbook() -> RampPlan:
    """Build the handbook's ramp: two rate limits, two means, one floor."""
    floors = ((), (Floor(FLOOR, 3.0),), (Floor(FLOOR, 2.0),), ())
    stages = zip((1, 10, 50, 100), (30, 240, 1440, 0), floors, strict=True)
    return RampPlan(tuple(Stage((Clause(share),), bake, SLOS, asked) for share, bake, asked in stages))


def counts(chance: random.Random, cells: int) -> list[StageCounts]:
    """Draw the counts of three harmless stages; all processes that look for later harm have begun in the last."""
    return [
        StageCounts(stage, {f"region-{n}|everyone": cell(chance, share) for n in range(cells)}, minutes=minutes)
        for stage, share, minutes in (
            (1, 0.01, StageMinutes()),
            (2, 0.10, StageMinutes()),
            (3, 0.50, StageMinutes(begun(chance, cells), means(chance))),
        )
    ]


def begun(chance: random.Random, cells: int) -> tuple[Met, ...]:
    """Draw who had met the floor's event when each process began that looks for later harm."""
    met = (cells * chance.randint(5, 10) * place for place in range(1, LATER + 1))
    return tuple({FLOOR: {0.50: (each, each)}} for each in met)


def means(chance: random.Random) -> dict[str, MeanMinutes]:
    """Draw what 600 minutes have said of both means: near their usual value, well within their limits."""
    return {
        "cost_usd": MeanMinutes(scattered(chance, 0.01), scattered(chance, 0.01), scattered(chance, 0.0)),
        "groundedness": MeanMinutes(
            scattered(chance, 0.9), scattered(chance, 0.9), scattered(chance, 0.0), (-20.0, -60.0, -90.0)
        ),
    }


def scattered(chance: random.Random, mean: float, minutes: int = 600) -> Moments:
    """Draw the moments of so many minutes whose values scatter about a mean by a tenth."""
    values = [mean + chance.gauss(0.0, 0.1) / 24 for _ in range(24)]
    total, times = sum(values), minutes / 24
    return Moments(
        minutes,
        gap=times * total,
        weight=float(minutes),
        gap_gap=times * sum(value * value for value in values),
        gap_weight=times * total,
        weight_weight=float(minutes),
    )


def cell(chance: random.Random, share: float) -> CellCounts:
    """Draw one cell's counts."""
    units = chance.randint(2_000, 4_000)
    mine = round(units * share)
    return CellCounts(share, mine, units - mine, *(bad(chance, n) for n in (mine, units - mine) * 2), *(
        {"groundedness": (n, 0.9 * n, 0.82 * n), "cost_usd": (n, 0.01 * n, 0.0001 * n)} for n in (mine, units - mine)
    ))  # fmt: skip


def bad(chance: random.Random, units: int) -> dict[str, int]:
    """Draw how many units met each bad event: about 2 %, 0.3 % and 4 %."""
    return {name: chance.randint(0, round(units * rate)) for name, rate in
            (("slow", 0.04), ("error", 0.006), (FLOOR, 0.08))}  # fmt: skip
