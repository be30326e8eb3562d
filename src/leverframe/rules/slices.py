"""How does a stage read in each of its regions, rings, cohorts and locales alone?

To be watched, and never to decide. Each slice is read as if it were the only one, at the whole of the policy's alpha
and beta: of twenty harmless slices one may well look harmed. What decides reads all of them together.

Of locales only scores are known. Each is read by the sequence of `differences.py`, from what was scored between the
moments that are told of the stage: twenty of them at least.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import inf, isfinite

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.growth import LocaleSlice, Slice
from leverframe.nouns.minutes import Interval
from leverframe.rules.evidence import differences, intervals, labels
from leverframe.rules.evidence.looks import arms_of
from leverframe.rules.evidence.means import FAIRNESS_METRIC, NO_SUMS

NOBODY = CellCounts(0.0)
PARTS = ("region", "ring", "cohort")
"""What a cell's name is made of: `eu|everyone`, or `eu|everyone|testers`."""


def slices_of(
    cells: Mapping[str, CellCounts], guardrails: Iterable[str], *, alpha: float, beta: float
) -> tuple[Slice, ...]:
    """Read each guardrail in each slice that has people, the worst first; of a single region or ring none is told."""
    names = tuple(guardrails)
    found = [
        _read(part, name, inside, guardrail, alpha, beta)
        for place, part in enumerate(PARTS)
        for name, inside in _told_apart(cells, place).items()
        for guardrail in names
    ]
    return tuple(sorted(found, key=_badness))


def _told_apart(cells: Mapping[str, CellCounts], place: int) -> dict[str, tuple[CellCounts, ...]]:
    """Put the cells that have people together by one part of their names; of one slice alone nothing is told."""
    parts: dict[str, tuple[CellCounts, ...]] = {}
    for cell, counts in cells.items():
        name = dict(enumerate(cell.split("|"))).get(place, "")
        if counts.candidate_units or counts.control_units:
            parts[name] = (*parts.get(name, ()), counts)
    return {name: parts[name] for name in sorted(parts) if name} if len(parts) > 1 else {}


def _read(part: str, name: str, cells: tuple[CellCounts, ...], guardrail: str, alpha: float, beta: float) -> Slice:
    strata, arms = labels.strata_of(cells, guardrail), arms_of(cells, guardrail)
    is_compared = arms.candidate_units and arms.control_units
    return Slice(
        by=part,
        name=name,
        guardrail=guardrail,
        estimate=labels.ratio_of(cells, guardrail),
        lowest=intervals.largest_shown(strata, (), 0, 0, alpha) if is_compared else None,
        highest=intervals.smallest_excluded(strata, beta) if is_compared else None,
        candidate_units=arms.candidate_units,
        candidate_bad=arms.candidate_bad,
        control_units=arms.control_units,
        control_bad=arms.control_bad,
    )


def locales_of(
    counted: Sequence[Mapping[str, CellCounts]], alpha: float, metric: str = FAIRNESS_METRIC
) -> tuple[LocaleSlice, ...]:
    """Read a score in each locale that has some, the worst first; of a single locale nothing is told.

    `counted` is what each cell had counted by one moment after the other.
    """
    named = {name for cell in counted[-1].values() for name in (*cell.candidate_sums, *cell.control_sums)}
    names = sorted(name for name in named if name.startswith(f"{metric}@"))
    return tuple(sorted((_locale(counted, name, alpha) for name in names), key=_lowness)) if len(names) > 1 else ()


def _locale(counted: Sequence[Mapping[str, CellCounts]], name: str, alpha: float) -> LocaleSlice:
    blocks = (_block(before, cells, name) for before, cells in pairwise(({}, *counted)))
    seen = differences.turned(differences.moments(blocks))
    mine, theirs = zip(*(_scored(cell, name) for cell in counted[-1].values()), strict=True)
    lowest, highest = differences.lower_bound(seen, alpha), differences.upper_bound(seen, alpha)
    return LocaleSlice(
        locale=name.partition("@")[2],
        metric=name.partition("@")[0],
        candidate_mean=_mean(mine),
        control_mean=_mean(theirs),
        estimate=differences.difference(seen) if seen.intervals else None,
        lowest=lowest if isfinite(lowest) else None,
        highest=highest if isfinite(highest) else None,
        scores=sum(n for n, _ in mine),
    )


_Scored = tuple[int, float]
"""How many scores there were, and what they add up to."""


def _block(before: Mapping[str, CellCounts], cells: Mapping[str, CellCounts], name: str) -> Interval:
    """Return what was scored in each cell from one moment to the next, like with like."""
    pairs = []
    for cell, counts in cells.items():
        (n, total), (m, other) = _scored(counts, name)
        (n_before, total_before), (m_before, other_before) = _scored(before.get(cell, NOBODY), name)
        pairs.append((n - n_before, total - total_before, m - m_before, other - other_before))
    return differences.of_means(pairs)


def _scored(cell: CellCounts, name: str) -> tuple[_Scored, _Scored]:
    mine, theirs = cell.candidate_sums.get(name, NO_SUMS), cell.control_sums.get(name, NO_SUMS)
    return mine[:2], theirs[:2]


def _mean(scored: Iterable[_Scored]) -> float | None:
    n, total = (sum(values) for values in zip(*scored, strict=True))
    return total / n if n else None


def _lowness(locale: LocaleSlice) -> tuple[float, float, str]:
    """Order locales: by what is shown of them, then by what it looks like."""
    shown = -inf if locale.lowest is None else locale.lowest
    return -shown, -(-inf if locale.estimate is None else locale.estimate), locale.locale


def _badness(slice: Slice) -> tuple[float, float, str, str, str]:
    """Order slices: by what is shown of them, then by what it looks like."""
    return -(slice.lowest or 0.0), -(slice.estimate or 0.0), slice.by, slice.name, slice.guardrail
