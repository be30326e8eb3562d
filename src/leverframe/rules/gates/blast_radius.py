"""Is the blast radius sized, and within the population?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.targets import EVERYWHERE, Cell, Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.exposure import share_of_cell
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.lowering import cells_of
from leverframe.rules.tables import check_cap


def blast_radius(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where users, regions, rings or the cap do not fit the catalog's population or the plan."""
    faults = [fault for target in facts.targets for fault in _faults(change, target, now)]
    if faults:
        return failed(
            "blast_radius", "; ".join(faults), remedy="correct the blast radius or the plan", who=change.author
        )
    radius = change.blast_radius
    where = "everywhere" if radius.regions == (EVERYWHERE,) else f"in {', '.join(radius.regions)}"
    cap = f"at most {radius.max_share_percent:g} % before settlement"
    return passed("blast_radius", f"{radius.users:,} users {where}, {cap}")


def reached(change: Change, target: Target) -> int:
    """Count the users of a target inside the ticket's regions and rings."""
    rings = change.blast_radius.rings
    cells = (cell for cell in cells_of(target) if cell.region in change.blast_radius.regions)
    return sum(cell.users for cell in cells if not rings or cell.ring in rings)


def _faults(change: Change, target: Target, now: datetime) -> Iterator[str]:
    radius, inside = change.blast_radius, reached(change, target)
    regions, rings = {cell.region for cell in cells_of(target)}, {cell.ring for cell in cells_of(target)}
    if not radius.regions:
        yield "no region is named"
    if unknown := [region for region in radius.regions if region not in regions]:
        yield f"{target.id} has no users in {', '.join(unknown)}"
    if strange := [ring for ring in radius.rings if ring not in rings]:
        yield f"{target.id} has no ring {', '.join(strange)}"
    if not 0 < radius.max_share_percent <= 100:
        yield f"the cap of {radius.max_share_percent:g} % is not between 0 and 100"
    if radius.users != inside and not unknown and not strange:
        yield f"{radius.users:,} users are named, and {inside:,} are in the ticket's regions and rings"
    yield from _outside(change)
    yield from _left_out(change, target)
    yield from _stages_over_cap(change, target, now)


def _outside(change: Change) -> Iterator[str]:
    named = {r for s in change.plan.stages for c in s.clauses for r in c.regions} - set(change.blast_radius.regions)
    if named:
        yield f"the plan widens in {', '.join(sorted(named))}, which the ticket does not name"


def _left_out(change: Change, target: Target) -> Iterator[str]:
    """Name whom settlement would reach unasked: it makes the candidate the current unit of the whole target."""
    radius, last = change.blast_radius, len(change.plan.stages)
    cells = cells_of(target)
    unnamed = [c for c in cells if c.region not in radius.regions or (radius.rings and c.ring not in radius.rings)]
    if unnamed:
        yield f"settlement reaches {_places(unnamed)}, which the ticket does not name"
    short = [c for c in cells if c not in unnamed and share_of_cell(change.plan, last, c.region, c.ring) < 1.0]
    if short:
        yield f"the last stage does not bring {_places(short)} to 100 %"


def _places(cells: list[Cell]) -> str:
    return ", ".join(dict.fromkeys(f"{cell.ring} in {cell.region}" for cell in cells))


def _stages_over_cap(change: Change, target: Target, now: datetime) -> Iterator[str]:
    """Ask of each stage what the route table's own interlock will ask: it is better refused here than in mid-ramp."""
    everywhere = dict.fromkeys(change.blast_radius.regions, now)
    for stage in range(1, len(change.plan.stages)):
        imagined = Ramp(change.id, target.id, RampState.RAMPING, stage, now, now, salt="", published=everywhere)
        verdict = check_cap(imagined, change.plan, target, change.blast_radius)
        if verdict.refuses:
            yield verdict.because.removeprefix(f"{change.id}: ")
