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
    MEAN = "mean"
    """The candidate's own mean, and the limit that it must keep to."""
    FALL = "fall"
    """How much lower the candidate's mean is than beside it, and the limit of that."""
    RISE = "rise"
    """How much higher the candidate's mean is than beside it, and the limit of that."""

    @property
    def is_mean(self) -> bool:
        """Say whether scores are compared, and not people."""
        return self in (Against.MEAN, Against.FALL, Against.RISE)


@dataclass(frozen=True, slots=True)
class Method:
    """By which test a guardrail is judged, why by that one, and where it is from."""

    name: str
    because: str
    source: str


@dataclass(frozen=True, slots=True)
class Moment:
    """What one guardrail said when a minute was over, and between which bounds its ratio, rate or mean lay.

    `estimate`, `lowest` and `highest` are ratios, or rates (0 to 1), or means or their distance; None where nothing
    is known yet. `lowest` is read from all that counts for rolling back, over the ramp; `estimate`, `highest` and the
    people from what counts for promoting. Of a mean all three are of the stage's `minutes` that are well over, and so
    are both arms' means. `ruled_out`, `e_value` and `finding` are the reading's own.
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
    candidate_mean: float | None = None
    control_mean: float | None = None
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Grown:
    """One guardrail over one visit; `bound` is the ratio to rule out (None: watched only), or the limit.

    `metric` is the mean that a limit reads: of fairness, the score in one locale (`groundedness@fr-FR`).
    """

    guardrail: str
    against: Against
    bound: float | None
    e_bound: float
    moments: tuple[Moment, ...]
    method: Method
    metric: str = ""


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
class LocaleSlice:
    """A live score in one locale, read by itself: watched only, and it never decides.

    `estimate` is how much lower the candidate's mean is than beside it, like with like in each cell, and lies between
    `lowest` and `highest`; None where that is not known yet. `scores` are the candidate's.
    """

    locale: str
    metric: str
    candidate_mean: float | None
    control_mean: float | None
    estimate: float | None
    lowest: float | None
    highest: float | None
    scores: int


@dataclass(frozen=True, slots=True)
class Growth:
    """One visit to a stage, how the evidence of each guardrail grew in it, and all visits of the ramp.

    `slices` and `locales` are of its last moment, the worst first; `zone` is the organisation's.
    """

    change: str
    visit: Visit
    guardrails: tuple[Grown, ...]
    visits: tuple[Visit, ...]
    zone: str
    slices: tuple[Slice, ...] = ()
    locales: tuple[LocaleSlice, ...] = ()
