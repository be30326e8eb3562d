"""What did an earlier ramp count, minute by minute?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.metrics import MetricInterval

At = tuple[str, float]
"""A part of the population by name, and the share (0 to 1) at which it stood."""
NO_PARTS: Mapping[At, CellCounts] = {}


class Figure(NamedTuple):
    """A row of somebody's own figures: of one guardrail, how many people there were, and how many met it."""

    row: int
    guardrail: str
    interval: MetricInterval


class CountedMinute(NamedTuple):
    """What a ramp counted in one minute, by part and share: all of it, and what promotes where that was apart."""

    at: datetime
    whole: Mapping[At, CellCounts]
    proof: Mapping[At, CellCounts]


class Stood(NamedTuple):
    """Since when a part of the population stood at a share in a stage."""

    since: datetime
    stage: int
    part: str
    share: float


class RecordedArm(NamedTuple):
    """How many people one arm had where both were served, and how many of them met each event for the first time."""

    units: int
    bad: Mapping[str, int]


NOBODY = RecordedArm(0, {})


@dataclass(frozen=True, slots=True)
class RecordedMinute:
    """One minute of a recording: how many people of the whole feature there were, and what both arms met.

    `parts` and `proof` are its counts as they were, where a ramp has counted them.
    """

    people: float = 0.0
    candidate: RecordedArm = NOBODY
    control: RecordedArm = NOBODY
    parts: Mapping[At, CellCounts] = field(default_factory=lambda: NO_PARTS)
    proof: Mapping[At, CellCounts] = field(default_factory=lambda: NO_PARTS)


EMPTY = RecordedMinute()


@dataclass(frozen=True, slots=True)
class Recording:
    """What was recorded, from `begins` on, a minute after the other without a gap.

    `source` is a change's id, or the name of a file. `counted` are the guardrails whose events were counted;
    `first_calls` says of each which part of those who met it met it at their first call.
    """

    source: str
    begins: datetime
    minutes: tuple[RecordedMinute, ...]
    counted: frozenset[str]
    first_calls: Mapping[str, float] = field(default_factory=dict)

    @property
    def people(self) -> float:
        """Count the people of the feature in all minutes."""
        return sum(minute.people for minute in self.minutes)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is told of a recording: whose minutes come, since when, and how many there are of minutes and people."""

    source: str
    begins: datetime
    minutes: int
    people: float


@dataclass(frozen=True, slots=True)
class EarlierRamp:
    """A ramp whose minutes can be played: its change, when it began and ended (None: it is under way), and how."""

    change: str
    began_at: datetime
    ended_at: datetime | None
    state: str
