"""Is the candidate better, worse or unchanged beside the deployed unit, metric by metric?

Two results are compared where tool, tool version and dataset are the same and known: another scorer is another
ruler, so that what two tools have measured stands side by side. Where the tool tells what each case was given, the
same cases are compared one by one (rules/paired_cases.py); else two means are, and the interval is Welch's at 95 %.
An interval that holds zero is `unchanged`: no difference is shown, and the interval says how large one may yet be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf, sqrt

from leverframe.nouns.evidence import Comparison, Direction, EvalDelta, EvalResult, PairedCases, Unmatched
from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.rules.paired_cases import CONFIDENCE, Pairs, pair
from leverframe.rules.quantiles import t_quantile

Key = tuple[str, str, str, str]
"""Suite, metric, slice and tool."""


def compare_on(
    candidate: Sequence[EvalResult], deployed: Sequence[EvalResult], *, moves: Unit, runs: Unit
) -> tuple[EvalDelta, ...]:
    """Compare what was measured on the ticket's units as they stand: `moves` is its candidate, `runs` its current.

    What was measured before an edit is of another unit. Where nothing newer has come in its place it is listed as not
    comparable, with what differs and what to do; it is never compared.
    """
    mine, before = _latest(r for r in candidate if r.unit == moves), _latest(r for r in candidate if r.unit != moves)
    found = compare(list(mine.values()), [r for r in deployed if r.unit == runs])
    former = _latest(r for r in deployed if r.unit != runs)
    earlier = (_of_earlier(result, moves) for key, result in before.items() if key not in mine)
    return (*(_beside_former(delta, former, runs) for delta in found), *earlier)


def _of_earlier(result: EvalResult, moves: Unit) -> EvalDelta:
    differs = _parts(result.unit, moves)
    because = f"it is of an earlier candidate, which differs in {said_parts(differs)}; run {result.suite} again"
    return replace(_say(result, None, None, None, Comparison.NOT_COMPARABLE, because), differs=differs)


def _beside_former(delta: EvalDelta, former: dict[Key, EvalResult], runs: Unit) -> EvalDelta:
    """Say of a delta that stands alone that the deployed unit was another when it was measured."""
    theirs = former.get((delta.suite, delta.metric, delta.slice, delta.tool))
    if theirs is None or delta.deployed is not None:
        return delta
    differs = said_parts(_parts(theirs.unit, runs))
    because = f"the deployed unit's result is of an earlier one, which differs in {differs}; run {delta.suite} again"
    return replace(delta, because=because)


def _parts(one: Unit, other: Unit) -> tuple[str, ...]:
    return tuple(part for part in UNIT_PARTS if getattr(one, part) != getattr(other, part))


def said_parts(parts: Iterable[str]) -> str:
    """Write the names of a unit's parts as people read them."""
    return ", ".join(part.replace("_", " ") for part in parts)


def compare(candidate: Sequence[EvalResult], deployed: Sequence[EvalResult]) -> tuple[EvalDelta, ...]:
    """Compare each of the candidate's results with the deployed unit's, by suite, metric and slice.

    Where several results of one tool have the same key, the last one counts: it was imported last. What only the
    deployed unit has is told by `unmatched`, because there is nothing of the candidate to say.
    """
    others = _latest(deployed)
    by_others = {key[:3]: result for key, result in others.items()}
    return tuple(_delta(mine, others.get(key) or by_others.get(key[:3])) for key, mine in _latest(candidate).items())


def unmatched(
    candidate: Sequence[EvalResult], deployed: Sequence[EvalResult], *, moves: Unit, runs: Unit
) -> tuple[Unmatched, ...]:
    """List what was measured of the running unit, and not of the candidate by the same tool, version and cases.

    A scorer that was renamed is such: the name that the deployed unit was measured by is missing.
    """
    mine = _latest(r for r in candidate if r.unit == moves)
    theirs = _latest(r for r in deployed if r.unit == runs)
    return tuple(
        Unmatched(*key, deployed=result.value)
        for key, result in theirs.items()
        if key not in mine or _not_comparable(mine[key], result)
    )


def _latest(results: Iterable[EvalResult]) -> dict[Key, EvalResult]:
    return {(result.suite, result.metric, result.slice, result.tool): result for result in results}


def _delta(mine: EvalResult, theirs: EvalResult | None) -> EvalDelta:
    because = _not_comparable(mine, theirs)
    if because or theirs is None:
        deployed = theirs.value if theirs else None
        return _say(mine, deployed, None, None, Comparison.NOT_COMPARABLE, because)
    imported_at = _older(mine, theirs)
    if pairs := pair(mine.cases, theirs.cases, mine.direction):
        return replace(_paired(mine, pairs), imported_at=imported_at)
    if because := _without_spread(mine, theirs):
        return _say(mine, theirs.value, None, None, Comparison.NOT_COMPARABLE, because)
    low, high = _interval(mine, theirs)
    comparison = _comparison(mine.direction, low, high)
    cases = f"n = {mine.n:,}" if mine.n == theirs.n else f"n = {mine.n:,} against {theirs.n:,}"
    because = f"{_moved(mine.value - theirs.value, low, high, comparison)}, {cases}"
    return replace(_say(mine, theirs.value, low, high, comparison, because), imported_at=imported_at)


def _older(mine: EvalResult, theirs: EvalResult) -> datetime | None:
    return min((at for at in (mine.imported_at, theirs.imported_at) if at), default=None)


def _paired(mine: EvalResult, pairs: Pairs) -> EvalDelta:
    comparison = _comparison(mine.direction, pairs.low, pairs.high)
    moved = _moved(pairs.value - pairs.deployed, pairs.low, pairs.high, comparison)
    because = f"{moved}; {said_pairs(pairs.counts)}"
    told = _say(mine, pairs.deployed, pairs.low, pairs.high, comparison, because)
    return replace(told, n=pairs.counts.cases, value=pairs.value, paired=pairs.counts)


def said_pairs(counts: PairedCases) -> str:
    """Write what the same cases say, as people read it."""
    kind = "exact p" if counts.exact else "p by the normal approximation"
    p = f"{kind} = {counts.p:.2g}" if counts.p >= 0.0001 else f"{kind} < 0.0001"
    said = f"paired over {counts.cases:,} same cases: {counts.better:,} got better, {counts.worse:,} worse, {p}"
    alone = ((counts.only_candidate, "candidate"), (counts.only_deployed, "deployed unit"))
    return "; ".join([said, *(f"{n:,} answered by the {who} alone" for n, who in alone if n)])


def _say(
    mine: EvalResult, deployed: float | None, low: float | None, high: float | None, found: Comparison, because: str
) -> EvalDelta:
    return EvalDelta(
        suite=mine.suite,
        metric=mine.metric,
        slice=mine.slice,
        n=mine.n,
        value=mine.value,
        deployed=deployed,
        low=low,
        high=high,
        comparison=found,
        because=because,
        direction=mine.direction,
        imported_at=mine.imported_at,
        tool=mine.tool,
    )


def _not_comparable(mine: EvalResult, theirs: EvalResult | None) -> str:
    """Return why two results cannot be compared, all of it, or nothing."""
    if theirs is None:
        return "the deployed unit has no result for it"
    faults = [
        _differs("the tool", mine.tool, theirs.tool),
        _differs("the tool's version", mine.tool_version, theirs.tool_version),
        _differs("the dataset", mine.dataset_digest[:19], theirs.dataset_digest[:19]),
        "higher is better in one of them and lower in the other" if mine.direction is not theirs.direction else "",
    ]
    return "; ".join(fault for fault in faults if fault)


def _without_spread(mine: EvalResult, theirs: EvalResult) -> str:
    faults = (_no_spread("the candidate's", mine), _no_spread("the deployed unit's", theirs))
    return "; ".join(fault for fault in faults if fault)


def _differs(what: str, mine: str, theirs: str) -> str:
    if not mine or not theirs:
        whose = (
            "of both" if not mine and not theirs else "of the candidate's" if not mine else "of the deployed unit's"
        )
        return f"{what} {whose} results is not known"
    return "" if mine == theirs else f"{what} differs: {mine} against {theirs}"


def _no_spread(whose: str, result: EvalResult) -> str:
    if result.standard_error is not None:
        return ""
    return f"the spread of {whose} {result.n} {'case' if result.n == 1 else 'cases'} is not known"


def _interval(mine: EvalResult, theirs: EvalResult) -> tuple[float, float]:
    a, b = (mine.standard_error or 0.0) ** 2, (theirs.standard_error or 0.0) ** 2
    difference, spread = mine.value - theirs.value, sqrt(a + b)
    reach = spread * t_quantile((1 + CONFIDENCE) / 2, _freedom(a, mine.n, b, theirs.n)) if spread else 0.0
    return difference - reach, difference + reach


def _freedom(a: float, n: int, b: float, m: int) -> float:
    """Return Welch and Satterthwaite's degrees of freedom; one case alone brings a bound, not an estimate."""
    below = (a * a / (n - 1) if n > 1 else 0.0) + (b * b / (m - 1) if m > 1 else 0.0)
    return (a + b) ** 2 / below if below else inf


def _comparison(direction: Direction, low: float, high: float) -> Comparison:
    if low <= 0.0 <= high:
        return Comparison.UNCHANGED
    risen = low > 0.0
    return Comparison.BETTER if risen is (direction is Direction.HIGHER) else Comparison.WORSE


def _moved(difference: float, low: float, high: float, found: Comparison) -> str:
    way = "it rose" if difference > 0 else "it fell"
    change = "no difference is shown" if found is Comparison.UNCHANGED else way
    return f"{change}: {difference:+.3g}, 95 % interval {low:+.3g} to {high:+.3g}"
