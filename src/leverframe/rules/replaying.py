"""Do today's rules say of a recorded step what was recorded?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil, isclose
from typing import Any, Protocol

from leverframe.nouns.people import CLOCK
from leverframe.nouns.ramps import Hold, HoldRow, Promote, Ramp, RampState, RollBack, Stay, Step, Widen
from leverframe.nouns.replays import Difference, Differs, RuleAnswer
from leverframe.rules.evidence.told import reckoned
from leverframe.rules.growth import Taken as Published
from leverframe.rules.growth import minute_of

MOST_LOOKS = 2000
"""So many minutes between the steps are looked at."""
MINUTE = timedelta(minutes=1)
CLOSE = 1e-9
"""Logarithms differ from platform to platform in their last bits."""
Facts = Mapping[str, Any]


class Taken(Published, Protocol):
    """A step that a ramp took, with who took it and why."""

    @property
    def by(self) -> str: ...
    @property
    def because(self) -> str: ...


def standing_before(ramp: Ramp, steps: Sequence[Taken]) -> Ramp:
    """Return a ramp as it stood when it had taken these steps, the first ones of it."""
    stood = replace(ramp, state=RampState.RAMPING, stage=0, published={}, hold=None, paged_at=None, ended_at=None)
    for step in steps:
        stood = _after(stood, step)
    return stood


def _after(stood: Ramp, step: Taken) -> Ramp:
    here = dict.fromkeys(step.regions, step.at)
    match step.kind:
        case "promoted":
            return replace(stood, stage=step.stage, stage_since=step.at, published=here, hold=None)
        case "widened":
            return replace(stood, stage_since=step.at, published={**stood.published, **here}, hold=None)
        case "narrowed":
            return replace(stood, stage=step.stage, stage_since=step.at, published=here)
        case "held":
            code = "person" if step.by != CLOCK.name else "rule"
            return replace(stood, hold=HoldRow(step.by, code, step.because, step.at))
        case "hold_ended" | "released":
            return replace(stood, hold=None)
        case _:
            return stood


def why_not_asked(step: Taken, place: int, facts: Facts, alarm: str) -> str:
    """Say why a recorded step cannot be asked again; empty where it can. `alarm` is the code of the number alarm."""
    if place == 0:
        return "it began the ramp, on gates and sign-offs that are asked when a ramp starts"
    if step.kind == "aborted":
        return f"{step.by} aborted it, and no rule decides that"
    if step.by != CLOCK.name:
        return f"{step.by} did it, and no rule decides that"
    if alarm and facts.get("code") == alarm:
        return "the alarm of table numbers held it, not a rule of ramps"
    return ""


def answer_of(step: Step) -> RuleAnswer:
    """Write a step of the rules as an answer that can be compared."""
    match step:
        case Promote():
            return RuleAnswer("promote", step.because, step.stage, tuple(step.regions))
        case Widen():
            return RuleAnswer("widen", step.because, step.stage, tuple(step.regions))
        case RollBack():
            return RuleAnswer("roll_back", step.because, guardrail=step.guardrail)
        case Hold():
            return RuleAnswer("hold", step.because, step.narrow_to_stage, code=step.code)
        case Stay():
            return RuleAnswer("stay", step.because)


STEPS = {
    "promoted": "promote",
    "widened": "widen",
    "rolled_back": "roll_back",
    "held": "hold",
    "narrowed": "hold",
    "hold_ended": "stay",
    "settled": "settle",
}
"""Which answer of the rules a recorded step was."""
SAID = {
    "promote": "promote",
    "widen": "go on to further regions",
    "roll_back": "roll back",
    "hold": "hold",
    "stay": "stay",
    "settle": "settle",
}


def verdict_differences(step: Taken, facts: Facts, today: RuleAnswer) -> Iterator[Difference]:
    """Yield in what today's answer is another than the recorded step, but for the evidence that it rests on."""
    recorded = STEPS.get(step.kind, step.kind)
    if today.step != recorded:
        yield Difference(
            Differs.VERDICT, "step", SAID.get(recorded, recorded), f"{SAID[today.step]}: {today.because}"
        )
        return
    if recorded in ("promote", "widen"):
        yield from _unequal(Differs.VERDICT, "stage", step.stage, today.stage)
        yield from _unequal(Differs.VERDICT, "regions", sorted(step.regions), sorted(today.regions))
    if step.kind == "narrowed":
        yield from _unequal(Differs.VERDICT, "stage", step.stage, today.stage)
    for name, value in (("code", today.code), ("guardrail", today.guardrail)):
        if facts.get(name) and step.kind in ("held", "rolled_back"):
            yield from _unequal(Differs.VERDICT, name, facts[name], value)
    if step.kind != "narrowed":
        yield from _unequal(Differs.WORDS, "because", step.because, today.because)


def evidence_differences(recorded: Facts, today: Facts, *, counts: bool = True) -> Iterator[Difference]:
    """Yield in what the evidence of an entry is another than what the same minutes say today.

    Without `counts`, what moves with each count is left out: the step was decided inside a minute.
    """
    for name in ("alpha", "beta"):
        yield from _unequal(Differs.NUMBERS, name, recorded[name], today[name])
    yield from _unequal(Differs.VERDICT, "finding", recorded["finding"], today["finding"])
    before, now = _by_guardrail(recorded), _by_guardrail(today)
    for key in dict.fromkeys((*before, *now)):
        name = _named(*key)
        if key not in before or key not in now:
            said = ["read" if key in each else "not read" for each in (before, now)]
            yield Difference(Differs.VERDICT, name, *said)
        else:
            yield from _guardrail_differences(name, before[key], now[key], counts)


def _guardrail_differences(name: str, before: Facts, now: Facts, counts: bool) -> Iterator[Difference]:
    yield from _unequal(Differs.VERDICT, f"{name}: finding", before["finding"], now["finding"])
    for number in (*LEVELS, *(MOVING if counts else ())):
        if number in before:
            yield from _unequal(Differs.NUMBERS, f"{name}: {number}", before[number], now.get(number))
    then, here = (counts_in(before), counts_in(now)) if counts else ({}, {})
    for place in dict.fromkeys((*then, *here)):
        yield from _unequal(Differs.NUMBERS, f"{name}: {place}", then.get(place), here.get(place))


LEVELS = ("e_bound", "bound", "limit")
MOVING = ("e_value", "ruled_out")


def own_differences(recorded: Facts) -> Iterator[Difference]:
    """Yield where an entry's own counts do not give its e-value by today's formulas."""
    for key, told in _by_guardrail(recorded).items():
        what = f"{_named(*key)}: e_value, of the entry's own counts"
        yield from _unequal(Differs.NUMBERS, what, told["e_value"], reckoned(told))


def lies_inside(recorded: Facts, before: Facts, after: Facts) -> bool:
    """Say whether an entry's counts lie between those at the two ends of its minute, and are neither."""
    entry, first, last = (
        {key: counts_in(told) for key, told in _by_guardrail(each).items()} for each in (recorded, before, after)
    )
    if entry.keys() != last.keys() or any(
        all(_equal(entry[key], end.get(key)) for key in entry) for end in (first, last)
    ):
        return False
    return all(_is_between(told, first.get(key, {}), last[key]) for key, told in entry.items())


def _is_between(
    here: Mapping[str, tuple[float, ...]], first: Mapping[str, tuple[float, ...]], last: Mapping[str, Any]
) -> bool:
    return here.keys() <= last.keys() and all(
        low <= value <= high
        for place, values in here.items()
        for low, value, high in zip(first.get(place, (0,) * len(values)), values, last[place], strict=True)
    )


def counts_in(told: Facts) -> dict[str, tuple[float, ...]]:
    """Return the counts of one guardrail's facts, by where they were counted."""
    found = {f"stage {stage}, share {share:g}": tuple(row) for stage, share, *row in told.get("strata", ())}
    found |= {f"proof, share {share:g}": tuple(row) for share, *row in told.get("proof", ())}
    found |= {f"people, share {share:g}": tuple(row) for share, *row in told.get("units", ())}
    found |= {
        f"minutes of {name}": tuple(value for _, value in sorted(sums.items()))
        for name, sums in told.get("moments", {}).items()
    }
    found |= {f"bets on {name}": tuple(wealth) for name, wealth in told.get("bets", {}).items()}
    return found | ({"first calls": tuple(told["first_calls"])} if "first_calls" in told else {})


def minutes_between(since: datetime, until: datetime, stride: int) -> Iterator[datetime]:
    """Yield the minutes that are over after one moment and before another, each so many."""
    minute = minute_of(since)
    while minute + MINUTE < until:
        if minute + MINUTE > since:
            yield minute
        minute += stride * MINUTE


def stride_of(since: datetime, until: datetime) -> int:
    """Return how many minutes lie between two looks, so that there are not too many of them."""
    return max(1, ceil((until - since) / MINUTE / MOST_LOOKS))


def _by_guardrail(evidence: Facts) -> dict[tuple[str, str], Facts]:
    return {(each["guardrail"], each["against"]): each for each in evidence["guardrails"]}


def _named(guardrail: str, against: str) -> str:
    return guardrail if against == "share" else f"{guardrail} against {against}"


def _unequal(kind: Differs, what: str, recorded: object, today: object) -> Iterator[Difference]:
    if not _equal(recorded, today):
        yield Difference(kind, what, _say(recorded), _say(today))


def _equal(one: object, other: object) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_equal(value, other[name]) for name, value in one.items())
    if isinstance(one, float) and isinstance(other, int | float):
        return isclose(one, other, rel_tol=CLOSE)
    return one == other


def _say(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(_say, value)) or "none"
    return "none" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
