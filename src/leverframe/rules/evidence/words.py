"""How is a reading said to people?"""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from leverframe.nouns.ramps import LimitKind

NOBODY = "nobody has been served the candidate in this stage yet"
NOBODY_SINCE = "nobody has been served the candidate since this stage reached its last region, or began again"
NOBODY_BESIDE = "nobody has been served the current unit beside it, so there is nothing to compare with"
EVERYONE = "everyone is served the candidate, so there is nobody to compare with"
NO_FLOOR = "no guardrail shows harm, and this stage asks for no proof"

EVENTS = {
    "error": "an error",
    "slow": "a slow answer",
    "feedback_negative": "negative feedback",
    "refusal": "a refusal",
}


class Arms(NamedTuple):
    """How many people met one guardrail's event, on the candidate and beside it."""

    guardrail: str
    candidate_bad: int
    candidate_units: int
    control_bad: int
    control_units: int


def event(guardrail: str) -> str:
    """Name what people met, after "met"."""
    return EVENTS.get(guardrail, guardrail.replace("_", " "))


def times(ratio: float) -> str:
    """Say a ratio before "as many": twice, 3 times, 1.25 times."""
    return "twice" if ratio == 2.0 else f"{ratio:.3g} times"


def minutes(wait: float) -> str:
    """Say a wait in minutes, rounded up; in hours from two hours on."""
    whole = max(1, ceil(wait - 1e-9))
    if whole < 120:
        return f"{whole} min"
    hours, rest = divmod(whole, 60)
    return f"{hours:,} h {rest} min" if rest else f"{hours:,} h"


def percent(rate: float) -> str:
    """Say a rate in percent."""
    return f"{100.0 * rate:.3g} %"


def counted(arms: Arms) -> str:
    """Give both arms' counts, the candidate's first."""
    return (
        f"{arms.candidate_bad:,} of {arms.candidate_units:,} on the candidate, "
        f"{arms.control_bad:,} of {arms.control_units:,} beside it"
    )


def harm(arms: Arms, ratio: float | None, evidence: float, needed: float) -> str:
    """Say that more people are harmed, and how sure that is."""
    if ratio is not None and ratio > 1.0:
        many = f"{times(ratio)} as many people met {event(arms.guardrail)}"
    else:
        many = f"over the ramp more people met {event(arms.guardrail)} on the candidate"
    return (
        f"{many} ({counted(arms)}); the evidence of harm over the ramp is "
        f"{odds(evidence)}, and {odds(needed)} rolls back"
    )


def odds(value: float) -> str:
    """Say an e-value as odds."""
    return "over 1,000,000 to 1" if value > 1e6 else f"{value:,.0f} to 1"


def fewer(arms: Arms, ruled_out: float | None) -> str:
    """Say the smallest harm that is ruled out."""
    if ruled_out is None:
        return f"no ratio of people who met {event(arms.guardrail)} is ruled out yet"
    return fewer_than(arms.guardrail, ruled_out)


def fewer_than(guardrail: str, ruled_out: float) -> str:
    """Say that a harm is ruled out."""
    return f"fewer than {times(ruled_out)} as many people met {event(guardrail)}"


def proved(arms: Arms, ruled_out: float, floor: float) -> str:
    """Say that the floor's harm is ruled out."""
    return f"{fewer(arms, ruled_out)} (the floor asks below {floor:g}x)"


def waiting(arms: Arms, wait: float | None, floor: float) -> str:
    """Say how long the floor's proof will still take."""
    if wait is None:
        return (
            f"nobody has met {event(arms.guardrail)} on either side, "
            f"so it is not known when {times(floor)} as many is ruled out"
        )
    more = f"{minutes(wait)} more at this traffic to rule out {times(floor)} as many"
    return f"{more} people who met {event(arms.guardrail)} ({counted(arms)})"


def reaching(arms: Arms, floor: float) -> str:
    """Say that the floor's proof begins when the stage has reached its last region."""
    return (
        f"{times(floor)} as many people who met {event(arms.guardrail)} is ruled out from counts that begin when the "
        f"stage has reached its last region ({counted(arms)} so far)"
    )


def watched(arms: Arms, ruled_out: float | None) -> str:
    """Say what has been ruled out where nothing was asked."""
    return f"{fewer(arms, ruled_out)} (this stage asks for no proof; {counted(arms)})"


def first_calls(bad: int, units: int, guardrail: str) -> str:
    """Say a rate of first calls."""
    return f"{percent(bad / units)} of {units:,} people met {event(guardrail)} at their first call"


def within(arms: Arms, limit: float) -> str:
    """Say that a limit is not shown to be broken; an estimate above it is called that."""
    rate = first_calls(arms.candidate_bad, arms.candidate_units, arms.guardrail)
    if arms.candidate_bad > limit * arms.candidate_units:
        return f"{rate}, above the limit of {percent(limit)}, but it may be chance"
    return f"{rate}; the limit is {percent(limit)}"


def above(arms: Arms, limit: float, lowest: float) -> str:
    """Say that a limit is broken, by at least how much, and how the current unit did."""
    rate = first_calls(arms.candidate_bad, arms.candidate_units, arms.guardrail)
    beside = f", {percent(arms.control_bad / arms.control_units)} beside it" if arms.control_units else ""
    return f"{rate}{beside}; the rate is at least {percent(lowest)}, and the limit is {percent(limit)}"


def both_above(arms: Arms, limit: float) -> str:
    """Say that the limit is broken with and without the candidate."""
    rate = first_calls(arms.candidate_bad, arms.candidate_units, arms.guardrail)
    beside = percent(arms.control_bad / arms.control_units)
    return f"both are above the limit of {percent(limit)}: {rate}, {beside} of {arms.control_units:,} beside it"


def fits(candidate: int, control: int, expected: float) -> str:
    """Say that the counts fit the share of the buckets."""
    return f"{candidate:,} of {candidate + control:,} people were served the candidate; {expected:,.0f} were expected"


def mismatch(candidate: int, control: int, expected: float) -> str:
    """Say that the counts do not fit the share of the buckets, so that no comparison can be trusted."""
    return (
        f"{candidate:,} of {candidate + control:,} people were counted on the candidate where the share of the "
        f"buckets lets expect {expected:,.0f}: outcomes of one side are lost or counted twice"
    )


def metric(name: str) -> str:
    """Name a mean: `groundedness@fr-FR` is groundedness in fr-FR."""
    base, _, locale = name.partition("@")
    words = {"cost_usd": "cost per call"}.get(base, base.replace("_", " "))
    return f"{words} in {locale}" if locale else words


def no_scores(name: str) -> str:
    """Say that people were served and nothing was scored."""
    return f"people were served, but no score of {metric(name)} has come to compare"


def few_minutes(name: str, minutes_seen: int, needed: int, *, is_bet: bool = False) -> str:
    """Say that there is too little to judge a mean, and whether a collapse would be seen already."""
    said = f"{metric(name)} has been scored in {minutes_seen} minutes so far, and {needed} are needed to judge it"
    return f"{said}; only a collapse is seen sooner" if is_bet else said


class Mean(NamedTuple):
    """How a mean stands: its estimate (or its distance from the control's), what it is at least, and its limit."""

    name: str
    kind: LimitKind
    value: float
    at_least: float
    limit: float
    minutes: int


def mean_within(mean: Mean) -> str:
    """Say that a mean is not shown to be beyond its limit; an estimate that lies beyond it is called that."""
    if mean.value > mean.limit:
        return f"{_estimate(mean)}, beyond the limit of {_limit(mean)}, but it may be chance"
    return f"{_estimate(mean)}; the limit is {_limit(mean)}"


def mean_beyond(mean: Mean) -> str:
    """Say that a mean is shown to be beyond its limit, by at least how much."""
    return f"{_estimate(mean)}, and at least {mean.at_least:.3g}; the limit is {_limit(mean)}"


def mean_fell(mean: Mean, stands: float, needed: float) -> str:
    """Say that bets on a fall beyond its limit have won what shows it, before the mean itself is known well."""
    return (
        f"{_estimate(mean)}; bets on a fall beyond the limit of {mean.limit:.3g} stand at {odds(stands)}, "
        f"and {odds(needed)} rolls back"
    )


def mean_and_span(mean: Mean, between: str) -> str:
    """Say a mean's estimate, between what it lies, and its limit."""
    return f"{_estimate(mean)}; it lies {between}, and the limit is {_limit(mean)}"


def mean_bet_on(mean: Mean) -> str:
    """Say a mean's estimate, and that bets have shown it to be beyond its limit."""
    return f"{_estimate(mean)}, shown by bets on a fall beyond the limit of {mean.limit:.3g}"


def distance(value: float, kind: LimitKind) -> str:
    """Say a mean, or how far it lies from the control's: 0.03 lower."""
    if kind is LimitKind.MEAN:
        return f"{value:.3g}"
    if round(value, 6) == 0.0:
        return "0"
    return f"{abs(value):.3g} {'lower' if (value > 0) is (kind is LimitKind.FALL) else 'higher'}"


def both_means_above(mean: Mean, theirs: float) -> str:
    """Say that a mean is beyond its limit with and without the candidate."""
    return f"both are above the limit of {mean.limit:.3g}: {_estimate(mean)}, and {theirs:.3g} beside it"


def _estimate(mean: Mean) -> str:
    over = f"over {mean.minutes:,} minutes"
    if mean.kind is LimitKind.MEAN:
        return f"{metric(mean.name)} is {mean.value:.3g} {over}"
    if round(mean.value, 6) == 0.0:
        return f"{metric(mean.name)} is as high as beside it {over}"
    falls = (mean.value > 0) is (mean.kind is LimitKind.FALL)
    return f"{metric(mean.name)} is {abs(mean.value):.3g} {'lower' if falls else 'higher'} than beside it {over}"


def _limit(mean: Mean) -> str:
    side = {LimitKind.FALL: " lower", LimitKind.RISE: " higher"}.get(mean.kind, "")
    return f"{mean.limit:.3g}{side}"
