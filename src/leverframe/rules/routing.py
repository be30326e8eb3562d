"""Which unit answers this request, and why?

Standard library and xxhash only: a gateway embeds it. What a feature answers is worked out on its first use;
after that a request costs a few dict lookups and, where a ramp is under way, one hash. Nothing is built on the
way: a Decision costs more to make than to find.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from xxhash import xxh3_64_intdigest

from leverframe.nouns.tables import CandidateRoute, Decision, FeatureRoute, Reason, RouteTable, Variant
from leverframe.nouns.targets import EVERYWHERE, LAST_RING
from leverframe.nouns.units import Unit


def bucket(salt: str, subject: str) -> int:
    """Return a subject's bucket, 0 to 2**64 - 1: xxh3_64 (seed 0) over `salt:subject` in UTF-8.

    The same on every gateway and in every language; docs/reference/buckets.md lists vectors.
    """
    return xxh3_64_intdigest(f"{salt}:{subject}".encode())


class Router:
    """One route table, ready to be asked. It never changes; a newer table is a newer Router."""

    __slots__ = ("_features", "_killed", "_rings", "_settled", "_tenants", "_unknown", "_waiting", "table")

    def __init__(self, table: RouteTable) -> None:
        self.table = table
        self._waiting = table.features
        self._tenants = frozenset(table.thrown_tenants)
        self._rings = table.rings
        self._settled: dict[str, Decision] = {}
        self._features: dict[str, _Ramped] = {}
        self._killed: dict[str, Decision] = {}
        self._unknown = _off(Reason.UNKNOWN_FEATURE, table, "")

    def route(
        self,
        feature: str,
        subject: str | None = None,
        tenant: str | None = None,
        region: str | None = None,
        conversation: str | None = None,
        lease_ok: bool = True,
    ) -> Decision:
        """Answer one request: tenant, feature, then the unit (audience and share), then that unit's model.

        Without a subject the conversation is bucketed, then the tenant; with none of them current serves.
        An unknown region or tenant is in the last. `lease_ok` False serves current to all.
        """
        if tenant in self._tenants:
            return self._killed.get(feature) or self._kill(feature)
        settled = self._settled.get(feature)
        if settled is not None:
            return settled
        ramped = self._features.get(feature)
        if ramped is None:
            return self._first_use(feature, subject, tenant, region, conversation, lease_ok)
        if not lease_ok:
            return ramped.lease_expired
        bounds = ramped.bounds.get(region)
        if bounds is None:
            bounds = ramped.last_bounds
        bound = bounds.get(self._rings.get(tenant))  # pyright: ignore[reportArgumentType]
        if bound is None:
            bound = bounds[None]
        key = subject or conversation or tenant
        if not key:
            return ramped.no_subject
        if xxh3_64_intdigest(f"{ramped.salt}{key}".encode()) < bound:
            return ramped.candidate
        return ramped.not_exposed

    def cell(self, feature: str, tenant: str | None, region: str | None) -> tuple[str, str]:
        """Return the (region, ring) in which a request is counted: the last where it is unknown."""
        route = self._waiting.get(feature)
        ring = self._rings.get(tenant or "", "")
        if route is None:
            return region or "", ring or LAST_RING
        regions, rings = _regions(route), _rings(route)
        return region if region in regions else regions[-1], ring if ring in rings else rings[-1]

    def salt(self, feature: str, change: str) -> str:
        """Return the salt of a change's ramp on a feature, or "" where another or none is under way."""
        route = self._waiting.get(feature)
        candidate = route.candidate if route is not None else None
        return candidate.salt if candidate is not None and candidate.change == change else ""

    def _first_use(
        self,
        feature: str,
        subject: str | None,
        tenant: str | None,
        region: str | None,
        conversation: str | None,
        lease_ok: bool,
    ) -> Decision:
        """Work out what a feature answers, keep it, and answer. Unknown names are not kept: they have no end."""
        route = self._waiting.get(feature)
        if feature in self.table.thrown_features:
            decision = _off(Reason.FEATURE_THROWN, self.table, route.fallback if route else "")
        elif route is None:
            return self._unknown
        elif route.candidate is None:
            decision = _current(route, self.table, Reason.CURRENT)
        else:
            self._features[feature] = _ramped(route, route.candidate, self.table)
            return self.route(feature, subject, tenant, region, conversation, lease_ok)
        self._settled[feature] = decision
        return decision

    def _kill(self, feature: str) -> Decision:
        route = self._waiting.get(feature)
        decision = _off(Reason.TENANT_THROWN, self.table, route.fallback if route else "")
        if route is not None:
            self._killed[feature] = decision
        return decision


@dataclass(frozen=True, slots=True)
class _Ramped:
    """A feature under a ramp: its buckets' bounds, and each of its answers.

    `bounds` maps a region to its rings' bounds; the key None is the ring of whoever no ring of the feature names.
    `salt` ends with the colon.
    """

    salt: str
    bounds: Mapping[str | None, Mapping[str | None, int]]
    last_bounds: Mapping[str | None, int]
    candidate: Decision
    not_exposed: Decision
    no_subject: Decision
    lease_expired: Decision


def _ramped(route: FeatureRoute, candidate: CandidateRoute, table: RouteTable) -> _Ramped:
    def current(reason: Reason) -> Decision:
        return replace(_current(route, table, reason), change=candidate.change, stage=candidate.stage)

    regions, rings = _regions(route), _rings(route)
    bounds: dict[str | None, Mapping[str | None, int]] = {
        region: _bounds(candidate.below, region, rings) for region in regions
    }
    return _Ramped(
        salt=f"{candidate.salt}:",
        bounds=bounds,
        last_bounds=bounds[regions[-1]],
        candidate=_candidate(candidate, table, current),
        not_exposed=current(Reason.NOT_EXPOSED),
        no_subject=current(Reason.NO_SUBJECT),
        lease_expired=current(Reason.LEASE_EXPIRED),
    )


def _bounds(below: Mapping[str, int], region: str, rings: tuple[str, ...]) -> Mapping[str | None, int]:
    bounds: dict[str | None, int] = {ring: below.get(f"{region}|{ring}", 0) for ring in rings}
    bounds[None] = bounds[rings[-1]]
    return bounds


def _candidate(candidate: CandidateRoute, table: RouteTable, current: Callable[[Reason], Decision]) -> Decision:
    """A candidate whose model is thrown gives way to the whole current unit: units are not mixed."""
    if candidate.unit.model in table.thrown_models:
        return current(Reason.CANDIDATE_MODEL_THROWN)
    return Decision(
        serve=True,
        unit=candidate.unit,
        variant=Variant.CANDIDATE,
        reason=Reason.CANDIDATE,
        change=candidate.change,
        stage=candidate.stage,
        number=table.number,
    )


def _current(route: FeatureRoute, table: RouteTable, reason: Reason) -> Decision:
    """Answer with the current unit, whose model follows its fallback chain; off where none is left."""
    unit = route.current
    if unit is None:
        return _off(Reason.NO_UNIT, table, route.fallback)
    instead = table.thrown_models.get(unit.model)
    if instead is None:
        return _serve(unit, reason, table, route.fallback)
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
