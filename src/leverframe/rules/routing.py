"""Which unit answers this request, and why?

Standard library and xxhash only: a gateway embeds it. What a feature answers is worked out on its first use;
after that a request costs a few dict lookups and, where a ramp is under way, one hash. Nothing is built on the
way: a Decision costs more to make than to find.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from xxhash import xxh3_64_intdigest

from leverframe.nouns.tables import BUCKETS, CandidateRoute, Decision, FeatureRoute, Reason, RouteTable, Variant
from leverframe.nouns.targets import EVERYWHERE, LAST_RING
from leverframe.nouns.units import Unit, allows


def bucket(salt: str, subject: str) -> int:
    """Return a subject's bucket, 0 to 2**64 - 1: xxh3_64 (seed 0) over `salt:subject` in UTF-8.

    The same on every gateway and in every language; docs/reference/buckets.md lists vectors.
    """
    return xxh3_64_intdigest(f"{salt}:{subject}".encode())


@lru_cache(maxsize=1024)
def bound(share_percent: float) -> int:
    """Return the exclusive bucket bound of a share, rounded down, so that it never exceeds what was signed."""
    return int(Fraction(repr(float(share_percent))) * BUCKETS / 100)


NO_FALLBACKS: Mapping[str, str] = {}

Places = tuple[dict[str, int], dict[str, int]]
"""The places of a feature's regions, and of its rings."""

# What a feature answers lies in one tuple, because at 10,000 features it is memory that takes the time:
# (None, decision) where there is no ramp, else (places, salt with its colon, bounds, candidate, not exposed,
# no subject, lease expired). A cell's bound is at its region's place plus its ring's. The last of both are at 0: that
# is also where the unknown ones are. Features with the same places or bounds share them.


class Router:
    """One route table, ready to be asked. It never changes; a newer table is a newer Router.

    `fallbacks` are what users of a feature get where it is off and the table names nothing.
    """

    __slots__ = ("_answers", "_bounds", "_cohorts", "_fallbacks", "_killed", "_places", "_rings", "_tenants", "table")

    def __init__(self, table: RouteTable, fallbacks: Mapping[str, str] = NO_FALLBACKS) -> None:
        self.table = table
        self._fallbacks = fallbacks
        self._tenants = table.thrown_tenants
        self._rings = table.rings
        self._answers: dict[str, tuple[Any, ...]] = {}
        self._cohorts: dict[str, list[_Cohort]] = {}
        self._killed: dict[str, Decision] = {}
        self._places: dict[tuple[tuple[str, ...], tuple[str, ...]], Places] = {}
        self._bounds: dict[tuple[int, ...], tuple[int, ...]] = {}

    def route(
        self,
        feature: str,
        subject: str | None = None,
        tenant: str | None = None,
        region: str | None = None,
        conversation: str | None = None,
        lease_ok: bool = True,
        cohorts: Collection[str] = (),
    ) -> Decision:
        """Answer one request: tenant, feature, then the unit (audience and share), then that unit's model.

        Without a subject the conversation is bucketed, then the tenant; with none of them current serves. An unknown
        region or tenant is in the last. `lease_ok` False serves current to all. `cohorts` are those that the caller
        says this user is in.
        """
        if tenant in self._tenants:
            return self._killed.get(feature) or self._kill(feature)
        answers = self._answers.get(feature)
        if answers is None:
            answers = self._first_use(feature)
        places = answers[0]
        if places is None:
            return answers[1]
        if not lease_ok:
            return answers[6]
        key = subject or conversation or tenant
        if not key:
            return answers[5]
        place = places[0].get(region, 0)
        ring = self._rings.get(tenant)  # pyright: ignore[reportArgumentType]
        if ring is not None:
            place += places[1].get(ring, 0)
        if cohorts:
            return self._in_cohorts(feature, answers, key, place, cohorts)
        if xxh3_64_intdigest(f"{answers[1]}{key}".encode()) < answers[2][place]:
            return answers[3]
        return answers[4]

    def _in_cohorts(
        self, feature: str, answers: tuple[Any, ...], key: str, place: int, cohorts: Collection[str]
    ) -> Decision:
        """Answer by the largest bound that applies: among equals a cohort's before the cell's, and the first by name.

        Both answers name that cohort: whoever is in it is counted apart from the rest of the cell.
        """
        bound, exposed, beside = answers[2][place], answers[3], answers[4]
        told = (cohorts,) if isinstance(cohorts, str) else cohorts
        for cohort in self._cohorts.get(feature, ()):
            mine = cohort.bounds.get(place, -1)
            if cohort.name in told and (mine > bound or (mine == bound and not exposed.cohort)):
                bound, exposed, beside = mine, cohort.exposed, cohort.beside
        return exposed if xxh3_64_intdigest(f"{answers[1]}{key}".encode()) < bound else beside

    def table_for(
        self, subject: str | None, tenant: str | None, conversation: str | None, lease_ok: bool = True
    ) -> RouteTable:
        """Return the table that stands for a caller: the same for all."""
        return self.table

    def cell(self, feature: str, tenant: str | None, region: str | None) -> tuple[str, str]:
        """Return the (region, ring) in which a request is counted: the last where it is unknown."""
        route = self.table.features.get(feature)
        ring = self._rings.get(tenant or "", "")
        if route is None:
            return region or "", ring or LAST_RING
        regions, rings = _regions(route), _rings(route)
        return region if region in regions else regions[-1], ring if ring in rings else rings[-1]

    def salt(self, feature: str, change: str) -> str:
        """Return the salt of a change's ramp on a feature, or "" where another or none is under way."""
        route = self.table.features.get(feature)
        candidate = route.candidate if route is not None else None
        return candidate.salt if candidate is not None and candidate.change == change else ""

    def _first_use(self, feature: str) -> tuple[Any, ...]:
        """Work out what a feature answers, and keep it. Unknown names are not kept: they have no end."""
        route = self._route_of(feature)
        if feature in self.table.thrown_features:
            answers = (None, _off(Reason.FEATURE_THROWN, self.table, route.fallback))
        elif feature not in self.table.features:
            return (None, _off(Reason.UNKNOWN_FEATURE, self.table, route.fallback))
        elif route.candidate is None:
            answers = (None, _current(route, self.table, Reason.CURRENT))
        else:
            answers = self._ramped(feature, route, route.candidate)
        self._answers[feature] = answers
        return answers

    def _route_of(self, feature: str) -> FeatureRoute:
        """Return what the table says of a feature, with the fallback that stands in where it names none."""
        route = self.table.features.get(feature) or FeatureRoute(None)
        fallback = "" if route.fallback else self._fallbacks.get(feature, "")
        return replace(route, fallback=fallback) if fallback else route

    def _ramped(self, feature: str, route: FeatureRoute, candidate: CandidateRoute) -> tuple[Any, ...]:
        def current(reason: Reason) -> Decision:
            return replace(_current(route, self.table, reason), change=candidate.change, stage=candidate.stage)

        regions, rings = _regions(route), _rings(route)
        cells = [f"{region}|{ring}" for region in reversed(regions) for ring in reversed(rings)]
        bounds = tuple(candidate.below.get(cell, 0) for cell in cells)
        exposed = _candidate(route, candidate, self.table, current)
        beside = current(Reason.RAMP_SUSPENDED if _is_thrown(candidate.unit, self.table) else Reason.NOT_EXPOSED)
        if candidate.cohorts:
            self._cohorts[feature] = _cohorts(candidate, cells, exposed, beside)
        return (
            self._shared_places(regions, rings),
            f"{candidate.salt}:",
            self._bounds.setdefault(bounds, bounds),
            exposed,
            beside,
            current(Reason.NO_SUBJECT),
            current(Reason.LEASE_EXPIRED),
        )

    def _shared_places(self, regions: tuple[str, ...], rings: tuple[str, ...]) -> Places:
        known = self._places.get((regions, rings))
        if known is None:
            known = (
                {region: place * len(rings) for place, region in enumerate(reversed(regions))},
                {ring: place for place, ring in enumerate(reversed(rings))},
            )
            self._places[(regions, rings)] = known
        return known

    def _kill(self, feature: str) -> Decision:
        decision = _off(Reason.TENANT_THROWN, self.table, self._route_of(feature).fallback)
        if feature in self.table.features:
            self._killed[feature] = decision
        return decision


@dataclass(frozen=True, slots=True)
class _Cohort:
    """A cohort's bounds, by the place of the cell, and the two answers that name it."""

    name: str
    bounds: dict[int, int]
    exposed: Decision
    beside: Decision


def _cohorts(candidate: CandidateRoute, cells: list[str], exposed: Decision, beside: Decision) -> list[_Cohort]:
    places = {cell: place for place, cell in enumerate(cells)}
    return [
        _Cohort(
            name,
            {places[cell]: bound for cell, bound in candidate.cohorts[name].items() if cell in places},
            replace(exposed, cohort=name),
            replace(beside, cohort=name),
        )
        for name in sorted(candidate.cohorts)
    ]


def _candidate(
    route: FeatureRoute, candidate: CandidateRoute, table: RouteTable, current: Callable[[Reason], Decision]
) -> Decision:
    """A candidate whose model is thrown gives way to the whole current unit: units are not mixed."""
    if _is_thrown(candidate.unit, table):
        return current(Reason.CANDIDATE_MODEL_THROWN)
    suspended = route.current is not None and _is_thrown(route.current, table)
    return Decision(
        serve=True,
        unit=candidate.unit,
        variant=Variant.CANDIDATE,
        reason=Reason.RAMP_SUSPENDED if suspended else Reason.CANDIDATE,
        change=candidate.change,
        stage=candidate.stage,
        number=table.number,
    )


def _is_thrown(unit: Unit, table: RouteTable) -> bool:
    return unit.model in table.thrown_models


def _current(route: FeatureRoute, table: RouteTable, reason: Reason) -> Decision:
    """Answer with the current unit, whose model follows its fallback chain to the first that the feature may use; off
    where none is left."""
    unit = route.current
    if unit is None:
        return _off(Reason.NO_UNIT, table, route.fallback)
    chain = table.thrown_models.get(unit.model)
    if chain is None:
        return _serve(unit, reason, table, route.fallback)
    instead = next((model for model in chain if allows(route.models, model)), "")
    if not instead:
        return _off(Reason.MODEL_OFF, table, route.fallback)
    return _serve(replace(unit, model=instead), Reason.MODEL_FALLBACK, table, route.fallback)


def _serve(unit: Unit, reason: Reason, table: RouteTable, fallback: str) -> Decision:
    return Decision(True, unit, Variant.CURRENT, reason, fallback=fallback, number=table.number)


def _off(reason: Reason, table: RouteTable, fallback: str) -> Decision:
    return Decision(False, None, Variant.OFF, reason, fallback=fallback, number=table.number)


def _regions(route: FeatureRoute) -> tuple[str, ...]:
    return route.regions or (EVERYWHERE,)


def _rings(route: FeatureRoute) -> tuple[str, ...]:
    return route.rings or (LAST_RING,)
