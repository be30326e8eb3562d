"""Which unit answers: the one that was decided before, or the one decided now?

An embedded service that has decided passes its call id on as `x-leverframe-decision`. Its unit is honoured while
that change and stage are open in the table that we hold; the switches are asked again each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from leverframe.gateway.gateway import Gateway
from leverframe.gateway.headers import Caller
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import (
    NO_NUMBER,
    CandidateRoute,
    Decision,
    FeatureRoute,
    Number,
    Reason,
    RouteTable,
    Variant,
)
from leverframe.nouns.units import Unit

_NOT_OVERRULED = frozenset({Reason.LEASE_EXPIRED, Reason.ERROR})
"""Answers of our own that an earlier decision does not overrule."""
_BY_FALLBACK = frozenset({Reason.MODEL_FALLBACK, Reason.CANDIDATE_MODEL_THROWN, Reason.RAMP_SUSPENDED})
"""Answers that count in no reading, and so need a call id of their own that says so."""


@dataclass(frozen=True, slots=True)
class Routed:
    """A decision, and the call id under which its outcome is counted ("" where none is)."""

    decision: Decision
    call: str


def decide(gateway: Gateway, feature: str, caller: Caller) -> Routed:
    """Decide for a feature; what is honoured keeps the call id that it came with."""
    ours = gateway.route(
        feature,
        subject=caller.subject,
        tenant=caller.tenant,
        region=caller.region,
        conversation=caller.conversation,
        cohorts=caller.cohorts,
    )
    theirs = _passed_on(gateway, feature, caller, ours)
    if theirs is not None:
        return Routed(theirs, caller.decision or "")
    call = gateway.call_id(
        ours,
        feature,
        subject=caller.subject,
        tenant=caller.tenant,
        region=caller.region,
        locale=caller.locale or "",
        conversation=caller.conversation,
    )
    return Routed(ours, call)


def honoured(facts: CallFacts, feature: str, ours: Decision, table: RouteTable) -> Decision | None:
    """Return what was decided before, as our table has it, or None where it may not be had any more.

    `ours` is our own decision for the same request: it has asked the switches of tenant and feature.
    """
    route = table.features.get(feature)
    candidate = route.candidate if route else None
    if route is None or candidate is None or not _is_open(facts, feature, candidate):
        return None
    if not ours.serve or ours.reason in _NOT_OVERRULED:
        return None
    if facts.arm == ours.variant.value:
        return None if ours.reason in _BY_FALLBACK else ours
    arm = candidate.unit if facts.arm == Variant.CANDIDATE.value else route.current
    if arm is None or arm.model in table.thrown_models or facts.arm == Variant.OFF.value:
        return None
    reason = Reason.CANDIDATE if facts.arm == Variant.CANDIDATE.value else Reason.NOT_EXPOSED
    return replace(ours, unit=arm, variant=Variant(facts.arm), reason=reason)


def decide_for_model(gateway: Gateway, model: str, caller: Caller) -> Routed | None:
    """Decide for a model that is asked for by its own name: it is in no ramp, but obeys the switches.

    None where no unit of the table uses it: this gateway serves what was released, nothing else.
    """
    table = gateway.table_for(subject=caller.subject, tenant=caller.tenant, conversation=caller.conversation)
    if table is None:
        return Routed(off(Reason.NO_TABLE, NO_NUMBER), "")
    if caller.tenant in table.thrown_tenants:
        return Routed(off(Reason.TENANT_THROWN, table.number), "")
    if model in table.thrown_models:
        return Routed(instead_of(model, table), "")
    if model not in models_of(table):
        return None
    return Routed(as_asked(model, table), "")


def instead_of(model: str, table: RouteTable) -> Decision:
    """Decide for a model that is thrown: the first of its fallback chain that stands serves, or nothing does."""
    fallback = next(iter(table.thrown_models[model]), "")
    if not fallback:
        return off(Reason.MODEL_OFF, table.number)
    return Decision(True, Unit(model=fallback), Variant.CURRENT, Reason.MODEL_FALLBACK, number=table.number)


def as_asked(model: str, table: RouteTable) -> Decision:
    """Decide for a model that no switch stops: it serves."""
    return Decision(True, Unit(model=model), Variant.CURRENT, Reason.CURRENT, number=table.number)


def off(reason: Reason, number: Number) -> Decision:
    """Decide that nothing serves."""
    return Decision(False, None, Variant.OFF, reason, number=number)


def models_of(table: RouteTable) -> frozenset[str]:
    """Return the models of all units, and those that serve instead of thrown ones; collected once for a table."""
    return _collected(_Same(table))


@dataclass(frozen=True, eq=False, slots=True)
class _Same:
    """A table, equal to itself alone."""

    table: RouteTable

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.table is self.table

    def __hash__(self) -> int:
        return id(self.table)


@lru_cache(maxsize=2)
def _collected(same: _Same) -> frozenset[str]:
    table = same.table
    routes = list(_routes(table))
    units = [route.current for route in routes] + [route.candidate.unit for route in routes if route.candidate]
    instead = (model for chain in table.thrown_models.values() for model in chain)
    return frozenset(unit.model for unit in units if unit and unit.model).union(instead)


def _routes(table: RouteTable) -> Iterator[FeatureRoute]:
    """Yield what the features serve; one that is malformed serves nothing."""
    for feature in table.features:
        try:
            yield table.features[feature]
        except ValueError:
            continue


def _passed_on(gateway: Gateway, feature: str, caller: Caller, ours: Decision) -> Decision | None:
    table = gateway.table_for(subject=caller.subject, tenant=caller.tenant, conversation=caller.conversation)
    if not caller.decision or not ours.change or table is None:
        return None
    facts = gateway.read_call(caller.decision)
    return honoured(facts, feature, ours, table) if facts else None


def _is_open(facts: CallFacts, feature: str, candidate: CandidateRoute) -> bool:
    return (facts.target, facts.change, facts.stage) == (feature, candidate.change, candidate.stage)
