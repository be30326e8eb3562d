"""Who meets a switch that is being exercised, and what are they answered?

An exercise throws a switch for a slice. It is on the candidate's lease: a gateway that has heard no control plane for
so long forgets it, whatever has become of who held the game day.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from leverframe.nouns.tables import Decision, RouteTable, Slice
from leverframe.rules.routing import NO_FALLBACKS, Router, bucket


def router_of(table: RouteTable, fallbacks: Mapping[str, str] = NO_FALLBACKS) -> Router | Exercised:
    """Return what answers by a table; only while a switch is exercised a request costs more."""
    return Exercised(table, fallbacks) if table.exercises else Router(table, fallbacks)


def thrown_on(table: RouteTable, switch: str, slice: Slice) -> RouteTable:
    """Return the table in which one more switch is thrown; of tenants it knows no other, for no other meets it.

    What has been thrown in earnest since the slice was written serves nobody in a model's place.
    """
    layer, _, key = switch.partition("/")
    if layer == "model":
        instead = tuple(model for model in slice.instead if model not in table.thrown_models)
        return replace(table, thrown_models={**table.thrown_models, key: instead}, exercises={})
    if layer == "feature":
        return replace(table, thrown_features=table.thrown_features | {key}, exercises={})
    return replace(table, thrown_tenants=frozenset((key,)), exercises={})


def meets(slice: Slice, subject: str | None, tenant: str | None, conversation: str | None) -> bool:
    """Say whether a request is in a slice; an empty slice holds nobody."""
    if slice.tenant and tenant != slice.tenant:
        return False
    if slice.subject:
        return subject == slice.subject
    if slice.below:
        key = subject or conversation or tenant
        return bool(key) and bucket(slice.salt, str(key)) < slice.below
    return bool(slice.tenant)


class Exercised:
    """A table some of whose switches are thrown for slices; asked like a Router."""

    __slots__ = ("_plain", "_thrown", "table")

    def __init__(self, table: RouteTable, fallbacks: Mapping[str, str]) -> None:
        self.table = table
        self._plain = Router(table, fallbacks)
        self._thrown = [(each, Router(thrown_on(table, id, each), fallbacks)) for id, each in table.exercises.items()]

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
        """Answer one request as Router does, by the table that stands for this caller."""
        router = self._of(subject, tenant, conversation, lease_ok)
        return router.route(feature, subject, tenant, region, conversation, lease_ok, cohorts)

    def table_for(
        self, subject: str | None, tenant: str | None, conversation: str | None, lease_ok: bool = True
    ) -> RouteTable:
        """Return the table that stands for this caller."""
        return self._of(subject, tenant, conversation, lease_ok).table

    def cell(self, feature: str, tenant: str | None, region: str | None) -> tuple[str, str]:
        """Return the (region, ring) in which a request is counted."""
        return self._plain.cell(feature, tenant, region)

    def salt(self, feature: str, change: str) -> str:
        """Return the salt of a change's ramp on a feature."""
        return self._plain.salt(feature, change)

    def _of(self, subject: str | None, tenant: str | None, conversation: str | None, lease_ok: bool) -> Router:
        if lease_ok:
            for slice, router in self._thrown:
                if meets(slice, subject, tenant, conversation):
                    return router
        return self._plain
