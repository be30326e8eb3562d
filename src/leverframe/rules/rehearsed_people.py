"""Who comes in the next minutes of a rehearsed ramp, and what do they meet?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.metrics import WHOLE_RAMP
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.tables import BUCKETS
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell
from leverframe.rules.drawing import Chance, binomial, poisson
from leverframe.rules.evidence_time import Traffic, events_within
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.lowering import cohorts_of, key, percent_of, share_of_all, standing, within
from leverframe.rules.routing import bound

NO_CELLS: Mapping[str, CellCounts] = {}


@dataclass(frozen=True, slots=True)
class Harm:
    """So many times as many people meet a guardrail's event on the candidate, from `after_minutes` of the ramp on."""

    guardrail: str = ""
    ratio: float = 1.0
    after_minutes: float = 0.0


class Part(NamedTuple):
    """A part of the population, named as gateways name it: `weight` of the feature's people, at a share (0 to 1)."""

    name: str
    weight: float
    share: float


@dataclass(frozen=True, slots=True)
class Came:
    """Who came from `since` to `until`, by part of the population, and what they met.

    `proof` says of a part what promotes, where that was counted apart. `harmed` met an event on the candidate that
    they would not have met beside it, on average.
    """

    since: datetime
    until: datetime
    cells: Mapping[str, CellCounts]
    proof: Mapping[str, CellCounts] = field(default_factory=lambda: NO_CELLS)
    harmed: float = 0.0

    @property
    def exposed(self) -> int:
        """Count who was served the candidate."""
        return sum(cell.candidate_units for cell in self.cells.values())


class People(Protocol):
    """Where people come from: from the traffic that is usual, or as an earlier ramp counted them."""

    def come(self, parts: Sequence[Part], begun: datetime, since: datetime, until: datetime) -> Iterable[Came]:
        """Tell who comes to these parts between two moments of a ramp that has begun at a third, in order."""
        ...

    def turns(self, begun: datetime, since: datetime) -> datetime | None:
        """Return the next moment at which one must look, whatever the bake is."""
        ...


@dataclass(slots=True)
class Simulated:
    """People who come at random as often as the feature's traffic lets them, and meet events as often as its do."""

    traffic: Traffic
    harm: Harm
    chance: Chance
    zone: str

    def come(self, parts: Sequence[Part], begun: datetime, since: datetime, until: datetime) -> Iterator[Came]:
        """Draw how many people of each part come to each arm, and how many of them meet each event."""
        people = events_within((until - since).total_seconds() / 60.0, 1.0, self.traffic, since, self.zone)
        harms = (since - begun).total_seconds() / 60.0 >= self.harm.after_minutes
        cells, harmed = {}, 0.0
        for part in parts:
            mean = people * part.weight
            units = poisson(self.chance, mean * part.share), poisson(self.chance, mean * (1.0 - part.share))
            cells[part.name], more = self._met(part.share, units, harms=harms)
            harmed += more
        yield Came(since, until, cells, harmed=harmed)

    def _met(self, share: float, units: tuple[int, int], *, harms: bool) -> tuple[CellCounts, float]:
        mine, theirs, harmed = {}, {}, 0.0
        for event, rate in self.traffic.bad_rate.items():
            worse = min(1.0, rate * self.harm.ratio) if harms and event == self.harm.guardrail else rate
            mine[event], theirs[event] = (
                binomial(self.chance, units[0], worse),
                binomial(self.chance, units[1], rate),
            )
            harmed += units[0] * (worse - rate)
        return CellCounts(share, *units, mine, theirs, mine, theirs), harmed

    def turns(self, begun: datetime, since: datetime) -> datetime | None:
        """Return no moment: nothing of the traffic is known that one must not miss."""
        return None


def parts_of(about: Question, ramp: Ramp) -> tuple[Part, ...]:
    """Return the parts of the ticket's population, each at the share of the buckets that has the candidate now.

    They are the route table's: a region's ring, and in it each cohort that the plan names. Where the catalog does not
    say how many people there are, each region has as many. What outside sources say of the whole ramp is a part by
    itself, in which nobody is.
    """
    everybody = sum(cell.users for cell in about.population)
    cells = within(about.population, about.regions, about.rings) if everybody else _evenly(about.regions)
    found = [
        Part(name, users / (everybody or len(cells)), _share(about, standing(ramp, cell.region), cell, cohort))
        for name, cell, cohort, users in _strata(cells, cohorts_of(about.plan, len(about.plan.stages)))
    ]
    if about.target and _has_outside_metrics(about, ramp.stage):
        found.append(Part(WHOLE_RAMP, 0.0, share_of_all({part.name: part.share for part in found}, about.target)))
    return tuple(found)


def weights_of(population: Sequence[Cell], cohorts: Sequence[str]) -> Mapping[str, float]:
    """Return which part of a feature's people is in each part of its population."""
    everybody = sum(cell.users for cell in population)
    return {name: users / everybody for name, _, _, users in _strata(population, cohorts)} if everybody else {}


def _strata(cells: Sequence[Cell], cohorts: Sequence[str]) -> Iterator[tuple[str, Cell, str, int]]:
    """Yield each part's name, cell, cohort and users."""
    for cell in cells:
        left = cell.users
        for cohort in cohorts:
            users = min(cell.users_of(cohort) or 0, left)
            left -= users
            yield f"{key(cell)}|{cohort}", cell, cohort, users
        yield key(cell), cell, "", left


def _evenly(regions: tuple[str, ...]) -> tuple[Cell, ...]:
    return tuple(Cell(region, LAST_RING, 1) for region in regions or (EVERYWHERE,))


def _share(about: Question, stage: int, cell: Cell, cohort: str) -> float:
    return bound(percent_of(about.plan, stage, cell, cohort)) / BUCKETS


def _has_outside_metrics(about: Question, stage: int) -> bool:
    return any(slo.guardrail in about.policy.metrics for slo in about.plan.stages[stage - 1].slos)
