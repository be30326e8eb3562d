"""What do rows of counts say of each cell of a stage?

A cell is read in the run that its share began, for harm, and in the run that its proof began, for what promotes;
what it counted before is left out. Rows come as a database gives them, in total or of some minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.metric_states import MetricState
from leverframe.store.counted import CANDIDATE, CONTROL, FIXED_POINT, NOWHERE, Shares, Standing

Totals = Sequence[Any]
"""Change, stage, cell, run, arm and name, and how often, the total and the squares."""
States = Mapping[tuple[str, int], Mapping[str, MetricState]]
"""How the reading of each outside metric goes, by change and stage."""
NO_STATES: States = {}


@dataclass(slots=True)
class Arm:
    """What one arm of a cell has counted in one run, by guardrail and by metric."""

    units: int = 0
    bad: dict[str, int] = field(default_factory=dict)
    first_bad: dict[str, int] = field(default_factory=dict)
    sums: dict[str, tuple[int, float, float]] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)

    def take(self, name: str, n: int | Decimal, total: int | Decimal, squares: int | Decimal) -> None:
        """Take in what was counted under one name: `units`, `bad:error`, `first_bad:error`, `sum:groundedness`."""
        kind, of = _told_apart(name)
        if kind == "bad":
            self.bad[of] = int(n)
        elif kind == "first_bad":
            self.first_bad[of] = int(n)
        elif kind == "sum":
            self.sums[of] = (int(n), _unfixed(total), _unfixed(squares))
        elif kind == "again":
            self.again[of] = int(n)
        elif kind == "units":
            self.units = int(n)


@lru_cache(maxsize=4096)
def _told_apart(name: str) -> tuple[str, str]:
    """Return what a name counts, and of which guardrail or metric: the same few names come in every row."""
    kind, _, of = name.partition(":")
    return kind, of


def _unfixed(value: int | Decimal) -> float:
    """Return a sum from its billionths; PostgreSQL gives them as a Decimal."""
    return int(value) / FIXED_POINT


def both_arms() -> dict[str, Arm]:
    """Return both arms, with nothing counted."""
    return {CANDIDATE: Arm(), CONTROL: Arm()}


@dataclass(slots=True)
class _Cell:
    """How one cell stands, since when its counts are, and what each arm counted in the runs that are read."""

    stands: Standing
    since: datetime
    runs: dict[int, dict[str, Arm]] = field(init=False)

    def __post_init__(self) -> None:
        self.runs = {run: both_arms() for run in (self.stands.run, self.stands.proof)}


_Stages = dict[str, dict[int, dict[str, _Cell]]]
"""Each change's stages, and their cells by name."""


def by_change(
    changes: Sequence[str], shares: Shares, totals: Totals, metrics: States = NO_STATES
) -> dict[str, list[StageCounts]]:
    """Put each total into its cell; what a cell counted at another share is left out."""
    began: dict[tuple[str, int], datetime] = {}
    for change, stage, _, _, _, since in shares:
        began[change, stage] = min(since, began.get((change, stage), since))
    stages = _standing(changes, shares)
    _take(stages, totals)
    return {
        change: [
            _stage_counts(stage, began[change, stage], cells, metrics.get((change, stage), {}))
            for stage, cells in sorted(found.items())
        ]
        for change, found in stages.items()
    }


def _standing(changes: Sequence[str], shares: Shares) -> _Stages:
    """Return how the cells of each stage stand, with nothing counted."""
    stages: _Stages = {change: {} for change in changes}
    for change, stage, cell, run, share, since in shares:
        cells = stages[change].setdefault(stage, {})
        known = cells.get(cell)
        before = known.stands if known else NOWHERE
        stands = before.then(share, run)
        cells[cell] = _Cell(stands, known.since if known and stands.run == before.run else since)
    return stages


def _take(stages: _Stages, totals: Totals) -> None:
    """Add each total to the arm of its run, where that run is read."""
    read = {
        (change, stage, name, run): arms
        for change, found in stages.items()
        for stage, cells in found.items()
        for name, cell in cells.items()
        for run, arms in cell.runs.items()
    }
    for change, stage, cell, run, arm, name, n, total, squares in totals:
        arms = read.get((change, stage, cell, run))
        if arms is not None:
            arms[arm].take(name, n, total, squares)


def _stage_counts(
    stage: int, began_at: datetime, cells: Mapping[str, _Cell], metrics: Mapping[str, MetricState]
) -> StageCounts:
    counted = {name: cell for name, cell in sorted(cells.items()) if cell.stands.share > 0}
    whole = {name: _counts(cell, cell.stands.run) for name, cell in counted.items()}
    is_one = all(cell.stands.proof == cell.stands.run for cell in counted.values())
    proof = None if is_one else {name: _counts(cell, cell.stands.proof) for name, cell in counted.items()}
    since = {name: cell.since for name, cell in counted.items()}
    runs = {name: cell.stands.run for name, cell in counted.items()}
    return StageCounts(stage, whole, proof, began_at, since, runs, metrics=metrics)


def _counts(cell: _Cell, run: int) -> CellCounts:
    return cell_counts(cell.stands.share, cell.runs[run])


def cell_counts(share: float, arms: Mapping[str, Arm]) -> CellCounts:
    """Return what both arms of a cell have counted at a share."""
    candidate, control = arms[CANDIDATE], arms[CONTROL]
    return CellCounts(
        share=share,
        candidate_units=candidate.units,
        control_units=control.units,
        candidate_bad=candidate.bad,
        control_bad=control.bad,
        candidate_first_bad=candidate.first_bad,
        control_first_bad=control.first_bad,
        candidate_sums=candidate.sums,
        control_sums=control.sums,
        candidate_again=candidate.again,
        control_again=control.again,
    )
