"""What does an audit entry say of the evidence that a step rests on?

Enough to reckon each e-value again with the formulas of docs/explanation/evidence.md and nothing else: counts by
stage and share of the buckets, the levels, and for means the sums over their minutes. Counts only, nobody is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leverframe.nouns.evidence import CellCounts, Reading, StageCounts, StageReading
from leverframe.nouns.minutes import Moments
from leverframe.nouns.ramps import LimitKind, RampPlan
from leverframe.rules.evidence import labels, limits, means, sample_ratio, starts
from leverframe.rules.evidence.looks import Look, look_at, newly_bad, value_of
from leverframe.rules.evidence.outlines import outline_of
from leverframe.rules.evidence.relative import beta_of

Facts = Mapping[str, Any]
CURRENT, LIMIT, SHARE = "current", "limit", "share"
"""With what a guardrail is compared: everyone else at the same time, a limit, the share of the buckets."""


def evidence_facts(
    plan: RampPlan, stage: int, counts: Sequence[StageCounts], reading: StageReading, *, alpha: float, beta: float
) -> dict[str, Any]:
    """Return a reading as facts of an entry: of each guardrail what it says, and the counts that it rests on."""
    look = look_at(plan, stage, counts, alpha, beta, None)
    carried = _carried(plan, stage, counts)
    return {
        "finding": reading.finding.value,
        "alpha": alpha,
        "beta": beta,
        "guardrails": [_guardrail(look, carried, each) for each in reading.readings],
    }


def _guardrail(look: Look, carried: Mapping[int, list[CellCounts]], reading: Reading) -> dict[str, Any]:
    told: dict[str, Any] = {
        "guardrail": reading.guardrail,
        "against": SHARE if reading.guardrail == sample_ratio.NAME else CURRENT if reading.limit is None else LIMIT,
        "finding": reading.finding.value,
        "e_value": reading.e_value,
        "e_bound": reading.e_bound,
        "level": 1.0 / reading.e_bound if reading.e_bound else None,
    }
    match told["against"]:
        case "current":
            return told | _compared(look, carried, reading)
        case "share":
            return told | {"units": _units(look, reading)}
        case _:
            return told | _limited(look, reading)


def _compared(look: Look, carried: Mapping[int, list[CellCounts]], reading: Reading) -> dict[str, Any]:
    name = reading.guardrail
    return {
        "bound": reading.bound,
        "ruled_out": reading.ruled_out,
        "beta": beta_of(look),
        "strata": [[stage, *row] for stage, cells in carried.items() for row in _strata(cells, name)],
        "later": {
            "planned": look.planned,
            "to_come": look.to_come,
            "since": [[[share, *pair] for share, pair in since.items()] for since in look.since.get(name, ())],
        },
        "proof": _strata(look.fresh, name),
    }


def _strata(cells: Iterable[CellCounts], name: str) -> list[list[float]]:
    """Return (share, candidate's units and bad, control's units and bad) of each share, as the evidence adds them."""
    counted = list(cells)
    units, bad = sample_ratio.units_of(counted), labels.strata_of(counted, name)
    return [[share, mine, bad[share][0], theirs, bad[share][1]] for share, (mine, theirs) in units.items()]


def _units(look: Look, reading: Reading) -> list[list[float]]:
    """Return the distinct units of each share: of what the check has told, of all or of those for the proof."""
    told = next(s for s in reversed(look.spans) if value_of(_mismatch(s)) == reading.e_value)
    return [[share, *pair] for share, pair in sample_ratio.units_of(told).items()]


def _mismatch(cells: Sequence[CellCounts]) -> float:
    return sample_ratio.log_mismatch(sample_ratio.units_of(cells))


def _limited(look: Look, reading: Reading) -> dict[str, Any]:
    told = {"limit": reading.limit, "kind": (reading.limit_kind or LimitKind.RATE).value}
    if reading.limit_kind is LimitKind.RATE:
        mine, theirs = reading.candidate_units, reading.control_units
        return told | {"first_calls": [mine, reading.candidate_bad, theirs, reading.control_bad]}
    known = {name: look.means[name] for name in means.named(look, reading.guardrail) if name in look.means}
    arms = {name: means.seen(each, reading.limit_kind or LimitKind.MEAN) for name, each in known.items()}
    told |= {"moments": {name: _sums(each) for name, each in arms.items()}}
    is_fall = reading.limit_kind is LimitKind.FALL
    bets = {name: list(each.wealth) for name, each in known.items() if each.wealth and is_fall}
    return told | ({"bets": bets} if bets else {})


def _sums(moments: Moments) -> dict[str, float]:
    return moments._asdict()


def _carried(plan: RampPlan, stage: int, counts: Sequence[StageCounts]) -> dict[int, list[CellCounts]]:
    counted = outline_of(plan).counted_with(stage)
    return {
        part.stage: [cell if part.stage == counted[0] else newly_bad(cell) for cell in part.cells.values()]
        for part in counts
        if part.stage in counted
    }


def reckoned(told: Facts) -> float:
    """Return the e-value that one guardrail's facts give by today's formulas."""
    match told["against"]:
        case "current":
            since = [_pairs(rows) for rows in told["later"]["since"]]
            carried = _pairs([share, mine, theirs] for _, share, _, mine, _, theirs in told["strata"])
            return value_of(starts.log_harm(carried, since, told["later"]["to_come"], told["later"]["planned"]))
        case "share":
            return value_of(sample_ratio.log_mismatch(_pairs(told["units"])))
        case _:
            return _of_limit(told)


def _of_limit(told: Facts) -> float:
    if "first_calls" in told:
        units, bad, _, _ = told["first_calls"]
        return value_of(limits.log_above(bad, units, told["limit"]))
    bets = told.get("bets", {})
    values = [
        value_of(means.log_beyond(Moments(**sums), tuple(bets.get(name, ())), told["limit"]))
        for name, sums in told["moments"].items()
    ]
    return min([*values, NO_EVIDENCE], key=lambda value: abs(value - told["e_value"]))


NO_EVIDENCE = value_of(0.0)


def _pairs(rows: Iterable[Sequence[float]]) -> dict[float, tuple[float, float]]:
    sums: dict[float, tuple[float, float]] = {}
    for share, mine, theirs in rows:
        before = sums.get(share, (0, 0))
        sums[share] = before[0] + mine, before[1] + theirs
    return dict(sorted(sums.items()))
