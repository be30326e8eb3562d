"""What happened to a change, in the words of its ramp's steps?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from leverframe.nouns.evidence import StageReading
from leverframe.nouns.reviews import HeldFor, StageMet

REACHES = ("promoted", "narrowed")
ENDS = ("settled", "rolled_back", "aborted", "went_back")


class Step(Protocol):
    """One step that a ramp took."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def stage(self) -> int: ...
    @property
    def share_percent(self) -> float: ...
    @property
    def by(self) -> str: ...
    @property
    def because(self) -> str: ...


def stages_met(steps: Sequence[Step], readings: Mapping[int, StageReading]) -> tuple[StageMet, ...]:
    """Return each visit of a stage, in order, with the last reading that was kept of that stage."""
    turns = [step for step in steps if step.kind in (*REACHES, *ENDS)]
    found = []
    for number, step in enumerate(turns):
        if step.kind in REACHES:
            left = turns[number + 1].at if number + 1 < len(turns) else None
            found.append(StageMet(step.stage, step.share_percent, step.at, left, readings.get(step.stage)))
    return tuple(found)


def last_readings(kept: Iterable[tuple[int, str, StageReading]]) -> dict[int, StageReading]:
    """Return the newest reading of each stage, of those that were kept, the earliest first."""
    return {stage: reading for stage, _, reading in kept}


def holds_of(steps: Sequence[Step]) -> Iterator[HeldFor]:
    """Yield each hold of a ramp that has ended: it lasted until the next step of another kind."""
    first: Step | None = None
    for step in steps:
        if step.kind == "held":
            first = first or step
        elif first is not None:
            yield HeldFor(first.at, (step.at - first.at).total_seconds() / 60.0, first.by, first.because)
            first = None


def end_of(steps: Sequence[Step]) -> Step | None:
    """Return the step that ended the ramp for good: going back is later than settling."""
    return next((step for step in reversed(steps) if step.kind in ENDS), None)
