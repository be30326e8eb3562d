"""What would it cost to do nothing but the unavoidable?

Each benchmark prints its figures beside its floor, measured in the same run on the same machine.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from time import perf_counter_ns

from xxhash import xxh3_64_intdigest

HIGHEST_LOAD = 2.5
"""A run above this load average says nothing: it is void."""


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def route_floor(features: dict[str, str], tenants: dict[str, bool]) -> Callable[[str, str, str], int]:
    """Return the least that any decision does: one call, two dict lookups, one hash, over as many keys."""

    def floor(feature: str, subject: str, tenant: str) -> int:
        tenants.get(tenant)
        salt = features.get(feature)
        return xxh3_64_intdigest(f"{salt}{subject}".encode())

    return floor


def each_ns(call: Callable[[int], object], count: int) -> list[int]:
    """Time single calls, in nanoseconds, without what the clock itself costs; sorted."""
    empty = sorted(_pairs(count // 10 or 1))
    clock = empty[len(empty) // 2]
    times = []
    for place in range(count):
        start = perf_counter_ns()
        call(place)
        times.append(perf_counter_ns() - start)
    return sorted(max(0, each - clock) for each in times)


def percentile(times: Sequence[int], percent: float) -> int:
    """Return a percentile of sorted times."""
    return times[min(len(times) - 1, int(len(times) * percent / 100))]


def median(values: Sequence[float]) -> float:
    """Return the median of some runs."""
    return statistics.median(values)


def _pairs(count: int) -> list[int]:
    times = []
    for _ in range(count):
        start = perf_counter_ns()
        times.append(perf_counter_ns() - start)
    return times
