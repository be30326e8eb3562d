"""How long does one call take, and nothing but the call?

The call is written as a service would write it, and a loop is compiled around it, as `timeit` does: between the two
readings of the clock stands nothing else. What the clock itself costs is taken off.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from time import perf_counter_ns
from typing import Any

LOOP = """
def loop(asked, keep, clock, until, {names}):
    for {request} in asked:
        {before}
        start = clock()
        {call}
        end = clock()
        keep(end - start)
        if end > until:
            break
"""


def each_ns(
    call: str,
    asked: Sequence[Sequence[object]],
    request: str,
    names: Mapping[str, Any],
    *,
    before: str = "pass",
    count: int,
    seconds: float,
) -> list[int]:
    """Time single calls in nanoseconds, `count` of them or as many as begin within some seconds; sorted.

    `request` names what is unpacked from each of what is asked, over and over, and `names` is what the call speaks
    of besides. What stands in `before` is done ahead of each call, and not timed.
    """
    clock = _looped("pass", asked, request, names, before, 1 + count // 10, seconds)
    times = _looped(call, asked, request, names, before, count, seconds)
    cost = clock[len(clock) // 2]
    return [max(0, each - cost) for each in times]


def _looped(
    call: str,
    asked: Sequence[Sequence[object]],
    request: str,
    names: Mapping[str, Any],
    before: str,
    count: int,
    seconds: float,
) -> list[int]:
    made: dict[str, Any] = {}
    exec(LOOP.format(call=call, request=request, before=before, names=", ".join(names)), made)
    times = array("q")
    until = perf_counter_ns() + int(seconds * 1e9)
    made["loop"](islice(cycle(asked), count), times.append, perf_counter_ns, until, *names.values())
    return sorted(times)
