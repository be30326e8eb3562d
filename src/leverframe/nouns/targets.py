"""What can a change alter: which feature, of which tier, for whom, where?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from leverframe.nouns.audiences import NO_ORDER, AudienceOrder


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
    """One (region, ring) of a feature's population, in users.

    `cohorts` says how many of them each cohort holds, where that is known; one person may be in several.
    """

    region: str
    ring: str
    users: int
    cohorts: tuple[tuple[str, int], ...] = ()

    def users_of(self, cohort: str) -> int | None:
        """Count the users of a cohort in this cell; None where that is not known."""
        return next((users for name, users in self.cohorts if name == cohort), None)


@dataclass(frozen=True, slots=True)
class Target:
    """A feature, or a part of the platform, as the catalog describes it.

    `population` weighs the (region, ring) cells, in users; `owner` is a catalog group; `prompt` is the folder of its
    prompt versions; `models` are those that the catalog lets it use. From the policy it has its audiences' `order`,
    and `allowed_models`: keys and `platform.*`, those of its tier among its own; none named means any.
    `customer_facing`: customers meet what it answers.
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
    bridge: str = ""
    order: AudienceOrder = NO_ORDER
    allowed_models: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    customer_facing: bool = False

    @property
    def users(self) -> int:
        """Count the users of all cells."""
        return sum(cell.users for cell in self.population)

    @property
    def regions(self) -> tuple[str, ...]:
        """List the regions, each once, first to last; equals stand in the catalog's order."""
        return tuple(sorted(dict.fromkeys(cell.region for cell in self.population), key=self.order.region_rank))

    @property
    def rings(self) -> tuple[str, ...]:
        """List the rings, each once, first to last; equals stand in the catalog's order."""
        return tuple(sorted(dict.fromkeys(cell.ring for cell in self.population), key=self.order.ring_rank))


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
