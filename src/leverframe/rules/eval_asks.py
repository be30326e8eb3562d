"""What does a suite that the policy asks for still lack?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from leverframe.nouns.evidence import Comparison, EvalDelta
from leverframe.nouns.policies import EVERY_LOCALE, EvalAsk
from leverframe.nouns.targets import Target


def added_up(asks: Iterable[EvalAsk]) -> tuple[EvalAsk, ...]:
    """Add up what several rows ask of the same suite: every slice, the most cases, the fewest days."""
    suites: dict[str, EvalAsk] = {}
    for ask in asks:
        known = suites.get(ask.suite, EvalAsk(ask.suite))
        days = [days for days in (known.at_most_days_old, ask.at_most_days_old) if days]
        suites[ask.suite] = EvalAsk(
            suite=ask.suite,
            slices=tuple(dict.fromkeys((*known.slices, *ask.slices))),
            at_least=max(known.at_least, ask.at_least),
            at_most_days_old=min(days, default=0),
        )
    return tuple(suites.values())


def asked_slices(ask: EvalAsk, targets: Iterable[Target]) -> tuple[str, ...]:
    """Return the slices that are asked for, every locale of the targets among them where that is meant."""
    locales = [locale for target in targets for locale in target.locales]
    named = (locales if slice == EVERY_LOCALE else [slice] for slice in ask.slices)
    return tuple(dict.fromkeys(one for some in named for one in some))


def lacks(
    ask: EvalAsk, deltas: Sequence[EvalDelta], targets: Sequence[Target], *, beside: bool, now: datetime
) -> Iterator[str]:
    """Yield what this candidate's results of a suite lack; `beside` says that a deployed unit is to be compared."""
    mine = [delta for delta in deltas if delta.suite == ask.suite]
    slices = asked_slices(ask, targets)
    if EVERY_LOCALE in ask.slices and not any(target.locales for target in targets):
        names = ", ".join(target.id for target in targets)
        yield f"{ask.suite} is asked for in every locale, and the catalog names none of {names}"
    for slice in slices or ("",):
        yield from _lacks(ask, [delta for delta in mine if delta.slice == slice], slice, beside)
    if ask.at_most_days_old:
        yield from _too_old(ask, mine, now)


def _lacks(ask: EvalAsk, found: Sequence[EvalDelta], slice: str, beside: bool) -> Iterator[str]:
    named = f"{ask.suite} ({slice})" if slice else ask.suite
    if slice and not found:
        yield f"{ask.suite} has no result for {slice}"
    elif slice and beside and all(delta.comparison is Comparison.NOT_COMPARABLE for delta in found):
        yield f"{named} cannot be compared with the deployed unit's results"
    cases = max((delta.n for delta in found), default=0)
    if found and cases < ask.at_least:
        yield f"{named} has {cases:,} cases of at least {ask.at_least:,}"


def _too_old(ask: EvalAsk, mine: Sequence[EvalDelta], now: datetime) -> Iterator[str]:
    """Yield that a suite's newest results came too long ago; of a comparison the older of both units' counts."""
    newest = max((delta.imported_at for delta in mine if delta.imported_at), default=None)
    if newest is None:
        yield f"when {ask.suite} was measured is not known"
    elif now - newest > timedelta(days=ask.at_most_days_old):
        yield f"{ask.suite} is of {newest:%a %d %b %Y}, and may be {ask.at_most_days_old} days old"
