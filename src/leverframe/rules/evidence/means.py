"""Is a mean beyond its limit, told minute by minute?

Three kinds of limits: on the candidate's own mean (cost per call), on how far it falls below the mean of what is
served beside it (groundedness), and on how far it rises above it (a latency). Each is a one-sided test by the
asymptotic confidence sequence of `differences.py`: it stops a ramp only when the mean is shown to be beyond the
limit, at that limit's part of the ramp's alpha, however often it is looked at. Where the current unit's own mean is
above an absolute limit too, the candidate is not the cause, and people are asked.

The sequence says nothing before its twentieth minute. So where scores have bounds, a fifth of a fall's level is bet,
minute by minute, on a fall beyond the limit (`betting.py`): a collapse is seen in the first minutes. The sequence has
the other four fifths, and whichever reaches its own bound shows harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import exp, isfinite, log
from typing import NamedTuple

from leverframe.nouns.evidence import CellCounts, Finding, Reading
from leverframe.nouns.minutes import MeanMinutes, Moments
from leverframe.nouns.ramps import LimitKind, Slo, Stage
from leverframe.rules.evidence import betting, differences
from leverframe.rules.evidence import words as say
from leverframe.rules.evidence.looks import Look, value_of

FAIRNESS = "fairness_locale_delta"
FAIRNESS_METRIC = "groundedness"
NOTHING = MeanMinutes()
BET = 0.2
"""The part of a fall's level that is bet; the sequence has the rest."""


def metrics_of(stage: Stage) -> frozenset[str]:
    """Name the metrics that a stage's limits on means read; those by locale are told by their part before the @."""
    named = (slo.guardrail for slo in stage.slos if slo.kind is not LimitKind.RATE)
    return frozenset(FAIRNESS_METRIC if name == FAIRNESS else name for name in named)


def with_minute(
    before: Mapping[str, MeanMinutes], cells: Mapping[str, CellCounts], stage: Stage
) -> Mapping[str, MeanMinutes]:
    """Return what is known of a stage's means after one more minute, in which these cells counted."""
    metrics = metrics_of(stage)
    names = {name for cell in cells.values() for name in (*cell.candidate_sums, *cell.control_sums)}
    here = (name for name in names if name.split("@", 1)[0] in metrics)
    return {**before, **{name: _with(before.get(name, NOTHING), cells.values(), name, stage) for name in here}}


def _with(before: MeanMinutes, cells: Iterable[CellCounts], name: str, stage: Stage) -> MeanMinutes:
    pairs = [
        (*cell.candidate_sums.get(name, NO_SUMS)[:2], *cell.control_sums.get(name, NO_SUMS)[:2]) for cell in cells
    ]
    fall = next((slo for slo in stage.slos if is_bet_on(slo) and _reads(slo, name)), None)
    mine = differences.of_mean((n, total) for n, total, _, _ in pairs)
    theirs = differences.of_mean((m, other) for _, _, m, other in pairs)
    return MeanMinutes(
        candidate=differences.moments([mine], before.candidate),
        control=differences.moments([theirs], before.control),
        difference=differences.moments([differences.of_means(pairs)], before.difference),
        wealth=_bet(before.wealth or betting.NO_BLOCKS, pairs, fall) if fall else (),
    )


def is_bet_on(slo: Slo) -> bool:
    """Say whether a limit is bet on: a fall of scores that have bounds."""
    return slo.kind is LimitKind.FALL and slo.bounds is not None


def _reads(slo: Slo, name: str) -> bool:
    """Say whether a limit reads a metric; that on the worst locale reads the score in each."""
    return name == slo.guardrail or (slo.guardrail == FAIRNESS and name.startswith(f"{FAIRNESS_METRIC}@"))


def _bet(wealth: betting.Wealth, pairs: Sequence[_Pair], slo: Slo) -> betting.Wealth:
    """Bet on one minute: both arms' means over the cells in which both have scores, weighed alike."""
    low, high = slo.bounds or (0.0, 1.0)
    weights = [n * m / (n + m) if n and m else 0.0 for n, _, m, _ in pairs]
    whole = sum(weights)
    if not whole:
        return wealth
    weighed = list(zip(weights, pairs, strict=True))
    candidate = sum(w * total / n for w, (n, total, _, _) in weighed if w) / whole
    control = sum(w * other / m for w, (_, _, m, other) in weighed if w) / whole
    theirs, mine = (min(max((mean - low) / (high - low), 0.0), 1.0) for mean in (control, candidate))
    return betting.bet_on_block(wealth, theirs, mine, slo.limit / (high - low))


def read_mean(look: Look, slo: Slo) -> Reading:
    """Test a limit on a mean in this stage; of a fairness limit the worst locale that both arms have scores of."""
    tests = list(_tests(look, slo).values())
    if not tests:
        return _told(look, slo, _Test(Finding.NO_DATA, _nothing(look, slo.guardrail)))
    telling = [test for test in tests if test.finding is not Finding.NO_DATA] or tests
    worst = max(telling, key=lambda test: (test.finding.rank, test.evidence, test.value or 0.0))
    return _told(look, slo, worst)


def read_each(look: Look, slo: Slo) -> dict[str, Reading]:
    """Test a limit in each metric that it reads, at its part of the level: for fairness in each locale."""
    return {name: _told(look, slo, test) for name, test in _tests(look, slo).items()}


def level_of(look: Look, slo: Slo) -> float:
    """Return the part of alpha at which a limit is tested in each metric that it reads."""
    return look.outline.level_of(slo.guardrail, look.alpha) / max(1, len(named(look, slo.guardrail)))


def _tests(look: Look, slo: Slo) -> dict[str, _Test]:
    level = level_of(look, slo)
    return {name: _test(look, slo, name, level) for name in named(look, slo.guardrail)}


class _Test(NamedTuple):
    """How one metric stands to its limit: its estimate, what it is at least, and the evidence that it is beyond."""

    finding: Finding
    because: str
    value: float | None = None
    control_value: float | None = None
    at_least: float | None = None
    evidence: float = 0.0
    needed: float = 0.0
    scores: int = 0


def _test(look: Look, slo: Slo, name: str, level: float) -> _Test:
    if slo.kind is not LimitKind.MEAN and not look.is_shared:
        return _Test(Finding.PASS, say.EVERYONE)
    test = _hold(slo, name, look.means.get(name, NOTHING), level)
    scores = _scores(look.fresh, name, both=slo.kind is not LimitKind.MEAN)
    if not scores and test.finding in (Finding.PASS, Finding.CONTINUE):
        return _Test(Finding.NO_DATA, _nothing(look, name))
    return test._replace(scores=scores)


def _hold(slo: Slo, name: str, known: MeanMinutes, level: float) -> _Test:
    """Hold an estimate against its limit."""
    moments, theirs, least = seen(known, slo.kind), mean_of(known.control), differences.LEAST_INTERVALS
    bets = known.wealth if is_bet_on(slo) else ()
    if not moments.intervals or (moments.intervals < least and not bets):
        return _Test(Finding.CONTINUE, say.few_minutes(name, moments.intervals, least))
    value, lowest = differences.difference(moments), lower_bound(slo, moments, level)
    evidence, needed = log_beyond(moments, bets, slo.limit), -log(level)
    told = say.Mean(name, slo.kind, value, lowest, slo.limit, moments.intervals)
    if evidence >= needed and lowest < slo.limit and bets:
        stands = value_of(betting.log_wealth(bets))
        finding, because = Finding.HARM, say.mean_fell(told, stands, 1.0 / (BET * level))
    elif moments.intervals < least:
        finding, because = Finding.CONTINUE, say.few_minutes(name, moments.intervals, least, is_bet=True)
    elif evidence < needed:
        finding, because = Finding.PASS, say.mean_within(told)
    elif slo.kind is LimitKind.MEAN and theirs is not None and theirs > slo.limit:
        finding, because = Finding.BOTH_ABOVE, say.both_means_above(told, theirs)
    else:
        finding, because = Finding.HARM, say.mean_beyond(told)
    at_least = lowest if isfinite(lowest) else None
    return _Test(finding, because, value, theirs, at_least, evidence, needed)


def log_beyond(moments: Moments, wealth: betting.Wealth, limit: float) -> float:
    """Return the log of the evidence that a mean is beyond its limit: of the sequence and the bets, each weighed by
    its part of the level, the larger. Without bets the sequence has all of it.
    """
    sequence = differences.log_above(moments, limit)
    return max(sequence + log(1.0 - BET), betting.log_wealth(wealth) + log(BET)) if wealth else sequence


def lower_bound(slo: Slo, moments: Moments, level: float) -> float:
    """Return what a limit's mean is at least by the sequence's part of a level; -inf where that is unknown."""
    return differences.lower_bound(moments, _of_the_sequence(slo, level))


def upper_bound(slo: Slo, moments: Moments, level: float) -> float:
    """Return what a limit's mean is at most, at the level of what it is at least; inf where that is unknown."""
    return differences.upper_bound(moments, _of_the_sequence(slo, level))


def _of_the_sequence(slo: Slo, level: float) -> float:
    return (1.0 - BET) * level if is_bet_on(slo) else level


def seen(known: MeanMinutes, kind: LimitKind) -> Moments:
    """Return the sums that a limit of a kind is held against."""
    match kind:
        case LimitKind.FALL:
            return differences.turned(known.difference)
        case LimitKind.RISE:
            return known.difference
        case _:
            return known.candidate


def _nothing(look: Look, name: str) -> str:
    return say.no_scores(name) if look.candidate_units else look.nobody


def _told(look: Look, slo: Slo, test: _Test) -> Reading:
    return Reading(
        guardrail=slo.guardrail,
        finding=test.finding,
        because=test.because,
        e_value=value_of(test.evidence),
        e_bound=exp(test.needed) if test.needed else 0.0,
        candidate_units=look.candidate_units,
        control_units=look.control_units,
        limit=slo.limit,
        limit_kind=slo.kind,
        value=test.value,
        control_value=test.control_value,
        at_least=test.at_least,
        scores=test.scores,
    )


def named(look: Look, guardrail: str) -> tuple[str, ...]:
    """Name the metrics that a limit reads: one, or for fairness the score in each locale."""
    return _locales(look) if guardrail == FAIRNESS else (guardrail,)


def _locales(look: Look) -> tuple[str, ...]:
    """List the metric in each locale in which the stage has scores, in alphabetical order."""
    names = {name for cell in look.cells for name in (*cell.candidate_sums, *cell.control_sums)}
    return tuple(sorted(name for name in names if name.startswith(f"{FAIRNESS_METRIC}@")))


def _scores(cells: Iterable[CellCounts], name: str, *, both: bool) -> int:
    """Count the candidate's scores; none where they are to be compared and the control has none."""
    mine = theirs = 0
    for cell in cells:
        mine += cell.candidate_sums.get(name, NO_SUMS)[0]
        theirs += cell.control_sums.get(name, NO_SUMS)[0]
    return mine if theirs or not both else 0


def mean_of(seen: Moments) -> float | None:
    """Return the mean of one arm's minutes, or None without any."""
    return seen.gap / seen.weight if seen.weight else None


NO_SUMS = (0, 0.0, 0.0)
_Pair = tuple[int, float, int, float]
"""The candidate's scores in a cell, their sum, and the control's."""
