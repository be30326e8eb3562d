"""What does each field of a change mean under the policy in force?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leverframe.actions.house import House
from leverframe.nouns.field_guide import GUIDE, NEEDED, GuideField
from leverframe.rules.field_asks import FieldAsk, asks_of_field, is_signed
from leverframe.sources.change_schema import change_schema


@dataclass(frozen=True, slots=True)
class GuideRow:
    """One field: nothing is filed without what is `needed`, and `signed` is what a sign-off binds."""

    field: GuideField
    needed: bool
    signed: bool
    asks: tuple[FieldAsk, ...]


@dataclass(frozen=True, slots=True)
class FieldGuide:
    """Every field of the change file, in the order of the ticket."""

    fields: tuple[GuideRow, ...]


def explain_fields(house: House) -> FieldGuide:
    """Explain each field of a change."""
    with house.store.read() as db:
        policy = house.policy(db)
    return FieldGuide(
        tuple(
            GuideRow(one, one.name in NEEDED, is_signed(one.name), asks_of_field(policy, one.name)) for one in GUIDE
        )
    )


def published_schema(house: House) -> dict[str, Any]:
    """Return the JSON Schema of a change file, under the address at which this house publishes it."""
    return change_schema(f"{house.address}/schemas/change.json" if house.address else "")
