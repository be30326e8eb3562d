"""What was counted of each stage of a ramp?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CursorResult, func, select
from sqlalchemy import delete as sql_delete

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.outcomes import CallFacts, Feedback
from leverframe.nouns.ramps import RampState
from leverframe.store import ramps
from leverframe.store.counting import (
    CANDIDATE,
    CONTROL,
    FIXED_POINT,
    CountRow,
    bad_units,
    cells_of,
    count_batch,
    interval_counts,
    scored_calls,
    seen_units,
    stage_counts,
    stage_shares,
)
from leverframe.store.database import Db
from leverframe.store.traffic import traffic

__all__ = [
    "CountRow",
    "count_batch",
    "counts",
    "forget_units",
    "late",
    "record_late",
    "set_shares",
    "stage_ended_at",
    "traffic",
]


def set_shares(db: Db, change: str, stage: int, shares: Mapping[str, float]) -> None:
    """Say which share of the buckets (0 to 1) each cell has in a stage; a cell whose share changes counts anew."""
    known = cells_of(db, change, stage)
    for cell, share in sorted(shares.items()):
        stands, run = known.get(cell, (None, 0))
        if share != stands:
            row = {"change": change, "stage": stage, "cell": cell, "run": run + 1, "share": share}
            db.execute(stage_shares.insert().values(**row))


def counts(db: Db, change: str, *, until: datetime | None = None) -> list[StageCounts]:
    """Return what was counted in each stage, by cell, as it stands.

    With `until` the same is derived again from the minutes up to it: equal, to the last bit, to what stood then.
    """
    rows = (_totals(db, change) if until is None else _totals_until(db, change, until)).all()
    stages: dict[int, dict[str, _Cell]] = defaultdict(dict)
    counted = {(row.stage, row.cell, row.run) for row in rows}
    for row in db.execute(select(stage_shares).where(stage_shares.c.change == change).order_by(stage_shares.c.run)):
        if until is None or row.run == 1 or (row.stage, row.cell, row.run) in counted:
            stages[row.stage][row.cell] = _Cell(row.share, row.run)
    for row in rows:
        cell = stages[row.stage].get(row.cell)
        if cell is not None and cell.run == row.run:
            cell.arms[row.arm][row.name] = (int(row.n), _unfixed(row.total), _unfixed(row.squares))
    return [StageCounts(stage, _counted(cells)) for stage, cells in sorted(stages.items())]


def record_late(db: Db, now: datetime, facts: CallFacts, feedback: Feedback) -> None:
    """Write down that something came too late to be read; `late` counts it."""
    count_batch(db, now, [CountRow(facts, feedback.call, is_call=False, arrives_late=True)])


def late(db: Db, change: str) -> int:
    """Count what came too late to be read."""
    named = (stage_counts.c.change == change) & (stage_counts.c.name == "late")
    return int(db.execute(select(func.sum(stage_counts.c.n)).where(named)).scalar_one() or 0)


def stage_ended_at(db: Db, change: str, stage: int) -> datetime | None:
    """Return when a stage ended, or None while it lasts or has not begun."""
    ramp = ramps.get(db, change)
    if ramp is None or (ramp.state is RampState.RAMPING and ramp.stage <= stage):
        return None
    return next((step.at for step in ramps.steps(db, change) if step.stage > stage), ramp.ended_at)


def forget_units(db: Db, change: str) -> None:
    """Remove who was seen in a change's ramp, once nothing can be added any more; the counts stay."""
    for table in (seen_units, bad_units, scored_calls):
        db.execute(sql_delete(table).where(table.c.change == change))


@dataclass(slots=True)
class _Cell:
    """One cell's share and run, and what each arm counted by name."""

    share: float
    run: int
    arms: dict[str, dict[str, tuple[int, float, float]]] = field(default_factory=lambda: defaultdict(dict))


def _totals(db: Db, change: str) -> CursorResult[Any]:
    return db.execute(select(stage_counts).where(stage_counts.c.change == change))


def _totals_until(db: Db, change: str, until: datetime) -> CursorResult[Any]:
    by = [interval_counts.c[name] for name in ("stage", "run", "cell", "arm", "name")]
    sums = [func.sum(interval_counts.c[name]).label(name) for name in ("n", "total", "squares")]
    wanted = (interval_counts.c.change == change) & (interval_counts.c.minute <= until)
    return db.execute(select(*by, *sums).where(wanted).group_by(*by))


def _unfixed(value: Decimal | float) -> float:
    """Return a sum from its billionths; PostgreSQL gives them as a Decimal."""
    return (int(value) if isinstance(value, Decimal) else value) / FIXED_POINT


def _counted(cells: Mapping[str, _Cell]) -> dict[str, CellCounts]:
    return {name: _cell_counts(cell) for name, cell in sorted(cells.items()) if cell.share > 0}


def _cell_counts(cell: _Cell) -> CellCounts:
    candidate, control = cell.arms[CANDIDATE], cell.arms[CONTROL]
    return CellCounts(
        share=cell.share,
        candidate_units=candidate.get("units", (0,))[0],
        control_units=control.get("units", (0,))[0],
        candidate_bad=_times(candidate, "bad:"),
        control_bad=_times(control, "bad:"),
        candidate_first_bad=_times(candidate, "first_bad:"),
        control_first_bad=_times(control, "first_bad:"),
        candidate_sums=_named(candidate, "sum:"),
        control_sums=_named(control, "sum:"),
    )


def _times(counted: Mapping[str, tuple[int, float, float]], prefix: str) -> dict[str, int]:
    return {name: n for name, (n, _, _) in _named(counted, prefix).items()}


def _named(counted: Mapping[str, tuple[int, float, float]], prefix: str) -> dict[str, tuple[int, float, float]]:
    return {name.removeprefix(prefix): counted[name] for name in sorted(counted) if name.startswith(prefix)}
