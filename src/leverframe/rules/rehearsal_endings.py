"""How did many runs of a rehearsal end?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from leverframe.rules.rehearsing import Rehearsal


@dataclass(frozen=True, slots=True)
class Ending:
    """How many runs ended in one way, in which time (median, least, most), and how many people it took (medians)."""

    ended: str
    guardrail: str
    count: int
    median_minutes: float
    least_minutes: float
    most_minutes: float
    exposed: float
    harmed: float


def summed(runs: Sequence[Rehearsal]) -> tuple[Ending, ...]:
    """Sum runs by how they ended, the most frequent first."""
    kinds: dict[tuple[str, str], list[Rehearsal]] = {}
    for run in runs:
        kinds.setdefault((run.ended, run.guardrail), []).append(run)
    return tuple(_ending(*kind, some) for kind, some in sorted(kinds.items(), key=lambda each: -len(each[1])))


def _ending(ended: str, guardrail: str, runs: Sequence[Rehearsal]) -> Ending:
    times = [run.minutes for run in runs]
    people, harmed = median(run.exposed for run in runs), median(run.harmed for run in runs)
    return Ending(ended, guardrail, len(runs), median(times), min(times), max(times), people, harmed)
