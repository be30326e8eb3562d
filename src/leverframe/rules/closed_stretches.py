"""Would a ramp have to stand wide through a closed stretch?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from leverframe.nouns.calendar import Calendar, Subject
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.targets import Target
from leverframe.rules.audience_order import in_vain, waits_for
from leverframe.rules.calendar import closed_stretch, next_opening
from leverframe.rules.exposure import reach_percent, rising
from leverframe.rules.lowering import cells_of, within
from leverframe.rules.moments import later

WEEKS_AHEAD = 26
"""How many closed stretches are tried for a later entry, before it is said that none fits."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How wide a ramp may stand through how long a closed stretch."""

    max_percent: float
    hours: float


@dataclass(frozen=True, slots=True)
class Caught:
    """A closed stretch that a ramp stands in, or would: where, and from when to when."""

    region: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A stage that is about to be entered: `entering` are the regions that it has still to reach.

    The `target` says in which order; without one they come as they open.
    """

    plan: RampPlan
    stage: int
    entering: tuple[str, ...]
    regions: tuple[str, ...]
    calendar: Calendar
    subject: Subject
    limits: Limits
    target: Target | None = None


def caught_by_entering(entry: Entry, at: datetime) -> Caught | None:
    """Return the closed stretch that a ramp would stand in too wide if it entered a stage at a moment.

    A stage's earliest exit is the next opening after its bake, counted from its last region. The last stage
    has no exit: it is settlement, and is always entered.
    """
    if entry.stage >= len(entry.plan.stages):
        return None
    wide = [r for r in entry.entering if reach_percent(entry.plan, entry.stage, r) > entry.limits.max_percent]
    if not wide:
        return None
    exits, reached = _exits(entry, at), openings(entry, at)
    for region in wide:
        enters = reached[region] or at
        closed = closed_stretch(entry.calendar, entry.subject, region, enters, entry.limits.hours)
        leaves = exits.get(region) if region in exits else min(_known(exits), default=None)
        if closed is not None and (leaves is None or leaves > closed[0]):
            return Caught(region, *closed)
    return None


def entry_after(entry: Entry, caught: Caught) -> datetime | None:
    """Return when a stage may be entered after all; None: it does not fit between the closed stretches."""
    for _ in range(WEEKS_AHEAD):
        at = min(_known(openings(entry, caught.ends)), default=None)
        if at is None:
            return None
        again = caught_by_entering(entry, at)
        if again is None:
            return at
        caught = again
    return None


def caught_standing(
    reached: Mapping[str, float], calendar: Calendar, subject: Subject, limits: Limits, now: datetime
) -> Caught | None:
    """Return the closed stretch in which a ramp stands too wide now; `reached` maps a region to its share."""
    for region, percent in reached.items():
        if percent <= limits.max_percent:
            continue
        closed = closed_stretch(calendar, subject, region, now, limits.hours)
        if closed is not None and closed[0] <= now:
            return Caught(region, *closed)
    return None


def first_opening(calendar: Calendar, subject: Subject, regions: tuple[str, ...], after: datetime) -> datetime | None:
    """Return the first moment at which any of the regions is open; the moment itself where none is asked."""
    if not regions:
        return after
    openings = (next_opening(calendar, subject, region, after) for region in regions)
    return min((when for when in openings if when is not None), default=None)


def openings(entry: Entry, at: datetime) -> dict[str, datetime | None]:
    """Return when each region can be reached at the earliest: at its own opening, and after those that come first."""
    waits, vain = order_of(entry)
    reached: dict[str, datetime | None] = {}

    def reach(region: str) -> datetime | None:
        if region not in reached:
            before = [reach(first) for first in waits.get(region, ())]
            begins = [at, *(when for when in before if when is not None)]
            is_free = region not in vain and None not in before
            reached[region] = next_opening(entry.calendar, entry.subject, region, max(begins)) if is_free else None
        return reached[region]

    return {region: reach(region) for region in entry.entering}


def order_of(entry: Entry) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """Return what the order of the target's audiences says of the regions that are to be entered.

    First for each region those of them that must be reached before it; then those in which the stage can never be
    published, with why: the plan breaks the order.
    """
    return _order_of(entry.plan, entry.stage, entry.entering, entry.regions, entry.target)


@lru_cache(maxsize=4096)
def _order_of(
    plan: RampPlan, stage: int, entering: tuple[str, ...], regions: tuple[str, ...], target: Target | None
) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, str]]:
    """Work out what `order_of` says; the clock has no part in it, so that it is kept for the next moment."""
    if target is None:
        return {}, {}
    cells = within(cells_of(target), regions)
    vain = in_vain(plan, stage, entering, cells, target.order)
    waits = waits_for(plan, stage, entering, cells, target.order)
    return waits, {region: breach.because for region, breach in vain.items()}


def _exits(entry: Entry, at: datetime) -> dict[str, datetime | None]:
    """Return when each region of the next stage could be published at the earliest."""
    reached = list(openings(entry, at).values())
    after = rising(entry.plan, entry.stage + 1, entry.regions)
    if not all(reached):
        return dict.fromkeys(after or entry.entering)
    baked = later(max(when for when in reached if when), entry.plan.stages[entry.stage - 1].bake_minutes)
    if not after:
        return dict.fromkeys(entry.entering, baked)
    return openings(replace(entry, stage=entry.stage + 1, entering=after), baked)


def _known(exits: dict[str, datetime | None]) -> list[datetime]:
    return [when for when in exits.values() if when is not None]
