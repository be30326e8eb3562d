"""What can a change alter: which feature, of which tier, for whom, where?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    """The risk tier, inherited from the feature."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Order the tiers: low 0, medium 1, high 2."""
        return ("low", "medium", "high").index(self.value)


class Delivery(StrEnum):
    """How a feature takes its unit."""

    EMBEDDED = "embedded"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Cell:
    """One (region, ring) of a feature's population, in users."""

    region: str
    ring: str
    users: int


@dataclass(frozen=True, slots=True)
class Target:
    """A feature, or a part of the platform, as the catalog describes it.

    `population` weighs the (region, ring) cells, in users; `owner` is a catalog group; `prompt` is the folder of
    its prompt versions.
    """

    id: str
    title: str
    tier: Tier
    delivery: Delivery
    owner: str
    population: tuple[Cell, ...]
    models: tuple[str, ...] = ()
    on_call: str = ""
    fallback: str = ""
    kind: str = "ai-feature"
    prompt: str = ""

    @property
    def users(self) -> int:
        """Count the users of all cells."""
        return sum(cell.users for cell in self.population)

    @property
    def regions(self) -> tuple[str, ...]:
        """List the regions, in the catalog's order, each once."""
        return tuple(dict.fromkeys(cell.region for cell in self.population))

    @property
    def rings(self) -> tuple[str, ...]:
        """List the rings, in the catalog's order, each once."""
        return tuple(dict.fromkeys(cell.ring for cell in self.population))


@dataclass(frozen=True, slots=True)
class Fallback:
    """What users get instead of a feature: a catalog Component of `type: ai-fallback`."""

    id: str
    title: str
    owner: str
    models: tuple[str, ...] = ()


EVERYWHERE = "everywhere"
"""The region of a target whose population names none: it follows the policy's home zone."""

LAST_RING = "everyone"
"""The ring of tenants that no ring names, and of targets that have no rings."""
