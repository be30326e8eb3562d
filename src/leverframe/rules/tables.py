"""What do the gateways obey now?

The interlock is here: whoever asks, a table that would show a candidate to more of a feature's population than
its ticket allows is not made.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.ramps import Clause, Ramp, RampPlan, RampState
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable, Slice
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell, Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Refused, Verdict, failed, passed
from leverframe.rules.switches import is_expired, thrown_models

GATE = "interlock"


class RampFacts(NamedTuple):
    """A ramp, its plan, the unit that it brings, and its ticket's blast radius."""

    ramp: Ramp
    plan: RampPlan
    candidate: Unit
    blast_radius: BlastRadius


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What a table is made of.

    `current` maps a target to its adopted unit, `rings` a tenant to its ring. Ramps that have ended are passed
    over. Where `now` is given, thrown tenant switches that have expired and lapse by themselves are left out.
    """

    targets: Mapping[str, Target]
    current: Mapping[str, Unit]
    ramps: Sequence[RampFacts] = ()
    switches: Sequence[Switch] = ()
    rings: Mapping[str, str] = field(default_factory=dict)
    candidate_lease_seconds: float = 300.0
    now: datetime | None = None
    exercises: Mapping[str, Slice] = field(default_factory=dict)


def compile_table(number: Number, facts: TableFacts, *, withhold: bool = False) -> RouteTable:
    """Return the route table of these facts; raises Refused where a ramp breaks its interlock.

    With `withhold` such a ramp is left out instead, so that current serves to all: for acts that narrow (a kill,
    an abort, a roll back), which nothing may stop.
    """
    ramps = [RampFacts(*each) for each in facts.ramps if each[0].state is RampState.RAMPING]
    doubled = {target for target, count in Counter(each.ramp.target for each in ramps).items() if count > 1}
    verdicts = [check_ramp(each, doubled, facts.targets) for each in ramps]
    if not withhold and any(verdict.refuses for verdict in verdicts):
        raise Refused(verdicts)
    standing = [each for each, verdict in zip(ramps, verdicts, strict=True) if not verdict.refuses]
    return _table(number, facts, {each.ramp.target: _candidate(each, facts.targets) for each in standing})


def check_ramp(facts: RampFacts, doubled: Collection[str], targets: Mapping[str, Target]) -> Verdict:
    """Say whether a ramp may stand in a table as it is: its target not a doubled one, a known stage, within
    the cap."""
    ramp, plan, _, blast_radius = facts
    target = targets.get(ramp.target)
    if target is None:
        return _no(ramp, f"there is no target {ramp.target}", "end the ramp, or bring the target back to the catalog")
    if ramp.target in doubled:
        return _no(ramp, f"{ramp.target} has more than one ramp", "end all of them but one")
    if not 1 <= ramp.stage <= len(plan.stages):
        return _no(ramp, f"its plan has no stage {ramp.stage}", "abort the ramp and file the change again")
    return check_cap(ramp, plan, target, blast_radius)


def check_cap(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> Verdict:
    """Say whether a ramp's exposure is within its ticket's `max_share_percent`; the last stage is settlement."""
    clauses = [clause for stage in plan.stages[: ramp.stage] for clause in stage.clauses]
    if not all(math.isfinite(clause.share_percent) and 0 <= clause.share_percent <= 100 for clause in clauses):
        return _no(ramp, "a share of its plan is not between 0 and 100 percent", "file the change with another plan")
    if any(clause.cohorts for clause in clauses):
        return _no(ramp, "its plan names cohorts, which gateways cannot tell", "name rings in place of cohorts")
    if ramp.stage >= len(plan.stages):
        return passed(GATE, f"{ramp.change} is at its last stage, which is settlement")
    share = _weighted_percent(_bounds(ramp, plan, target, blast_radius), target)
    cap = blast_radius.max_share_percent
    if not math.isfinite(cap) or share > Fraction(cap):
        because = (
            f"stage {ramp.stage} would reach {float(share):.4g}% of {target.id}'s users; its ticket allows {cap:g}%"
        )
        return _no(ramp, because, "file the change with a larger blast radius, or with smaller stages")
    return passed(GATE, f"stage {ramp.stage} reaches {float(share):.4g}% of {target.id}'s users, within {cap:g}%")


def shares(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> dict[str, float]:
    """Return the exact share of buckets (0 to 1) that is exposed in each cell `region|ring` of the ticket."""
    return {cell: bound / BUCKETS for cell, bound in _bounds(ramp, plan, target, blast_radius).items()}


def cells_of(target: Target) -> tuple[Cell, ...]:
    """Return the target's population, or its one cell where the catalog names none."""
    return target.population or (Cell(EVERYWHERE, LAST_RING, 0),)


def _bounds(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> dict[str, int]:
    """Lower the clauses to one bound a cell: the largest share of this stage, where published, and of all earlier."""
    bounds: dict[str, int] = {}
    for cell in cells_of(target):
        if not _within(cell, blast_radius.regions, blast_radius.rings):
            continue
        reaching = (clause for clause in _published(ramp, plan, cell) if _within(cell, clause.regions, clause.rings))
        bounds[f"{cell.region}|{cell.ring}"] = max((_bound(clause.share_percent) for clause in reaching), default=0)
    return bounds


def _published(ramp: Ramp, plan: RampPlan, cell: Cell) -> Iterable[Clause]:
    stages = plan.stages[: ramp.stage] if cell.region in ramp.published else plan.stages[: ramp.stage - 1]
    return (clause for stage in stages for clause in stage.clauses if not clause.cohorts)


def _within(cell: Cell, regions: Sequence[str], rings: Sequence[str]) -> bool:
    return (not regions or cell.region in regions) and (not rings or cell.ring in rings)


@lru_cache(maxsize=1024)
def _bound(share_percent: float) -> int:
    """Return the exclusive bucket bound of a share, rounded down, so that it never exceeds what was signed."""
    return int(Fraction(repr(float(share_percent))) * BUCKETS / 100)


def _weighted_percent(bounds: Mapping[str, int], target: Target) -> Fraction:
    """Weigh each cell's share by its users; without any count of users, the largest share speaks for all."""
    if not target.users:
        return Fraction(max(bounds.values(), default=0) * 100, BUCKETS)
    reached = sum(cell.users * bounds.get(f"{cell.region}|{cell.ring}", 0) for cell in target.population)
    return Fraction(reached * 100, BUCKETS * target.users)


def _no(ramp: Ramp, because: str, remedy: str) -> Verdict:
    return failed(GATE, f"{ramp.change}: {because}", remedy=remedy)


def _candidate(facts: RampFacts, targets: Mapping[str, Target]) -> CandidateRoute:
    ramp, plan, unit, blast_radius = facts
    bounds = _bounds(ramp, plan, targets[ramp.target], blast_radius)
    return CandidateRoute(ramp.change, ramp.stage, unit, ramp.salt, bounds)


def _table(number: Number, facts: TableFacts, candidates: Mapping[str, CandidateRoute]) -> RouteTable:
    thrown = [switch for switch in facts.switches if switch.thrown and not _lapsed(switch, facts.now)]
    fallbacks = _own_fallbacks(facts.switches)
    return RouteTable(
        number=number,
        features={target.id: _feature(target, facts, candidates, fallbacks) for target in facts.targets.values()},
        thrown_features=frozenset(switch.key for switch in thrown if switch.layer is Layer.FEATURE),
        thrown_models=thrown_models(thrown),
        thrown_tenants=frozenset(switch.key for switch in thrown if switch.layer is Layer.TENANT),
        rings=dict(facts.rings),
        candidate_lease_seconds=facts.candidate_lease_seconds,
        exercises=dict(facts.exercises),
    )


def _feature(
    target: Target, facts: TableFacts, candidates: Mapping[str, CandidateRoute], fallbacks: Mapping[str, str]
) -> FeatureRoute:
    return FeatureRoute(
        current=facts.current.get(target.id),
        fallback=fallbacks.get(target.id, target.fallback),
        candidate=candidates.get(target.id),
        regions=tuple(dict.fromkeys(cell.region for cell in cells_of(target))),
        rings=tuple(dict.fromkeys(cell.ring for cell in cells_of(target))),
    )


def _own_fallbacks(switches: Sequence[Switch]) -> dict[str, str]:
    """The lever's own fallback speaks before the catalog's: it is the one that was exercised."""
    named = (switch for switch in reversed(switches) if switch.layer is Layer.FEATURE and switch.fallback)
    return {switch.key: switch.fallback for switch in named}


def _lapsed(switch: Switch, now: datetime | None) -> bool:
    if now is None or switch.layer is not Layer.TENANT or switch.on_expiry is OnExpiry.STAY:
        return False
    return is_expired(switch, now)
