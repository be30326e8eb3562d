"""How is it said how the evidence of a stage grew?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from math import inf

from leverframe.nouns.evidence import Finding
from leverframe.nouns.growth import Against, Grown, Moment
from leverframe.nouns.ramps import LimitKind
from leverframe.rules.evidence.words import Mean, distance, event, mean_and_span, mean_bet_on, metric, percent, times

Clock = Callable[[datetime], str]
"""How a moment is said to whoever reads it."""
UNSOUND = "the counts do not fit the share of the buckets, so nothing is told of it"

FAILS = "nothing is told of it: its source fails"


def sentence_of(grown: Grown, clock: Clock) -> str:
    """Say in one sentence since when what is shown or ruled out."""
    if grown.moments[-1].finding is Finding.ERROR:
        return FAILS if grown.against.is_mean else UNSOUND
    if grown.against.is_mean:
        return _mean(grown, clock)
    return _ratio(grown, clock) if grown.against is Against.CURRENT else _rate(grown)


def value_of(grown: Grown, value: float) -> str:
    """Say a ratio, a rate or a mean of a guardrail as its kind is said."""
    if grown.against.is_mean:
        return distance(value, LimitKind(grown.against.value))
    return f"{value:.3g}x" if grown.against is Against.CURRENT else percent(value)


def figure_of(grown: Grown, value: float) -> str:
    """Write the same in a column whose head says which way it is meant."""
    return f"{value:.3g}" if grown.against.is_mean else value_of(grown, value)


def name_of(grown: Grown) -> str:
    """Name what grew, and with what it is compared."""
    if not grown.against.is_mean:
        name = grown.guardrail.replace("_", " ")
        return f"{name}, against current" if grown.against is Against.CURRENT else f"{name}, limit {_limit(grown)}"
    return f"{metric(grown.metric or grown.guardrail)}, limit {_limit(grown)}"


def _limit(grown: Grown) -> str:
    return value_of(grown, grown.bound or 0.0)


def ruled_out_since(moments: Sequence[Moment]) -> tuple[tuple[datetime, float], ...]:
    """Return since when each smaller ratio has been ruled out at every moment, the first first."""
    worst, found = 0.0, {}
    for moment in reversed(moments):
        worst = max(worst, moment.ruled_out or inf)
        found[worst] = moment.at
    return tuple((at, ratio) for ratio, at in reversed(found.items()) if ratio < inf)


def _ratio(grown: Grown, clock: Clock) -> str:
    met, last = event(grown.guardrail), grown.moments[-1]
    if last.lowest is not None and last.lowest >= 1.0:
        return f"harm is shown since {clock(_shown_since(grown.moments))}: {_at_least(last.lowest)} people met {met}"
    steps = ruled_out_since(grown.moments)
    if not steps:
        return f"no ratio of people who met {met} is ruled out yet{_asked(grown)}"
    (first, widest), (_, narrowest) = steps[0], steps[-1]
    said = f"since {clock(first)} fewer than {times(widest)} as many people met {met}"
    for at, ratio in _telling(steps[1:], grown.bound):
        said += f"; since {clock(at)} fewer than {times(ratio)}"
    return said if grown.bound is None or narrowest <= grown.bound else said + _asked(grown)


def _telling(steps: Sequence[tuple[datetime, float]], bound: float | None) -> Sequence[tuple[datetime, float]]:
    """Keep the step by which the bound was ruled out, and the last."""
    proved = [step for step in steps if bound is not None and step[1] <= bound][:1]
    return list(dict.fromkeys([*proved, *steps[-1:]]))


def _asked(grown: Grown) -> str:
    return f"; the stage asks below {grown.bound:g}x" if grown.bound is not None else ""


def _at_least(lowest: float) -> str:
    return f"at least {times(lowest)} as many" if lowest > 1.0 else "more"


def _shown_since(moments: Sequence[Moment]) -> datetime:
    """Return the first of the last moments at all of which harm is shown."""
    since = moments[-1].at
    for moment in reversed(moments):
        if moment.lowest is None or moment.lowest < 1.0:
            break
        since = moment.at
    return since


def _rate(grown: Grown) -> str:
    last, limit = grown.moments[-1], percent(grown.bound or 0.0)
    if last.estimate is None:
        return f"nobody has been served the candidate yet; the limit is {limit}"
    met = f"{percent(last.estimate)} of people met {event(grown.guardrail)} at their first call"
    return f"{met}; the rate lies {between(last.lowest, last.highest, percent)}, and the limit is {limit}"


def _mean(grown: Grown, clock: Clock) -> str:
    """Say a mean and between what it lies; of harm, since when it is shown."""
    last, kind = grown.moments[-1], LimitKind(grown.against.value)
    name, limit = grown.metric or grown.guardrail, grown.bound or 0.0
    if last.estimate is None:
        return f"{metric(name)} has not been scored in a minute that is well over; the limit is {_limit(grown)}"
    told = Mean(name, kind, last.estimate, last.lowest or 0.0, limit, last.minutes)
    span = between(last.lowest, last.highest, lambda value: value_of(grown, value))
    harmed = next((moment.at for moment in grown.moments if moment.finding is Finding.HARM), None)
    if last.finding is not Finding.HARM or harmed is None:
        return mean_and_span(told, span)
    by_bets = last.lowest is None or last.lowest < limit
    return f"harm is shown since {clock(harmed)}: {mean_bet_on(told) if by_bets else mean_and_span(told, span)}"


def between(lowest: float | None, highest: float | None, say: Callable[[float], str]) -> str:
    """Say an interval of which one end or both may be unknown."""
    if lowest is None and highest is None:
        return "anywhere"
    if lowest is None:
        return f"below {say(highest or 0.0)}"
    return f"above {say(lowest)}" if highest is None else f"between {say(lowest)} and {say(highest)}"
