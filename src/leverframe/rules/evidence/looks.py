"""What of a stage's counts does one look read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.ramps import RampPlan, Stage
from leverframe.rules.evidence import carrying
from leverframe.rules.evidence import words as say

LARGEST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look needs of the plan and the counts, worked out once.

    `cells` are all that the stage has counted, `fresh` what it has counted since it reached its last region.
    """

    plan: RampPlan
    stage: Stage
    carried: tuple[CellCounts, ...]
    parts: int
    cells: tuple[CellCounts, ...]
    fresh: tuple[CellCounts, ...]
    minutes: float | None
    candidate_units: int
    control_units: int
    is_shared: bool
    alpha: float
    beta: float

    @property
    def spans(self) -> tuple[tuple[CellCounts, ...], ...]:
        """What promotion rests on and all that the stage has counted, where that is more."""
        return (self.fresh,) if self.fresh is self.cells else (self.fresh, self.cells)

    @property
    def nobody(self) -> str:
        """Why there is nothing to read of the candidate."""
        return say.NOBODY_SINCE if units_of(self.cells)[0] else say.NOBODY


def look_at(
    plan: RampPlan, stage: int, counts: Sequence[StageCounts], alpha: float, beta: float, minutes: float | None
) -> Look:
    """Take what a look at a stage (counted from 1) reads; `minutes` is how long the counts for its proof took."""
    here = next((part for part in counts if part.stage == stage), StageCounts(stage, {}))
    cells = tuple(here.cells.values())
    fresh = cells if here.proof is None else tuple(here.proof.values())
    begins = carrying.carried_from(plan)
    first = begins[stage - 1]
    return Look(
        plan=plan,
        stage=plan.stages[stage - 1],
        carried=tuple(
            cell if part.stage == first else _newly_bad(cell)
            for part in counts
            if first <= part.stage <= stage
            for cell in part.cells.values()
        ),
        parts=len(set(begins)),
        cells=cells,
        fresh=fresh,
        minutes=minutes,
        candidate_units=sum(cell.candidate_units for cell in fresh),
        control_units=sum(cell.control_units for cell in fresh),
        is_shared=not cells or any(0.0 < cell.share < 1.0 for cell in cells),
        alpha=alpha,
        beta=beta,
    )


def _newly_bad(cell: CellCounts) -> CellCounts:
    """Leave out who was counted as bad at this share in the stage before already: it is carried."""
    if not cell.candidate_again and not cell.control_again:
        return cell
    mine = {name: bad - cell.candidate_again.get(name, 0) for name, bad in cell.candidate_bad.items()}
    theirs = {name: bad - cell.control_again.get(name, 0) for name, bad in cell.control_bad.items()}
    return replace(cell, candidate_bad=mine, control_bad=theirs)


def units_of(cells: tuple[CellCounts, ...]) -> tuple[int, int]:
    """Count the units of both arms, the candidate's first."""
    return sum(cell.candidate_units for cell in cells), sum(cell.control_units for cell in cells)


def arms_of(cells: tuple[CellCounts, ...], guardrail: str, *, first_calls: bool = False) -> say.Arms:
    """Sum over some cells who met one guardrail's event in both arms, ever or at their first call."""
    candidate = control = 0
    for cell in cells:
        mine = cell.candidate_first_bad if first_calls else cell.candidate_bad
        theirs = cell.control_first_bad if first_calls else cell.control_bad
        candidate += mine.get(guardrail, 0)
        control += theirs.get(guardrail, 0)
    candidate_units, control_units = units_of(cells)
    return say.Arms(guardrail, candidate, candidate_units, control, control_units)


def value_of(evidence: float) -> float:
    """Return the e-value of its logarithm, as large as a float can hold."""
    return exp(min(evidence, LARGEST_LOG))
