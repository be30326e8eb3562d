"""What is a contender, and does it decide rightly?

A contender is a module in `ours` or `peers`:

    NAME                what people read
    DISTRIBUTION        the package whose version is told, "" for our own
    MODULES             what is imported before memory and time are taken
    LIST_IN_EACH_FLAG   whether the thrown tenants are written once a feature
    write(cell)         the configuration, as text that this product reads
    load(text)          what answers by that configuration: a Loaded
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from cells import SHARE_PERCENT, Cell, Request, features, thrown

QUESTIONS, FEWEST_QUESTIONS = 5_000, 300
PATIENCE_SECONDS = 2.0
BEYOND_CHANCE = 4.5
"""How many standard deviations of the share are no chance any more."""

REQUEST = "feature, subject, tenant, region"
"""What a context and a call may name of their request."""


class Loaded(NamedTuple):
    """What answers: what a service builds for each request, its `context`, and the `call` that it makes with it.

    `names` is what both speak of besides the request; `is_on` reads an answer (None for what decides nothing).
    """

    context: str
    call: str
    names: Mapping[str, Any]
    is_on: Callable[[Any], bool] | None = bool


class DecidesWrongly(Exception):
    """A contender does not answer the question that is to be timed."""


def asking(loaded: Loaded) -> Callable[[Request], Any]:
    """Return what asks one request, its context built on the way."""
    build = eval(f"lambda {REQUEST}: {loaded.context}", dict(loaded.names))
    call = eval(f"lambda {REQUEST}, context: {loaded.call}", dict(loaded.names))
    return lambda request: call(*request, build(*request))


def check(is_on: Callable[[Request], bool], cell: Cell, patience: float = PATIENCE_SECONDS) -> float:
    """Return the share of the subjects that get the candidate; raises DecidesWrongly, with all that is wrong.

    A contender that is too slow for all questions is asked fewer, and its share may be further off.
    """
    until, exposed, asked = time.monotonic() + patience, [], 0
    for request in islice(_questions(cell), QUESTIONS):
        exposed += [request] if is_on(request) else []
        asked += 1
        if asked >= FEWEST_QUESTIONS and time.monotonic() > until:
            break
    faults = [*_of_share(len(exposed), asked), *_of_thrown(is_on, cell, exposed, until + patience)]
    if faults:
        raise DecidesWrongly("; ".join(faults))
    return len(exposed) / asked


def _of_share(exposed: int, asked: int) -> Iterator[str]:
    share, want = exposed / asked, SHARE_PERCENT / 100
    if abs(share - want) > BEYOND_CHANCE * math.sqrt(want * (1 - want) / asked):
        yield f"{exposed} of {asked} subjects get the candidate, which is not {SHARE_PERCENT} %"


def _of_thrown(is_on: Callable[[Request], bool], cell: Cell, exposed: list[Request], until: float) -> Iterator[str]:
    """Ask for those who got the candidate once more, now as users of thrown tenants: the first, the last, others."""
    names = thrown(cell)
    tenants = [names[0], names[-1], *names[:: max(1, len(names) // 50)]]
    for place, request in enumerate(exposed):
        tenant = tenants[place % len(tenants)]
        if is_on(request._replace(tenant=tenant)):
            yield f"{request.feature} is on for {tenant}, which is thrown"
            return
        if time.monotonic() > until:
            return


def _questions(cell: Cell) -> Iterator[Request]:
    """Ask each feature in turn, of ever new subjects, none of a thrown tenant."""
    names = features(cell)
    subject = 0
    while True:
        yield Request(names[subject % len(names)], f"subject-{subject}", "tenant-1", ("eu", "us")[subject % 2])
        subject += 1
