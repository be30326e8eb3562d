"""What do the gateways obey now?

The interlock is here: whoever asks, a table that would show a candidate to more of a feature's population than
its ticket allows, or to a later audience more widely than to an earlier one, is not made.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.ramps import Ramp, RampPlan, RampState
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable, Slice
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell, Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Refused, Verdict, failed, passed
from leverframe.rules.audience_order import breaches
from leverframe.rules.lowering import Lowered, cells_of, cells_within, key, lower, shares, standing
from leverframe.rules.switches import check_circles, is_expired, thrown_models

__all__ = ["RampFacts", "TableFacts", "cells_of", "check_cap", "check_ramp", "compile_table", "shares"]

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
    scored_percent: float = 100.0
    now: datetime | None = None
    exercises: Mapping[str, Slice] = field(default_factory=dict)


def compile_table(number: Number, facts: TableFacts, *, withhold: bool = False) -> RouteTable:
    """Return the route table of these facts; raises Refused where a ramp breaks its interlock, or models' fallbacks
    go in a circle.

    With `withhold` such a ramp is left out instead, so that current serves to all, and a circle has no end: for acts
    that narrow (a kill, an abort, a roll back), which nothing may stop.
    """
    ramps = [RampFacts(*each) for each in facts.ramps if each[0].state is RampState.RAMPING]
    doubled = {target for target, count in Counter(each.ramp.target for each in ramps).items() if count > 1}
    verdicts = [check_ramp(each, doubled, facts.targets) for each in ramps]
    faults = [*verdicts, *check_circles(facts.switches)]
    if not withhold and any(verdict.refuses for verdict in faults):
        raise Refused(faults)
    standing = [each for each, verdict in zip(ramps, verdicts, strict=True) if not verdict.refuses]
    return _table(number, facts, {each.ramp.target: _candidate(each, facts.targets) for each in standing})


def check_ramp(facts: RampFacts, doubled: Collection[str], targets: Mapping[str, Target]) -> Verdict:
    """Say whether a ramp may stand in a table as it is: its target not a doubled one, a known stage, within the cap,
    its audiences in their order."""
    ramp, plan, _, blast_radius = facts
    target = targets.get(ramp.target)
    if target is None:
        return _no(ramp, f"there is no target {ramp.target}", "end the ramp, or bring the target back to the catalog")
    if ramp.target in doubled:
        return _no(ramp, f"{ramp.target} has more than one ramp", "end all of them but one")
    if not 1 <= ramp.stage <= len(plan.stages):
        return _no(ramp, f"its plan has no stage {ramp.stage}", "abort the ramp and file the change again")
    capped = check_cap(ramp, plan, target, blast_radius)
    return capped if capped.refuses else check_order(ramp, plan, target, blast_radius) or capped


def check_cap(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> Verdict:
    """Say whether a ramp's exposure is within its ticket's `max_share_percent`; the last stage is settlement."""
    clauses = [clause for stage in plan.stages[: ramp.stage] for clause in stage.clauses]
    if not all(math.isfinite(clause.share_percent) and 0 <= clause.share_percent <= 100 for clause in clauses):
        return _no(ramp, "a share of its plan is not between 0 and 100 percent", "file the change with another plan")
    if ramp.stage >= len(plan.stages):
        return passed(GATE, f"{ramp.change} is at its last stage, which is settlement")
    share = _weighted_percent(lower(ramp, plan, target, blast_radius), target)
    cap = blast_radius.max_share_percent
    if not math.isfinite(cap) or share > Fraction(cap):
        because = (
            f"stage {ramp.stage} would reach {float(share):.4g}% of {target.id}'s users; its ticket allows {cap:g}%"
        )
        return _no(ramp, because, "file the change with a larger blast radius, or with smaller stages")
    return passed(GATE, f"stage {ramp.stage} reaches {float(share):.4g}% of {target.id}'s users, within {cap:g}%")


def check_order(ramp: Ramp, plan: RampPlan, target: Target, blast_radius: BlastRadius) -> Verdict | None:
    """Say no where an audience is reached further, as the ramp stands, than the policy's order allows."""
    if not target.order.enforced:
        return None
    inside = cells_within(target, blast_radius)
    stands = {cell: standing(ramp, cell.region) if cell in inside else 0 for cell in cells_of(target)}
    found = [breach.because for breach in breaches(plan, stands, target.order)]
    if not found:
        return None
    remedy = "file the change with another plan; a ramp that stands so is aborted, or settles, first"
    return _no(ramp, "; ".join(found), remedy)


def _weighted_percent(lowered: Lowered, target: Target) -> Fraction:
    """Weigh each cell's share by its users; without any count of users, the largest share speaks for all."""
    if not target.users:
        return Fraction(max((_widest(lowered, cell) for cell in cells_of(target)), default=0) * 100, BUCKETS)
    reached = sum(_reached(lowered, cell) for cell in target.population)
    return Fraction(reached * 100, BUCKETS * target.users)


def _reached(lowered: Lowered, cell: Cell) -> int:
    """Count the users of a cell that may be reached, times BUCKETS.

    A cohort whose users the catalog does not say counts as the whole cell; who may be in two is counted in both.
    """
    below = lowered.below.get(key(cell), 0)
    if not lowered.cohorts:
        return cell.users * below
    wider = {name: bounds[key(cell)] - below for name, bounds in lowered.cohorts.items() if key(cell) in bounds}
    more = sum(_of_cohort(cell, name) * extra for name, extra in wider.items())
    return min(cell.users * below + more, cell.users * _widest(lowered, cell))


def _of_cohort(cell: Cell, cohort: str) -> int:
    users = cell.users_of(cohort)
    return cell.users if users is None else users


def _widest(lowered: Lowered, cell: Cell) -> int:
    return max(bounds.get(key(cell), 0) for bounds in (lowered.below, *lowered.cohorts.values()))


def _no(ramp: Ramp, because: str, remedy: str) -> Verdict:
    return failed(GATE, f"{ramp.change}: {because}", remedy=remedy)


def _candidate(facts: RampFacts, targets: Mapping[str, Target]) -> CandidateRoute:
    ramp, plan, unit, blast_radius = facts
    below, cohorts = lower(ramp, plan, targets[ramp.target], blast_radius)
    return CandidateRoute(ramp.change, ramp.stage, unit, ramp.salt, below, cohorts)


def _table(number: Number, facts: TableFacts, candidates: Mapping[str, CandidateRoute]) -> RouteTable:
    thrown = [switch for switch in facts.switches if switch.thrown and not _lapsed(switch, facts.now)]
    fallbacks = _own_fallbacks(facts.switches)
    return RouteTable(
        number=number,
        features={target.id: _feature(target, facts, candidates, fallbacks) for target in facts.targets.values()},
        thrown_features=frozenset(switch.key for switch in thrown if switch.layer is Layer.FEATURE),
        thrown_models=thrown_models(facts.switches),
        thrown_tenants=frozenset(switch.key for switch in thrown if switch.layer is Layer.TENANT),
        rings=dict(facts.rings),
        candidate_lease_seconds=facts.candidate_lease_seconds,
        scored_percent=facts.scored_percent,
        exercises=dict(facts.exercises),
    )


def _feature(
    target: Target, facts: TableFacts, candidates: Mapping[str, CandidateRoute], fallbacks: Mapping[str, str]
) -> FeatureRoute:
    return FeatureRoute(
        current=facts.current.get(target.id),
        fallback=fallbacks.get(target.id, target.fallback),
        candidate=candidates.get(target.id),
        regions=target.regions or (EVERYWHERE,),
        rings=target.rings or (LAST_RING,),
        models=target.allowed_models,
    )


def _own_fallbacks(switches: Sequence[Switch]) -> dict[str, str]:
    """The lever's own fallback speaks before the catalog's: it is the one that was exercised."""
    named = (switch for switch in reversed(switches) if switch.layer is Layer.FEATURE and switch.fallback)
    return {switch.key: switch.fallback for switch in named}


def _lapsed(switch: Switch, now: datetime | None) -> bool:
    if now is None or switch.layer is not Layer.TENANT or switch.on_expiry is OnExpiry.STAY:
        return False
    return is_expired(switch, now)
