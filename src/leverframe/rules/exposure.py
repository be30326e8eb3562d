"""How far does a stage reach into a region?"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from leverframe.nouns.ramps import Clause, Ramp, RampPlan
from leverframe.nouns.targets import EVERYWHERE


def reach_percent(plan: RampPlan, stage: int, region: str) -> float:
    """Return the largest share (0 to 100) of any ring or cohort of a region through a stage; 0 is none."""
    return max((c.share_percent for c in _clauses(plan, stage) if _covers(c.regions, region)), default=0.0)


def share_of_cell(plan: RampPlan, stage: int, region: str, ring: str) -> float:
    """Return the share (0 to 1) of one region's ring through a stage; cohorts are not counted."""
    covering = (c for c in _clauses(plan, stage) if _covers(c.regions, region) and _covers(c.rings, ring))
    return max((clause.share_percent for clause in covering if not clause.cohorts), default=0.0) / 100.0


@lru_cache(maxsize=4096)
def rising(plan: RampPlan, stage: int, regions: tuple[str, ...]) -> tuple[str, ...]:
    """List the regions whose exposure a stage raises above that of the stages before it.

    A subject is exposed by any clause of this or an earlier stage, so that a region rises if one of its
    rings or cohorts does. A ticket without regions is everywhere.
    """
    return tuple(region for region in regions or (EVERYWHERE,) if _rises(plan, stage, region))


def pending(ramp: Ramp, plan: RampPlan, regions: tuple[str, ...]) -> tuple[str, ...]:
    """List the regions that the ramp's stage raises and that were not published yet."""
    return tuple(region for region in rising(plan, ramp.stage, regions) if region not in ramp.published)


def is_settled(ramp: Ramp, plan: RampPlan, regions: tuple[str, ...]) -> bool:
    """Say whether the last stage is published in all the regions that it raises."""
    return ramp.stage >= len(plan.stages) and not pending(ramp, plan, regions)


def narrower_stage(plan: RampPlan, stage: int, regions: tuple[str, ...], max_percent: float) -> int | None:
    """Return the widest earlier stage that reaches no further than a share, else stage 1.

    None: the stage itself reaches no further, or there is none before it.
    """
    everywhere = regions or (EVERYWHERE,)
    for candidate in range(stage, 0, -1):
        if max(reach_percent(plan, candidate, region) for region in everywhere) <= max_percent:
            return None if candidate == stage else candidate
    return 1 if stage > 1 else None


def _rises(plan: RampPlan, stage: int, region: str) -> bool:
    """Compare cell by cell, unless the stage reaches further than anything before it, which is the usual case."""
    now = [clause for clause in plan.stages[stage - 1].clauses if _covers(clause.regions, region)]
    reached = reach_percent(plan, stage - 1, region)
    if any(clause.share_percent > reached for clause in now):
        return True
    before = [clause for clause in _clauses(plan, stage - 1) if _covers(clause.regions, region)]
    return any(_share(now, *cell) > _share(before, *cell) for cell in _cells(now + before))


def _cells(clauses: list[Clause]) -> Iterator[tuple[str, str]]:
    """Yield every ring and cohort that the clauses tell apart; the empty one stands for all others."""
    rings = dict.fromkeys(ring for c in clauses for ring in c.rings)
    cohorts = dict.fromkeys(cohort for c in clauses for cohort in c.cohorts)
    return product((*rings, ""), (*cohorts, ""))


def _share(clauses: list[Clause], ring: str, cohort: str) -> float:
    covering = (c for c in clauses if _covers(c.rings, ring) and _covers(c.cohorts, cohort))
    return max((clause.share_percent for clause in covering), default=0.0)


def _clauses(plan: RampPlan, stage: int) -> Iterator[Clause]:
    """Yield the clauses of a stage and of all before it."""
    return (clause for each in plan.stages[:stage] for clause in each.clauses)


def _covers(named: tuple[str, ...], one: str) -> bool:
    return not named or one in named
