"""In which stretches of time is a calendar open?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from leverframe.nouns.calendar import Calendar, Freeze, Scope, Subject, Window
from leverframe.nouns.targets import EVERYWHERE
from leverframe.rules.moments import earliest, latest

Stretch = tuple[datetime, datetime]
"""From a UTC moment (inside) to another (outside)."""

WEEKLY = tuple[frozenset[int], time, time, str]
"""A window's weekdays, opening and closing wall time, and zone."""

BLOCK = timedelta(days=91)
HORIZON_BLOCKS = 8
"""How far the calendar is searched: two years, in blocks of 13 weeks that are each worked out once."""

_ORIGIN = datetime(2000, 1, 3, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=True)
class Hours:
    """What of a calendar speaks of one subject in one region: weekly windows, and freezes as UTC stretches.

    What follows from it is remembered by value; `_hash` is worked out once, because it is asked often.
    """

    weekly: tuple[WEEKLY, ...]
    frozen: tuple[Stretch, ...]
    freezes: tuple[Freeze, ...] = field(default=(), compare=False)
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.weekly, self.frozen)))

    def __hash__(self) -> int:
        return self._hash


def hours_of(calendar: Calendar, subject: Subject, region: str) -> Hours:
    """Gather the windows and freezes that speak of a subject in a region."""
    return _gather(_This(calendar), subject, region)


class _This:
    """One calendar object, told apart by identity; holding it keeps its identity from being used again.

    A calendar is frozen, but its maps are not hashable, and comparing two by value would cost more than it saves.
    """

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar

    def __hash__(self) -> int:
        return id(self.calendar)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _This) and other.calendar is self.calendar


@lru_cache(maxsize=16384)
def _gather(this: _This, subject: Subject, region: str) -> Hours:
    calendar = this.calendar
    zone = calendar.zone_of(region)
    weekly = tuple(
        (window.weekdays, window.opens, window.closes, window.zone or zone)
        for window in calendar.windows
        if allows(window, subject, region)
    )
    freezes = tuple(freeze for freeze in calendar.freezes if forbids(freeze, subject, region))
    return Hours(weekly, tuple(stretch_of(freeze, zone) for freeze in freezes), freezes)


def allows(window: Window, subject: Subject, region: str) -> bool:
    """Say whether a window speaks of a subject in a region."""
    scope = window.scope
    return _speaks_of(scope, subject) and (not scope.regions or region in scope.regions)


def forbids(freeze: Freeze, subject: Subject, region: str) -> bool:
    """Say whether a freeze speaks of a subject in a region.

    What has no region reaches users in every one of them, so that any region's freeze speaks of it.
    """
    scope = freeze.scope
    here = not scope.regions or region in scope.regions or region in ("", EVERYWHERE)
    return here and _speaks_of(scope, subject)


def stretch_of(freeze: Freeze, zone: str) -> Stretch:
    """Return a freeze in UTC; an hour that the clocks skip or repeat at its ends is frozen."""
    place = freeze.zone or zone
    return earliest(freeze.starts, place), latest(freeze.ends, place)


def openings_from(hours: Hours, after: datetime) -> Iterator[Stretch]:
    """Yield the open stretches that end after a moment, in order, up to the horizon, joined where they touch."""
    first = (after - _ORIGIN) // BLOCK
    held: Stretch | None = None
    for block in range(first, first + HORIZON_BLOCKS):
        stretches = _open_in(hours, block)
        begin = bisect_right(stretches, after, key=_end) if block == first else 0
        for stretch in stretches[begin:]:
            if held and held[1] == stretch[0]:
                held = (held[0], stretch[1])
                continue
            if held:
                yield held
            held = stretch
    if held:
        yield held


def closures_from(hours: Hours, after: datetime, at_least: timedelta) -> Iterator[Stretch]:
    """Yield the closed stretches of a least length that end after a moment, in order, up to the horizon.

    The first may have begun before the moment; the last ends with the horizon where nothing opens again.
    """
    first = (after - _ORIGIN) // BLOCK
    for block in range(first, first + HORIZON_BLOCKS):
        for stretch in _closed_in(hours, block, at_least):
            if stretch[1] > after:
                yield stretch
    begins, ends = _last_end(hours, first + HORIZON_BLOCKS), _begin(first + HORIZON_BLOCKS)
    if ends - begins >= at_least:
        yield begins, ends


def horizon(after: datetime) -> datetime:
    """Return the moment up to which a search from here looks: about two years on."""
    return _begin((after - _ORIGIN) // BLOCK + HORIZON_BLOCKS)


@lru_cache(maxsize=4096)
def _open_in(hours: Hours, block: int) -> tuple[Stretch, ...]:
    """Work out the open stretches inside a block: windows joined, freezes cut out."""
    begins, ends = _begin(block), _begin(block + 1)
    found = sorted(s for weekly in hours.weekly for s in _occurrences(weekly, begins, ends))
    near = tuple(stretch for stretch in hours.frozen if stretch[0] < ends and stretch[1] > begins)
    return tuple(_cut(_joined(found), near))


@lru_cache(maxsize=4096)
def _closed_in(hours: Hours, block: int, at_least: timedelta) -> tuple[Stretch, ...]:
    """Work out the closed stretches of a least length that end inside a block."""
    found: list[Stretch] = []
    closed_since = _last_end(hours, block)
    for opens, closes in _open_in(hours, block):
        if opens - closed_since >= at_least:
            found.append((closed_since, opens))
        closed_since = closes
    return tuple(found)


def _last_end(hours: Hours, block: int) -> datetime:
    """Return when the last open stretch before a block ended; as far back as the horizon reaches."""
    for earlier in range(block - 1, block - 1 - HORIZON_BLOCKS, -1):
        if stretches := _open_in(hours, earlier):
            return stretches[-1][1]
    return _begin(block - HORIZON_BLOCKS)


def _occurrences(weekly: WEEKLY, begins: datetime, ends: datetime) -> Iterator[Stretch]:
    """Yield a weekly window's occurrences inside a block, clipped to it.

    A window that closes at or before its opening time runs past midnight. In an hour that the clocks skip
    or repeat it opens late and closes early: such an hour is no reason to widen.
    """
    weekdays, opens, closes, zone = weekly
    day = begins.date() - timedelta(days=2)
    while day <= ends.date() + timedelta(days=1):
        if day.weekday() in weekdays:
            closing_day = day if closes > opens else day + timedelta(days=1)
            start = max(begins, latest(datetime.combine(day, opens), zone))
            end = min(ends, earliest(datetime.combine(closing_day, closes), zone))
            if start < end:
                yield start, end
        day += timedelta(days=1)


def _joined(stretches: list[Stretch]) -> list[Stretch]:
    """Join sorted stretches that overlap or touch."""
    joined: list[Stretch] = []
    for start, end in stretches:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _cut(stretches: list[Stretch], frozen: tuple[Stretch, ...]) -> list[Stretch]:
    """Cut every frozen stretch out of the open ones."""
    for freeze_starts, freeze_ends in frozen:
        left = [(start, min(end, freeze_starts)) for start, end in stretches]
        right = [(max(start, freeze_ends), end) for start, end in stretches]
        stretches = sorted({s for s in left + right if s[0] < s[1]})
    return stretches


def _speaks_of(scope: Scope, subject: Subject) -> bool:
    return (
        (not scope.targets or subject.target in scope.targets)
        and (not scope.tiers or subject.tier in scope.tiers)
        and (not scope.kinds or subject.kind in scope.kinds)
    )


def _begin(block: int) -> datetime:
    return _ORIGIN + block * BLOCK


def _end(stretch: Stretch) -> datetime:
    return stretch[1]
