"""Is the blast radius sized, and within the population?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.gates.facts import ShipFacts


def blast_radius(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where users, regions, rings or the cap do not fit the catalog's population or the plan."""
    faults = [fault for target in facts.targets for fault in _faults(change, target)]
    if faults:
        return failed(
            "blast_radius", "; ".join(faults), remedy="correct the blast radius or the plan", who=change.author
        )
    radius = change.blast_radius
    where = ", ".join(radius.regions)
    cap = f"at most {radius.max_share_percent:g} % before settlement"
    return passed("blast_radius", f"{radius.users:,} users in {where}, {cap}")


def reached(change: Change, target: Target) -> int:
    """Count the users of a target inside the ticket's regions and rings."""
    radius = change.blast_radius
    cells = (
        c for c in target.population if c.region in radius.regions and (not radius.rings or c.ring in radius.rings)
    )
    return sum(cell.users for cell in cells)


def _faults(change: Change, target: Target) -> Iterator[str]:
    radius, inside = change.blast_radius, reached(change, target)
    unknown = [region for region in radius.regions if region not in target.regions]
    if not radius.regions:
        yield "no region is named"
    if unknown:
        yield f"{target.id} has no users in {', '.join(unknown)}"
    if not 0 < radius.max_share_percent <= 100:
        yield f"the cap of {radius.max_share_percent:g} % is not between 0 and 100"
    if radius.users != inside and not unknown:
        yield f"{radius.users:,} users are named, and {inside:,} are in the ticket's regions and rings"
    yield from _stages_over_cap(change, target)


def _stages_over_cap(change: Change, target: Target) -> Iterator[str]:
    cap = change.blast_radius.max_share_percent
    for number, stage in enumerate(change.plan.stages[:-1], 1):
        if stage.share_percent > cap and not any(clause.regions or clause.rings for clause in stage.clauses):
            yield f"stage {number} widens to {stage.share_percent:g} %, above the cap of {cap:g} %"
    outside = {r for s in change.plan.stages for c in s.clauses for r in c.regions} - set(change.blast_radius.regions)
    if outside:
        yield f"the plan widens in {', '.join(sorted(outside))}, which the ticket does not name"
