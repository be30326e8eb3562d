"""What is asked, of how many features, with how many tenants thrown?

Every contender is asked the same: a feature under a ramp of SHARE_PERCENT of the subjects, off for each thrown
tenant. Standard library only: the peers' processes read this too.
"""

from __future__ import annotations

import random
from typing import NamedTuple

SHARE_PERCENT = 10
REQUESTS = 20_000
THROWN_SHARE = 0.05
SUBJECTS = 2_000
KNOWN_TENANTS = 1_000


class Cell(NamedTuple):
    """One size of the configuration: so many features, so many thrown tenants."""

    features: int
    tenants: int

    def __str__(self) -> str:
        return f"{self.features:,} features, {self.tenants:,} tenants"


class Request(NamedTuple):
    """What a service knows when it asks."""

    feature: str
    subject: str
    tenant: str
    region: str


CELLS = (
    Cell(10, 10),
    Cell(10, 1_000),
    Cell(10, 100_000),
    Cell(1_000, 1_000),
    Cell(10_000, 1_000),
    Cell(10_000, 100_000),
)


def features(cell: Cell) -> list[str]:
    """Name the features of a cell."""
    return [f"feature-{n}" for n in range(cell.features)]


def salt(feature: str) -> str:
    """Return what a feature's ramp is salted with."""
    return f"salt-{feature}"


def thrown(cell: Cell) -> list[str]:
    """Name the thrown tenants of a cell."""
    return [f"thrown-{n}" for n in range(cell.tenants)]


def requests(cell: Cell, count: int = REQUESTS) -> list[Request]:
    """Return requests for any of the features, one in twenty of a thrown tenant; the same each time.

    Equal names are one object, so that what is asked does not itself fill the processor's caches.
    """
    chance = random.Random(cell.features * 7 + cell.tenants)
    pools = _Pools(
        features(cell),
        [f"user-{n}" for n in range(SUBJECTS)],
        [f"tenant-{n}" for n in range(KNOWN_TENANTS)],
        chance.sample(thrown(cell), min(cell.tenants, KNOWN_TENANTS)),
    )
    return [_request(chance, pools) for _ in range(count)]


class _Pools(NamedTuple):
    features: list[str]
    subjects: list[str]
    tenants: list[str]
    thrown: list[str]


def _request(chance: random.Random, pools: _Pools) -> Request:
    tenants = pools.thrown if chance.random() < THROWN_SHARE else pools.tenants
    return Request(
        chance.choice(pools.features),
        chance.choice(pools.subjects),
        chance.choice(tenants),
        chance.choice(("eu", "us")),
    )
