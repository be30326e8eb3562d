"""Which share of each cell do the clauses of a ramp expose?

A subject is exposed when any clause of this or an earlier stage matches it and its bucket is below that clause's
share. Clauses without cohorts are lowered to one share a cell (region and ring), those with cohorts to one for each
cohort in a cell beside it; a subject has the largest that applies. A region in which the stage is not published yet
stands as the stage before left it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.ramps import Clause, Ramp, RampPlan
from leverframe.nouns.tables import BUCKETS
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell, Target
from leverframe.rules.routing import bound


class Lowered(NamedTuple):
    """Exclusive bucket bounds: by cell (`region|ring`), and by cohort and cell, where they are never smaller."""

    below: Mapping[str, int]
    cohorts: Mapping[str, Mapping[str, int]]


def lower(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> Lowered:
    """Lower a ramp's clauses, where it stands, to what gateways obey; all of it lies within its ticket.

    Every cohort that the plan names in any stage has bounds of its own from the first stage on: whoever is in it is
    counted apart from the rest of the cell through the whole ramp.
    """
    cells = [(key(cell), standing(ramp, cell.region), cell) for cell in cells_within(target, blast_radius)]

    def bounds(cohort: str) -> dict[str, int]:
        return {name: bound(percent_of(plan, stage, cell, cohort)) for name, stage, cell in cells}

    return Lowered(bounds(""), {cohort: bounds(cohort) for cohort in cohorts_of(plan, len(plan.stages))})


def shares(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> dict[str, float]:
    """Return the exact share of buckets (0 to 1) that is exposed in each stratum: a cell, or a cohort in a cell."""
    below, cohorts = lower(ramp, plan, target, blast_radius)
    strata = {cell: share / BUCKETS for cell, share in below.items()}
    for cohort, bounds in cohorts.items():
        strata |= {f"{cell}|{cohort}": share / BUCKETS for cell, share in bounds.items()}
    return strata


def share_of_all(by_stratum: Mapping[str, float], target: Target) -> float:
    """Return the one share (0 to 1) at which every cell and cohort of a target stands; 0 where they differ.

    What is told of a whole ramp, without regions and rings, compares like with like only then: people outside the
    ticket are served beside the candidate too.
    """
    known = set(by_stratum.values())
    everyone = all(key(cell) in by_stratum for cell in cells_of(target))
    return known.pop() if everyone and len(known) == 1 else 0.0


def percent_of(plan: RampPlan, stage: int, cell: Cell, cohort: str = "") -> float:
    """Return the largest share (0 to 100) of any clause up to a stage that matches a cell, and a cohort in it."""
    widest = 0.0
    for each in plan.stages[:stage]:
        for clause in each.clauses:
            if clause.share_percent > widest and matches(clause, cell.region, cell.ring, cohort):
                widest = clause.share_percent
    return widest


def matches(clause: Clause, region: str, ring: str, cohort: str) -> bool:
    """Say whether a clause is about a subject of a region, ring and cohort; an empty part is about all."""
    here = (not clause.regions or region in clause.regions) and (not clause.rings or ring in clause.rings)
    return here and (not clause.cohorts or cohort in clause.cohorts)


def standing(ramp: Ramp, region: str) -> int:
    """Return the stage at which a ramp stands in a region: the one before, where this one is not published yet."""
    return ramp.stage if region in ramp.published else max(ramp.stage - 1, 0)


def cohorts_of(plan: RampPlan, stage: int) -> tuple[str, ...]:
    """List the cohorts that clauses up to a stage name, by name."""
    return tuple(sorted({cohort for clause in _clauses(plan, stage) for cohort in clause.cohorts}))


def cells_of(target: Target) -> tuple[Cell, ...]:
    """Return the target's population, or its one cell where the catalog names none."""
    return target.population or (Cell(EVERYWHERE, LAST_RING, 0),)


def cells_within(target: Target, blast_radius: BlastRadius) -> tuple[Cell, ...]:
    """Return the target's cells inside a ticket's regions and rings; an empty part means all."""
    return within(cells_of(target), blast_radius.regions, blast_radius.rings)


def within(cells: Sequence[Cell], regions: Sequence[str], rings: Sequence[str] = ()) -> tuple[Cell, ...]:
    """Keep the cells of these regions and rings; an empty part means all."""
    here = (cell for cell in cells if not regions or cell.region in regions)
    return tuple(cell for cell in here if not rings or cell.ring in rings)


def key(cell: Cell) -> str:
    """Name a cell as gateways do."""
    return f"{cell.region}|{cell.ring}"


def _clauses(plan: RampPlan, stage: int) -> Iterator[Clause]:
    return (clause for each in plan.stages[:stage] for clause in each.clauses)
