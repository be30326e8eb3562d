"""Which changes must have a field filled, written by hand or reviewed, and which line of the policy says so?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leverframe.nouns.policies import Policy, Requirement
from leverframe.rules.sign_offs import WRITTEN

HOW = {"fields": "filled", "by_hand": "written by a person", "reviewed": "reviewed by another person"}
"""The keys of a row of requirements that speak of fields, in words."""
OTHER_NAMES = {"target": "targets", "ramp": "plan"}
"""The fields that a change file names otherwise than the change itself."""


@dataclass(frozen=True, slots=True)
class FieldAsk:
    """What a row of the policy asks of a field: `of` says of which changes, `at` the row's place."""

    must_be: str
    of: str
    at: str


def asks_of_field(policy: Policy, name: str) -> tuple[FieldAsk, ...]:
    """Return what the policy asks of a field; for `artefacts` the links that it names."""
    return tuple(_asks(policy, name))


def is_signed(name: str) -> bool:
    """Say whether a sign-off binds a field: an edit of it then voids the sign-offs."""
    return name == "start" or OTHER_NAMES.get(name, name) in WRITTEN


def _asks(policy: Policy, name: str) -> Iterator[FieldAsk]:
    for row in policy.requirements:
        for key, how in HOW.items():
            if name in getattr(row, key):
                yield FieldAsk(how, said(row), row.at.get(key, ""))
        if name == "artefacts" and row.artefacts:
            links = ", ".join(link.replace("_", " ") for link in row.artefacts)
            yield FieldAsk(f"filled with {links}", said(row), row.at.get("artefacts", ""))


def said(row: Requirement) -> str:
    """Say of which changes a row speaks, such as `High, on the normal or standard path`."""
    facing = {None: "", True: "customer-facing", False: "not customer-facing"}[row.customer_facing]
    order = ("low", "medium", "high")
    tiers = [tier.capitalize() for tier in order if tier in row.tiers]
    paths = " or ".join(sorted(row.paths))
    parts = (" and ".join(tiers), ", ".join(sorted(row.kinds)), f"on the {paths} path" if paths else "", facing)
    return ", ".join(part.replace("_", " ") for part in parts if part) or "every change"
