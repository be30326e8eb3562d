"""What came of a call, and how is it counted once?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LARGEST_VALUE = 1e9
"""No latency, cost or score is beyond it, either way: what is, or is no number, is counted at no door."""
LONGEST_CALL = 4096
"""So many letters a call id has at most."""
BOUNDS: Mapping[str, tuple[float, float]] = {"groundedness": (0.0, 1.0)}
"""Between what a live score lies, where that is known; one outside of it is counted at no door."""
MEASURES = frozenset({"latency_ms", "cost_usd"})
"""What is measured of every call, and is never below nothing."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""How a guardrail or a metric is named."""


def is_countable(value: object) -> bool:
    """Say whether a value can be added up: a number, and within LARGEST_VALUE."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_VALUE


def bounds_of(name: str) -> tuple[float, float]:
    """Return between what a value can lie."""
    return BOUNDS.get(name, (0.0 if name in MEASURES else -LARGEST_VALUE, LARGEST_VALUE))


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a call id carries under its HMAC: where the call was served.

    `subject` is salted with the change's salt; never the person's id. `gateway` names whose key signed it. `cohort`
    is the one by whose share the call was decided: with region and ring it says in which stratum the call counts.
    """

    gateway: str
    target: str
    change: str
    stage: int
    arm: str
    number: str
    unit: str
    subject: str
    region: str
    ring: str
    locale: str
    reason: str
    nonce: str
    cohort: str = ""

    @property
    def cell(self) -> str:
        """Name the stratum in which the call counts: `region|ring`, or `region|ring|cohort`."""
        return f"{self.region}|{self.ring}" + (f"|{self.cohort}" if self.cohort else "")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One call's outcome, as a gateway saw it. It stamps no time: the control plane does.

    `latency_ms` is the whole answer's; `cost_usd` what the call cost; `bad` lists the guardrails that it
    tripped in the gateway (`error`, `refusal` …).
    """

    call: str
    latency_ms: float
    cost_usd: float = 0.0
    bad: tuple[str, ...] = ()

    @property
    def fault(self) -> str:
        """Return why this row cannot be counted, or nothing."""
        values = [("latency_ms", self.latency_ms), ("cost_usd", self.cost_usd)]
        return _fault(self.call, values, self.bad)


@dataclass(frozen=True, slots=True)
class Batch:
    """Outcomes under a number, so that none is counted twice.

    `sequence` counts from 1 in one boot of one gateway, without gaps; a gap is outcomes lost, and is counted.
    """

    boot: str
    sequence: int
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What came later, by call id: a thumb (`negative` True or False) or a score (`metric`, `value`)."""

    call: str
    negative: bool | None = None
    metric: str = ""
    value: float | None = None

    @property
    def fault(self) -> str:
        """Return why this row cannot be counted, or nothing."""
        values = [] if self.value is None else [(self.metric or "value", self.value)]
        return _fault(self.call, values, [self.metric] if self.metric else [])


def _fault(call: object, values: Iterable[tuple[str, object]], names: Iterable[object]) -> str:
    if not isinstance(call, str) or not call.isascii() or len(call) > LONGEST_CALL:
        return "its call is no call id"
    for name in names:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            return f"{name!a:.80} is no name of a guardrail or metric"
    return next((why for name, value in values if (why := _fault_of_value(name, value))), "")


def _fault_of_value(name: str, value: object) -> str:
    low, high = bounds_of(name)
    if isinstance(value, int | float) and is_countable(value) and low <= value <= high:
        return ""
    return f"{name} is {value!a:.80}, and no number from {low:,.0f} to {high:,.0f}"
