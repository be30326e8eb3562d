"""How has the evidence of a stage grown, moment after moment?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leverframe.nouns.evidence import Finding


class Against(StrEnum):
    """With what a guardrail is compared."""

    CURRENT = "current"
    """The ratio of people who met it, on the candidate and beside it."""
    LIMIT = "limit"
    """The rate of first calls, and the limit that it must keep to."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What one guardrail said when a minute was over, and between which bounds its ratio or rate lay.

    `estimate`, `lowest` and `highest` are ratios, or rates (0 to 1); None where nothing is known yet. `lowest` is
    read from all that counts for rolling back, over the ramp; `estimate`, `highest` and the people from what counts
    for promoting. `ruled_out`, `e_value` and `finding` are the reading's own.
    """

    at: datetime
    finding: Finding
    estimate: float | None
    lowest: float | None
    highest: float | None
    ruled_out: float | None
    e_value: float
    candidate_units: int
    candidate_bad: int
    control_units: int
    control_bad: int


@dataclass(frozen=True, slots=True)
class Grown:
    """One guardrail over one visit; `bound` is the ratio to rule out (None: watched only), or the limit."""

    guardrail: str
    against: Against
    bound: float | None
    e_bound: float
    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Visit:
    """From when to when a ramp stood at a stage (from 1); `until` is None while it stands there.

    A ramp that was narrowed and widened again has visited a stage more than once.
    """

    stage: int
    share_percent: float
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Slice:
    """One guardrail in one region, ring or cohort (`by`), read by itself: watched only, and it never decides."""

    by: str
    name: str
    guardrail: str
    estimate: float | None
    lowest: float | None
    highest: float | None
    candidate_units: int
    candidate_bad: int
    control_units: int
    control_bad: int


@dataclass(frozen=True, slots=True)
class Growth:
    """One visit to a stage, how the evidence of each guardrail grew in it, and all visits of the ramp.

    `slices` are of its last moment, the worst first; `zone` is the organisation's.
    """

    change: str
    visit: Visit
    guardrails: tuple[Grown, ...]
    visits: tuple[Visit, ...]
    zone: str
    slices: tuple[Slice, ...] = ()
