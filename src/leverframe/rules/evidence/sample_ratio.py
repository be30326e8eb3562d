"""Do the units that were seen fit the share of the buckets?

Under the buckets each distinct unit is a candidate unit with probability `share`. A mixture over odds above and
below 1 is an e-process against that, by the same formula as the label e-process (Lindon & Malek,
arXiv:2011.03567, "sample ratio mismatch"). Where it fires, outcomes are lost or counted twice in one arm, and no
comparison of the arms can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable

from leverframe.nouns.evidence import CellCounts
from leverframe.rules.evidence.labels import Strata, evenly, log_mixture

NAME = "sample_ratio"
"""The guardrail name of the reading that checks the counts themselves."""
ALPHA = 0.001
"""How rarely a sound stage is called unsound: it holds a ramp and never rolls back, so it has its own level."""

ODDS = evenly((0.1, 0.25, 0.5, 0.8, 0.9, 0.95, 0.98, 1.02, 1.05, 1.1, 1.25, 2.0, 4.0, 10.0))


def units_of(cells: Iterable[CellCounts]) -> dict[float, tuple[int, int]]:
    """Sum distinct units by share; a cell where all or none have the candidate tells nothing."""
    sums: dict[float, tuple[int, int]] = {}
    for cell in cells:
        if 0.0 < cell.share < 1.0:
            candidate, control = sums.get(cell.share, (0, 0))
            sums[cell.share] = (candidate + cell.candidate_units, control + cell.control_units)
    return dict(sorted(sums.items()))


def log_mismatch(units: Strata) -> float:
    """Return the log of the evidence against "units fell to the candidate by the share of the buckets"."""
    return log_mixture(ODDS, units)


def expected_units(units: Strata) -> float:
    """Return how many candidate units the shares let expect among all that were seen."""
    return sum(share * (candidate + control) for share, (candidate, control) in units.items())
