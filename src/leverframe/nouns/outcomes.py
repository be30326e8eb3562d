"""What came of a call, and how is it counted once?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What a call id carries under its HMAC: where the call was served.

    `subject` is salted with the change's salt; never the person's id. `gateway` names whose key signed it.
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
