"""What of a stage's counts does one look read?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.minutes import BothHeard, MeanMinutes, Met
from leverframe.nouns.ramps import RampPlan, Stage
from leverframe.rules.evidence import words as say
from leverframe.rules.evidence.labels import Strata, strata_of
from leverframe.rules.evidence.outlines import Outline, outline_of

LARGEST_LOG = 700.0


@dataclass(frozen=True, slots=True)
class Look:
    """What one look needs of the plan and the counts, worked out once.

    `cells` are all that the stage has counted, `fresh` what it has counted since it reached its last region. `since`
    holds, by guardrail, who met it since each later process began; `to_come` such processes are still to begin, of
    `planned` (`starts.py`). `means` are the metrics of its limits, by minutes; `heard` is when something came of
    either arm.
    """

    outline: Outline
    stage: Stage
    carried: tuple[CellCounts, ...]
    cells: tuple[CellCounts, ...]
    fresh: tuple[CellCounts, ...]
    minutes: float | None
    candidate_units: int
    control_units: int
    is_shared: bool
    alpha: float
    beta: float
    since: Mapping[str, tuple[Strata, ...]]
    means: Mapping[str, MeanMinutes]
    heard: Mapping[str, BothHeard]
    to_come: int
    planned: int

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
    outline, starts = outline_of(plan), here.minutes.starts
    together, counted = outline.together(stage), outline.counted_with(stage)
    return Look(
        outline=outline,
        stage=plan.stages[stage - 1],
        carried=tuple(
            cell if part.stage == counted[0] else newly_bad(cell)
            for part in counts
            if part.stage in counted
            for cell in part.cells.values()
        ),
        cells=cells,
        fresh=fresh,
        minutes=minutes,
        candidate_units=sum(cell.candidate_units for cell in fresh),
        control_units=sum(cell.control_units for cell in fresh),
        is_shared=not cells or any(0.0 < cell.share < 1.0 for cell in cells),
        alpha=alpha,
        beta=beta,
        since=_since(met(outline, stage, here.cells), starts) if starts else {},
        means=here.minutes.means,
        heard=here.minutes.heard,
        to_come=sum(outline.later[stage - 1 : together.stop]) - len(starts),
        planned=sum(outline.later[together]),
    )


def met(outline: Outline, stage: int, cells: Mapping[str, CellCounts]) -> dict[str, Strata]:
    """Say who has met what a floor of the plan compares, as the evidence of this stage counts them."""
    carries = outline.carries(stage)
    counted = [newly_bad(cell) if carries else cell for cell in cells.values()]
    return {guardrail: strata_of(counted, guardrail) for guardrail in outline.compared}


def _since(now: Mapping[str, Strata], starts: Sequence[Met | None]) -> dict[str, tuple[Strata, ...]]:
    known = [start for start in starts if start is not None]
    return {name: tuple(_less(strata, start.get(name, {})) for start in known) for name, strata in now.items()}


def _less(strata: Strata, before: Mapping[float, tuple[float, float]]) -> Strata:
    """Take from what was met what had been met before."""
    none = (0, 0)
    return {
        share: (max(0, candidate - before.get(share, none)[0]), max(0, control - before.get(share, none)[1]))
        for share, (candidate, control) in strata.items()
    }


def newly_bad(cell: CellCounts) -> CellCounts:
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
