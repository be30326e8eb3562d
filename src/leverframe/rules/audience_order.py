"""Does a ramp reach its audiences in the policy's order, the next never wider than allowed?

Three orders: of the rings within a region, of the regions (groups of equals), of the cohorts within a region's ring,
where whoever is in no cohort comes last. Compared is like with like: one ring in two regions, two rings in one
region, two cohorts in one cell; each later one with every earlier one. Allowed is a part of the earlier share (all of
it, unless the policy says less), and everything where the earlier one has everyone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from leverframe.nouns.audiences import AudienceOrder
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell
from leverframe.rules.lowering import cohorts_of, percent_of

EVERYONE = 100.0


class Part(NamedTuple):
    """A cohort ("" for none) of one ring of one region: what a clause can tell apart."""

    region: str
    ring: str
    cohort: str

    @property
    def words(self) -> str:
        """Name it for people: `everyone in eu`, `opted_in in internal in eu`; what every feature has is left out."""
        ring = "" if self.ring == LAST_RING and self.cohort else self.ring
        region = "" if self.region == EVERYWHERE else self.region
        return " in ".join(filter(None, (self.cohort, ring, region)))


Shares = Mapping[Part, float]
"""How far each part is reached, in percent."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A later part that is reached further than an earlier one allows; shares are percent."""

    later: Part
    share_percent: float
    earlier: Part
    earlier_percent: float
    allowed_percent: float

    @property
    def because(self) -> str:
        """Say who would be wider than whom."""
        most = f", and {self.allowed_percent:g} % is the most" if self.allowed_percent != self.earlier_percent else ""
        return (
            f"{self.later.words} would be at {self.share_percent:g} % while {self.earlier.words}, which comes first, "
            f"is at {self.earlier_percent:g} %{most}"
        )


@dataclass(frozen=True, slots=True)
class OrderFault:
    """A stage that breaks the order, for whom, and what would mend it."""

    stage: int
    breach: Breach
    because: str
    remedy: str


def order_faults(
    plan: RampPlan, cells: Sequence[Cell], order: AudienceOrder, outside: Sequence[Cell] = ()
) -> Iterator[OrderFault]:
    """Yield every fault of a plan whose stages reach all their regions: each where it begins, or grows.

    Cells `outside` the ticket are reached by none of them.
    """
    before: dict[tuple[Part, Part], float] = {}
    for stage in range(1, len(plan.stages) + 1):
        stands = {**dict.fromkeys(outside, 0), **dict.fromkeys(cells, stage)}
        found = {(each.later, each.earlier): each for each in breaches(plan, stands, order)}
        for pair, breach in found.items():
            if breach.share_percent > before.get(pair, 0.0):
                yield _fault(stage, breach)
        before = {pair: breach.share_percent for pair, breach in found.items()}


def breaches(plan: RampPlan, stands: Mapping[Cell, int], order: AudienceOrder) -> Iterator[Breach]:
    """Yield every part that is wider than an earlier one allows, beside the one that allows it least.

    `stands` says of each cell of the population which stage it has reached; 0 is none.
    """
    if not _can_differ(plan, stands, order):
        return
    shares = shares_at(plan, stands, order)
    for along in _alongs(order):
        for each in _along(shares, along):
            if not _is_told_of_everyone(shares, each):
                yield each


def shares_at(plan: RampPlan, stands: Mapping[Cell, int], order: AudienceOrder) -> dict[Part, float]:
    """Return how far each part of the population is reached, where each cell stands at a stage.

    Cohorts are told apart where a clause names one, or where the policy asks for more than that none is wider than
    the one before; a cohort of which the catalog says that it has nobody in a cell is left out there.
    """
    named = cohorts_of(plan, max(stands.values(), default=0))
    cohorts = tuple(dict.fromkeys((*order.cohorts, *named))) if named or order.next_cohort_percent < EVERYONE else ()
    return {
        Part(cell.region, cell.ring, cohort): percent_of(plan, stage, cell, cohort)
        for cell, stage in stands.items()
        for cohort in (*cohorts, "")
        if not cohort or cell.users_of(cohort) != 0
    }


def unknown_cohorts(plan: RampPlan, order: AudienceOrder) -> tuple[str, ...]:
    """List the cohorts that a plan names and the policy does not."""
    return tuple(cohort for cohort in cohorts_of(plan, len(plan.stages)) if cohort not in order.cohorts)


def waits_for(
    plan: RampPlan, stage: int, entering: Sequence[str], cells: Sequence[Cell], order: AudienceOrder
) -> dict[str, tuple[str, ...]]:
    """Return for each region that a stage is to be published in those of them that must be reached before it."""
    if not _tells_regions_apart(cells, order):
        return {}
    now, then = (shares_at(plan, dict.fromkeys(cells, at), order) for at in (stage - 1, stage))
    waits: dict[str, list[str]] = {}
    for later, earlier in _neighbours(then, order):
        is_between = later.region in entering and earlier.region in entering
        stands = now.get(earlier, now[earlier._replace(cohort="")])
        if is_between and then[later] > allowed_after(stands, order.next_region_percent):
            waits.setdefault(later.region, []).append(earlier.region)
    return {region: tuple(dict.fromkeys(first)) for region, first in waits.items()}


def in_vain(
    plan: RampPlan, stage: int, entering: Sequence[str], cells: Sequence[Cell], order: AudienceOrder
) -> dict[str, Breach]:
    """Return the regions that a stage can never be published in, with why: it breaks the order where it is whole."""
    found = breaches(plan, dict.fromkeys(cells, stage), order) if order.enforced else ()
    return {each.later.region: each for each in found if each.later.region in entering}


def allowed_after(earlier_percent: float, next_percent: float) -> float:
    """Return how wide (in percent) the next may be beside one that is at a share."""
    if earlier_percent >= EVERYONE or next_percent >= EVERYONE:
        return earlier_percent
    return float(Fraction(repr(float(earlier_percent))) * Fraction(repr(float(next_percent))) / 100)


def _can_differ(plan: RampPlan, stands: Mapping[Cell, int], order: AudienceOrder) -> bool:
    """Say whether two parts could be reached differently at all, or must be: mostly every stage is for everybody."""
    if not (order.regions or order.cohorts or len(order.rings) > 1):
        return False
    if min(order.next_ring_percent, order.next_region_percent, order.next_cohort_percent) < EVERYONE:
        return True
    stages = set(stands.values())
    clauses = (clause for each in plan.stages[: max(stages, default=0)] for clause in each.clauses)
    return len(stages) > 1 or any(clause.regions or clause.rings or clause.cohorts for clause in clauses)


class _Along(NamedTuple):
    """One of the three orders: what two parts have in common, the place of each, and how wide the next may be."""

    beside: Callable[[Part], tuple[str, str]]
    rank: Callable[[Part], int]
    next_percent: float


def _alongs(order: AudienceOrder) -> Iterator[_Along]:
    """Yield the orders that the policy gives."""
    yield _Along(
        lambda part: (part.region, part.ring), lambda part: order.cohort_rank(part.cohort), order.next_cohort_percent
    )
    if len(order.rings) > 1:
        yield _Along(
            lambda part: (part.region, part.cohort), lambda part: order.ring_rank(part.ring), order.next_ring_percent
        )
    if order.regions:
        yield _along_regions(order)


def _along_regions(order: AudienceOrder) -> _Along:
    return _Along(
        lambda part: (part.ring, part.cohort), lambda part: order.region_rank(part.region), order.next_region_percent
    )


def _along(shares: Shares, along: _Along) -> Iterator[Breach]:
    """Compare the parts that differ in one thing only, each with the one that allows it least of those before it."""
    for parts in _alike(shares, along):
        tightest: Part | None = None
        for _, group in groupby(parts, along.rank):
            equals = list(group)
            if tightest is not None:
                allowed = allowed_after(shares[tightest], along.next_percent)
                wider = (part for part in equals if shares[part] > allowed)
                yield from (Breach(part, shares[part], tightest, shares[tightest], allowed) for part in wider)
            tightest = min((part for part in (tightest, *equals) if part is not None), key=shares.__getitem__)


def _alike(shares: Shares, along: _Along) -> Iterator[list[Part]]:
    """Yield the parts that differ in one thing only, first to last."""
    groups: dict[tuple[str, str], list[Part]] = {}
    for part in shares:
        groups.setdefault(along.beside(part), []).append(part)
    return (sorted(parts, key=along.rank) for parts in groups.values() if len(parts) > 1)


def _is_told_of_everyone(shares: Shares, breach: Breach) -> bool:
    """Say whether a cohort stands in both parts as everybody does, whose breach tells it already."""
    if not breach.later.cohort or breach.later.cohort != breach.earlier.cohort:
        return False
    return all(shares[part] == shares[part._replace(cohort="")] for part in (breach.later, breach.earlier))


def _tells_regions_apart(cells: Sequence[Cell], order: AudienceOrder) -> bool:
    ranked = order.enforced and bool(order.regions)
    return ranked and len({order.region_rank(cell.region) for cell in cells}) > 1


def _neighbours(shares: Shares, order: AudienceOrder) -> Iterator[tuple[Part, Part]]:
    """Yield each part with each that is the same in an earlier region."""
    along = _along_regions(order)
    for parts in _alike(shares, along):
        for later in parts:
            yield from ((later, earlier) for earlier in parts if along.rank(earlier) < along.rank(later))


def _fault(stage: int, breach: Breach) -> OrderFault:
    later, earlier = breach.later.words, breach.earlier.words
    lower = f", or take {later} to {breach.allowed_percent:g} % at most" if breach.allowed_percent else ""
    return OrderFault(stage, breach, f"at stage {stage} {breach.because}", f"reach {earlier} first{lower}")
