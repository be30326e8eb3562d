"""What is a route table made of, and what has changed?"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from leverframe.nouns.documents import to_document
from leverframe.nouns.frames import LEASE, SCORED, Changes, Part, Parts
from leverframe.nouns.tables import RouteTable


def parts_of(table: RouteTable) -> dict[Part, str]:
    """Take a table apart; its number is not a part."""
    kinds: dict[str, Mapping[str, Any]] = {
        "thrown_tenants": dict.fromkeys(table.thrown_tenants, True),
        "thrown_features": dict.fromkeys(table.thrown_features, True),
        "thrown_models": table.thrown_models,
        "exercises": table.exercises,
        "settings": _settings(table),
        "rings": table.rings,
        "features": table.features,
    }
    return {Part(kind, key): text_of(value) for kind, values in kinds.items() for key, value in values.items()}


def _settings(table: RouteTable) -> dict[str, float]:
    """Return what is set; that all calls are scored goes without saying."""
    scored = {} if table.scored_percent == RouteTable.scored_percent else {SCORED.key: table.scored_percent}
    return {LEASE.key: table.candidate_lease_seconds, **scored}


def text_of(value: Any) -> str:
    """Write a part's value as it is compared, kept and sent."""
    return json.dumps(to_document(value), separators=(",", ":"))


def changed(before: Parts, after: Parts, *, among: Collection[Part] | None = None) -> dict[Part, str | None]:
    """Say what differs; with `among`, of those parts alone."""
    names = before.keys() | after.keys() if among is None else among
    return {part: after.get(part) for part in names if after.get(part) != before.get(part)}


def applied(parts: Parts, changes: Changes) -> dict[Part, str]:
    """Return the parts with the changes made."""
    made: dict[Part, str | None] = {**parts, **changes}
    return {part: text for part, text in made.items() if text is not None}
