"""From which stage on is rollback evidence carried into the present one?

Buckets are the change's own and stay for the whole ramp, so that people who meet bad events in every stage come
back in the same arm. Their second event is no new evidence of chance. Where a stage is at least five times as wide
as the one before (1 %, 10 %, 50 %) most of them were in the control arm before, and the product over stages keeps
its promise: measured on harmless ramps with unequal users 3.0 to 3.5 % false rollback at alpha 5 %. Where a plan
widens in small steps it does not (nine steps: 8 to 10 %). There evidence begins anew, and alpha is divided over
the parts, which is valid whatever comes back.
"""

from __future__ import annotations

from leverframe.nouns.ramps import Clause, RampPlan, Stage

LEAST_WIDENING = 5.0
ALL_PERCENT = 100.0


def carried_from(plan: RampPlan) -> tuple[int, ...]:
    """Return, for each stage, the stage (from 1) with which its evidence began."""
    begins: list[int] = []
    for number, stage in enumerate(plan.stages, start=1):
        carries = begins and _widens(plan.stages[number - 2], stage)
        begins.append(begins[-1] if carries else number)
    return tuple(begins)


def _widens(earlier: Stage, later: Stage) -> bool:
    """Say whether all who were asked before are asked again in a much wider share (or all have the candidate)."""
    return all(any(_is_wider(clause, before) for clause in later.clauses) for before in earlier.clauses)


def _is_wider(clause: Clause, before: Clause) -> bool:
    parts = (
        (clause.regions, before.regions), (clause.rings, before.rings), (clause.cohorts, before.cohorts),
    )  # fmt: skip
    covers = all(_covers(wider, narrower) for wider, narrower in parts)
    enough = min(ALL_PERCENT, LEAST_WIDENING * before.share_percent)
    return covers and clause.share_percent >= enough


def _covers(wider: tuple[str, ...], narrower: tuple[str, ...]) -> bool:
    """Say whether one list of regions, rings or cohorts holds another; an empty one means all."""
    return not wider or (bool(narrower) and set(narrower) <= set(wider))
