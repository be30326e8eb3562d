"""Who absorbs a change first, and how wide may the next be?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudienceOrder:
    """Rings, groups of equal regions, and cohorts, each from first to last.

    How wide the next may be is told in percent of the one before: 100 is as wide, 50 half as wide; where that one has
    everyone, so may the next. What is not named comes last, all of it as equals. Where `enforced` is False the order
    only advises.
    """

    rings: tuple[str, ...] = ()
    regions: tuple[tuple[str, ...], ...] = ()
    cohorts: tuple[str, ...] = ()
    next_ring_percent: float = 100.0
    next_region_percent: float = 100.0
    next_cohort_percent: float = 100.0
    enforced: bool = True

    def ring_rank(self, ring: str) -> int:
        """Return a ring's place, 0 for the first."""
        return self.rings.index(ring) if ring in self.rings else len(self.rings)

    def region_rank(self, region: str) -> int:
        """Return the place of a region's group, 0 for the first."""
        return next((place for place, group in enumerate(self.regions) if region in group), len(self.regions))

    def cohort_rank(self, cohort: str) -> int:
        """Return a cohort's place, 0 for the first; who is in none ("") comes last."""
        return self.cohorts.index(cohort) if cohort in self.cohorts else len(self.cohorts)


NO_ORDER = AudienceOrder()
"""All audiences are equals."""
