"""How does a stage read in each of its regions, rings and cohorts alone?

To be watched, and never to decide. Each slice is read as if it were the only one, at the whole of the policy's alpha
and beta: of twenty harmless slices one may well look harmed. What decides reads all of them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.growth import Slice
from leverframe.rules.evidence import intervals, labels
from leverframe.rules.evidence.looks import arms_of

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


def _badness(slice: Slice) -> tuple[float, float, str, str, str]:
    """Order slices: by what is shown of them, then by what it looks like."""
    return -(slice.lowest or 0.0), -(slice.estimate or 0.0), slice.by, slice.name, slice.guardrail
