"""What does a frame make of the table that is held?"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from typing import Any

from leverframe.gateway.frames import Features, Found
from leverframe.nouns.documents import from_document
from leverframe.nouns.frames import LEASE, SCORED
from leverframe.nouns.tables import NO_NUMBER, Number, RouteTable, Slice

ALL_SCORED = 100.0
NOTHING = RouteTable(NO_NUMBER, Features({}))
"""What a whole table is made of."""


def amended(table: RouteTable, number: Number, found: Found) -> RouteTable:
    """Return a table with what a frame says. What did not change is shared with the former one.

    A tenant is thrown or set in place, for the former table too: a set of 100,000 is not copied for one kill. Raises
    ValueError for a table without features, before that.
    """
    features = _features(table.features, found["features"])
    if number != table.number and not features:
        raise ValueError("the table is empty")
    return RouteTable(
        number=number,
        features=features,
        thrown_features=_names(table.thrown_features, found["thrown_features"]),
        thrown_models=_map(table.thrown_models, _chains(found["thrown_models"])),
        thrown_tenants=_in_place(table.thrown_tenants, found["thrown_tenants"]),
        rings=_map(table.rings, found["rings"]),
        exercises=_map(table.exercises, _slices(found["exercises"])),
        candidate_lease_seconds=float(found["settings"].get(LEASE.key) or table.candidate_lease_seconds),
        scored_percent=_scored(found["settings"].get(SCORED.key, table.scored_percent)),
    )


def _scored(percent: Any) -> float:
    """Return the share that is scored; where it is gone from the table, all are."""
    return ALL_SCORED if percent is None else float(percent)


def narrowed(table: RouteTable, overlay: Found) -> RouteTable:
    """Return the same table with all that an overlay throws, and nothing that it sets: that waits for the rest."""
    throws = {kind: _thrown(values) for kind, values in overlay.items()}
    return amended(table, table.number, {"features": {}, "rings": {}, "settings": {}, **throws})


def _thrown(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


@contextmanager
def without_collecting() -> Iterator[None]:
    """Keep the garbage collector from walking a table that is being built; what is built has nothing to collect."""
    collects = gc.isenabled()
    if collects:
        _put_off.append(True)
    gc.disable()
    try:
        yield
    finally:
        if collects:
            collect_again()


def collect_again() -> None:
    """Let the garbage collector run where we have put it off; in a forked child the thread that did so is gone."""
    if _put_off:
        _put_off.clear()
        gc.enable()


_put_off: list[bool] = []


def _features(features: Mapping[str, Any], changes: Mapping[str, bytes | None]) -> Mapping[str, Any]:
    if not changes:
        return features
    assert isinstance(features, Features)
    return features.amended(changes)


def _chains(changes: Mapping[str, Any]) -> dict[str, tuple[str, ...] | None]:
    return {model: None if chain is None else tuple(chain) for model, chain in changes.items()}


def _slices(changes: Mapping[str, Any]) -> dict[str, Slice | None]:
    return {switch: value and from_document(Slice, value) for switch, value in changes.items()}


def _names(names: AbstractSet[str], changes: Mapping[str, Any]) -> AbstractSet[str]:
    if not changes:
        return names
    return frozenset((names | changes.keys()) - {name for name, value in changes.items() if value is None})


def _in_place(names: AbstractSet[str], changes: Mapping[str, Any]) -> AbstractSet[str]:
    known = names if isinstance(names, set) else set(names)
    for name, value in changes.items():
        if value is None:
            known.discard(name)
        else:
            known.add(name)
    return known


def _map(values: Mapping[str, Any], changes: Mapping[str, Any]) -> Mapping[str, Any]:
    if not changes:
        return values
    made = {**values, **changes}
    return {key: value for key, value in made.items() if value is not None} if None in changes.values() else made
