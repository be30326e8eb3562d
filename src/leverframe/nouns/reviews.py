"""What is laid before the reviewer of a change?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.evidence import StageReading
from leverframe.nouns.spent_time import SpentPart


@dataclass(frozen=True, slots=True)
class StageMet:
    """One stage that the ramp reached, and the last that was read of its guardrails before it was left."""

    stage: int
    share_percent: float
    since: datetime
    until: datetime | None
    reading: StageReading | None


@dataclass(frozen=True, slots=True)
class HeldFor:
    """One stretch in which the ramp was held."""

    since: datetime
    minutes: float
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class Thrown:
    """A kill switch of the change's features or models that was thrown since its ramp began."""

    at: datetime
    switch: str
    by: str
    because: str


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """What happened to a change, as its reviewer is shown it.

    `ended` is how the ramp ended, `expected_p50` and `expected_p90` when it was expected to settle as it began (None:
    not known). `parts` are those of its life that had ended by then, `elapsed_minutes` their sum.
    """

    change: str
    ended: str
    ended_at: datetime | None
    ended_because: str
    expected_p50: datetime | None
    expected_p90: datetime | None
    stages: tuple[StageMet, ...]
    holds: tuple[HeldFor, ...]
    thrown: tuple[Thrown, ...]
    parts: tuple[SpentPart, ...]
    elapsed_minutes: float
    held_minutes: float


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """Facts under their digest, and when they were first shown."""

    digest: str
    at: datetime
    facts: ReviewFacts
