"""What is asked of a rehearsal, and what is wrong with it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from leverframe.nouns.changes import Change
from leverframe.nouns.recordings import Figure
from leverframe.nouns.verdicts import Fault
from leverframe.rules.evidence.outlines import compared
from leverframe.rules.evidence_time import Traffic

MOST_RUNS = 50
"""So many runs of each kind are played for one request; who wants more asks again with the next seed."""
MOST_PER_MINUTE = 1e7


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be rehearsed: `runs` harmless ones, and as many with a harm, beginning with a seed.

    `guardrail` is the one that the harm is of (none: the first that the plan compares). `per_minute` and `rates`
    stand in for the traffic of the last seven days, `policy_files` for the policy in force. With `recorded` (the id
    of an earlier change of the target) or somebody's own `figures`, people come as they were counted then.
    """

    runs: int = 0
    seed: int = 1
    guardrail: str = ""
    ratio: float = 2.0
    after_minutes: float = 0.0
    per_minute: float | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    policy_files: Mapping[str, str] = field(default_factory=dict)
    recorded: str = ""
    figures: Sequence[Figure] = ()


def faults_of(asked: Asked, change: Change, guardrail: str) -> Iterator[Fault]:
    """List what is wrong with what is asked of a change by itself."""
    if not 0 <= asked.runs <= MOST_RUNS:
        yield Fault("runs", f"{asked.runs} is no number of runs", f"ask for 0 to {MOST_RUNS} at a time")
    if not 1.0 <= asked.ratio <= 100.0:
        yield Fault("ratio", f"{asked.ratio:g} is no harm", "say how many times as many are harmed, 1 to 100")
    if not 0.0 <= asked.after_minutes <= 129_600.0:
        yield Fault("after_minutes", f"{asked.after_minutes:g} is no time", "say 0 or more minutes")
    if asked.per_minute is not None and not 0.0 < asked.per_minute <= MOST_PER_MINUTE:
        yield Fault("per_minute", f"{asked.per_minute:g} is no traffic", "say how many people ask in a minute")
    if asked.per_minute is not None and (asked.recorded or asked.figures):
        because = "people come as they were recorded, or so many a minute"
        yield Fault("per_minute", because, "leave out per_minute, or what was recorded")
    for name, rate in asked.rates.items():
        if not 0.0 < rate < 1.0:
            yield Fault(f"rates.{name}", f"{rate:g} is no rate", "say the share of people who meet it, such as 0.05")
    if asked.runs and guardrail not in compared(change.plan):
        yield Fault("guardrail", f"the plan compares no guardrail `{guardrail}`", _compares(change))


def faults_of_evidence(
    asked: Asked, traffic: Traffic | None, guardrail: str, unknown: Sequence[str], *, is_recorded: bool
) -> Iterator[Fault]:
    """List what is not known, or was not counted, of what the runs play."""
    for name in unknown:
        yield _uncounted(name) if is_recorded else _unknown(name)
    rates = traffic.bad_rate if traffic and is_recorded else {}
    if asked.ratio > 1.0 and rates.get(guardrail) == 0.0:
        because = f"nobody met {guardrail.replace('_', ' ')} in the recorded minutes, so that no harm can be added"
        yield Fault(f"rates.{guardrail}", because, f"say how often people meet it, such as {guardrail}=0.05")


def _compares(change: Change) -> str:
    named = ", ".join(compared(change.plan))
    return f"name one of {named}" if named else "give a stage of its plan a floor"


def _uncounted(name: str) -> Fault:
    return Fault(f"rates.{name}", "it was not counted in the recorded minutes", f"say it: rates such as {name}=0.05")


def _unknown(name: str) -> Fault:
    because = "nobody knows how often people meet it, or how many people ask"
    return Fault(f"rates.{name}", because, f"say it: per_minute, and rates such as {name}=0.05")
