"""From which stage on is rollback evidence carried into the present one?

Buckets are the change's own and stay for the whole ramp, so that people who meet bad events in every stage come
back in the same arm. Their second event is no new evidence of chance. Where a stage is at least five times as wide
as the one before (1 %, 10 %, 50 %) most of them were in the control arm before, and the product over stages keeps
its promise: measured on harmless ramps with unequal users 3.5 to 4.5 % false rollback at alpha 5 %. Where a plan
widens in small steps it does not (nine steps: 8 to 10 %). There evidence begins anew, and alpha is divided over
the parts, which is valid whatever comes back.

Who is reached by clauses of several stages counts by the widest of them. A part of the population that stands where
it stood is counted once (`CellCounts.again`), as long as it is counted in the same cell or cohort.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations_with_replacement, product

from leverframe.nouns.ramps import Clause, RampPlan, Stage

LEAST_WIDENING = 5.0
ALL_PERCENT = 100.0


@lru_cache(maxsize=256)
def carried_from(plan: RampPlan) -> tuple[int, ...]:
    """Return, for each stage, the stage (from 1) with which its evidence began."""
    begins: list[int] = []
    for number, stage in enumerate(plan.stages, start=1):
        carries = begins and _widens(plan.stages[number - 2], stage) and _moves_far(plan, number)
        begins.append(begins[-1] if carries else number)
    return tuple(begins)


def _widens(earlier: Stage, later: Stage) -> bool:
    """Say whether all who were asked before are asked again in a much wider share (or all have the candidate)."""
    return all(any(_is_wider(clause, before) for clause in later.clauses) for before in earlier.clauses)


def _is_wider(clause: Clause, before: Clause) -> bool:
    named = ((clause.regions, before.regions), (clause.rings, before.rings), (clause.cohorts, before.cohorts))
    covers = all(_covers(wider, narrower) for wider, narrower in named)
    return covers and clause.share_percent >= _enough(before.share_percent)


def _moves_far(plan: RampPlan, number: int) -> bool:
    """Say whether every part of the population stands where it stood at the stage before, or far beyond it."""
    for part in _parts(plan):
        before, now = _reached(plan, number - 1, part), _reached(plan, number, part)
        if now != before and before[0] and now[0] < _enough(before[0]):
            return False
    return True


_Part = tuple[str, str, tuple[str, ...]]
"""A region, a ring, and the cohorts that somebody is in; "" and () are all that no clause names."""


def _parts(plan: RampPlan) -> Iterator[_Part]:
    """Yield every part that the clauses tell apart; of somebody in many cohorts, two at most decide in two stages."""
    clauses = [clause for stage in plan.stages for clause in stage.clauses]
    regions, rings, cohorts = (
        sorted({name for clause in clauses for name in getattr(clause, kind)})
        for kind in ("regions", "rings", "cohorts")
    )
    return product(("", *regions), ("", *rings), ((), *combinations_with_replacement(cohorts, 2)))


def _reached(plan: RampPlan, stage: int, part: _Part) -> tuple[float, str]:
    """Return the share (0 to 100) of a part through a stage, and the cohort in which it is counted: the widest."""
    region, ring, cohorts = part
    here = [
        clause
        for each in plan.stages[:stage]
        for clause in each.clauses
        if _names(clause.regions, region) and _names(clause.rings, ring)
    ]

    def share(cohort: str) -> float:
        return max((clause.share_percent for clause in here if _names(clause.cohorts, cohort)), default=0.0)

    widest = max(share(cohort) for cohort in cohorts or ("",))
    return widest, next((cohort for cohort in sorted(cohorts) if share(cohort) == widest), "")


def _enough(share_percent: float) -> float:
    return min(ALL_PERCENT, LEAST_WIDENING * share_percent)


def _names(named: tuple[str, ...], one: str) -> bool:
    return not named or one in named


def _covers(wider: tuple[str, ...], narrower: tuple[str, ...]) -> bool:
    """Say whether one list of regions, rings or cohorts holds another; an empty one means all."""
    return not wider or (bool(narrower) and set(narrower) <= set(wider))
