"""What would it cost to do nothing but the unavoidable?

Each benchmark prints its figures beside its floor, measured in the same run on the same machine.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Mapping, Sequence

from xxhash import xxh3_64_intdigest

HIGHEST_LOAD = 2.5
"""A run above this load average says nothing: it is void."""


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def route_floor(salts: Mapping[str, str], tenants: Mapping[str, bool]) -> Callable[[str, str, str], int]:
    """Return the least that any decision does: one call, two dict lookups, one hash, over as many keys."""

    def floor(feature: str, subject: str, tenant: str) -> int:
        tenants.get(tenant)
        salt = salts.get(feature)
        return xxh3_64_intdigest(f"{salt}{subject}".encode())

    return floor


def percentile(times: Sequence[int], percent: float) -> int:
    """Return a percentile of sorted times."""
    return times[min(len(times) - 1, int(len(times) * percent / 100))]


def median(values: Sequence[float]) -> float:
    """Return the median of some runs."""
    return statistics.median(values)
