"""When could a change start, and which of these moments is the best?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby, pairwise
from operator import itemgetter
from zoneinfo import ZoneInfo

from leverframe.nouns.conflicts import Conflict, Occupied
from leverframe.nouns.slots import Slot, Stand
from leverframe.rules.bands import frozen_between, open_between
from leverframe.rules.calendar import closed_stretch
from leverframe.rules.conflicts import conflicts_of
from leverframe.rules.forecasting import Forecast, forecast_for
from leverframe.rules.imagined_ramps import PlannedStep, Question, begin
from leverframe.rules.moments import say, say_span

Start = tuple[datetime, datetime]
"""A moment to try, and the end of its window."""
WEEKS = 4
"""So far ahead starts are looked for."""
HOURLY_WEEKS = 2
"""So far ahead the later hours of a window are tried too, where they change what becomes of the ramp."""


def slots(about: Question, mine: Occupied, others: Iterable[Occupied], now: datetime) -> tuple[Slot, ...]:
    """Rank the moments at which a change could start: the openings of its regions, and hours that alter its course.

    What may not be is last. Before that what stands through no closed stretch goes before what does, what has no
    conflict before what has one, and what settles earlier before what settles later.
    """
    beside = tuple(others)
    imagined = cache(lambda at, closes: _slot(about, mine, beside, at, closes))
    windows = (list(each) for _, each in groupby(_starts(about, now), key=itemgetter(1)))
    tried = (imagined(*each) for window in windows for each in _needed(window, imagined))
    return tuple(sorted(_telling(slot for slot in tried if slot), key=_rank))


def _needed(window: Sequence[Start], imagined: Callable[[datetime, datetime], Slot | None]) -> Iterator[Start]:
    """Leave out each hour between two of the same fate: what becomes of a ramp does not change and change back."""
    for number, start in enumerate(window):
        if number % 2 and number + 1 < len(window):
            before, after = (imagined(*window[beside]) for beside in (number - 1, number + 1))
            if (before and _fate(before)) == (after and _fate(after)):
                continue
        yield start


def _starts(about: Question, now: datetime) -> Iterator[Start]:
    """Yield the moments to try, each with the end of its window: openings, and full hours in the first weeks."""
    until = min(now + timedelta(weeks=WEEKS), about.not_after)
    if until <= now:
        return
    stretches = {
        stretch
        for region in about.regions
        for stretch in open_between(about.calendar, about.subject, region, now, until)
    }
    seen: set[datetime] = set()
    for opens, closes in sorted(stretches):
        at = opens
        while at < closes:
            if at not in seen:
                seen.add(at)
                yield at, closes
            at = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            if opens > now + timedelta(weeks=HOURLY_WEEKS):
                break


def _slot(
    about: Question, mine: Occupied, others: tuple[Occupied, ...], opens_at: datetime, closes_at: datetime
) -> Slot | None:
    """Imagine a start; None where the ramp would only begin later, when the region that comes first opens."""
    moment = replace(about, starts_at=opens_at)
    begun = begin(moment)
    if isinstance(begun, PlannedStep) and begun.at > opens_at:
        return None
    expected = forecast_for(moment)
    zone, length = about.zone, mine.ends - mine.begins
    moved = replace(mine, begins=opens_at, ends=max(opens_at + length, expected.settles_p50 or opens_at))
    found = conflicts_of(moved, others, about.policy.conflicts, zone)
    stands, freeze = tuple(_stands(about, expected)), _frozen(about, expected, opens_at)
    refused = "; ".join(v.because for v in expected.verdicts if v.refuses) or _in_the_way(about, found)
    slot = Slot(
        opens_at=opens_at,
        closes_at=closes_at,
        timeline=expected.text,
        settles=expected.settles_p50,
        settles_late=expected.settles_p90,
        this_week=_same_week(opens_at, expected.settles_p50, zone),
        stands=stands,
        freeze=freeze,
        conflicts=found,
        refused=refused,
        because="",
    )
    return replace(slot, because=_because(slot, zone))


def _in_the_way(about: Question, found: Sequence[Conflict]) -> str:
    return "; ".join(each.because for each in found if each.kind in about.policy.conflicts.refuse and not each.first)


def _same_week(opens_at: datetime, settles: datetime | None, zone: str) -> bool:
    """Say whether a ramp settles in the ISO week in which it starts."""
    if settles is None:
        return False
    place = ZoneInfo(zone)
    return opens_at.astimezone(place).isocalendar()[:2] == settles.astimezone(place).isocalendar()[:2]


def _stands(about: Question, expected: Forecast) -> Iterator[Stand]:
    """Yield the closed stretches through which the ramp stands somewhere, each once with the widest share there."""
    widest: dict[tuple[datetime, datetime], float] = {}
    for step, after in pairwise(expected.p50):
        for region in step.regions or about.regions:
            closed = closed_stretch(about.calendar, about.subject, region, step.at, about.policy.closed_stretch_hours)
            if closed and closed[1] <= after.at:
                widest[closed] = max(widest.get(closed, 0.0), step.share_percent)
    joined: dict[datetime, tuple[datetime, float]] = {}
    for (begins, ends), share in sorted(widest.items()):
        day = begins.replace(hour=0, minute=0, second=0, microsecond=0)
        known = joined.get(day, (ends, share))
        joined[day] = (max(known[0], ends), max(known[1], share))
    for begins, (ends, share) in joined.items():
        yield Stand(share, begins, ends)


def _frozen(about: Question, expected: Forecast, opens_at: datetime) -> str:
    """Name the first freeze that begins while the ramp is under way."""
    ends = expected.settles_p50 or about.not_after
    found = [
        (begins, name)
        for region in about.regions
        for begins, _, name in frozen_between(about.calendar, about.subject, region, opens_at, ends)
    ]
    return min(found)[1] if found else ""


def _because(slot: Slot, zone: str) -> str:
    """Say in a sentence what becomes of a ramp that starts then."""
    if slot.refused:
        return slot.refused
    parts = [f"it settles {say(slot.settles, zone)}" if slot.settles else "it does not settle"]
    if slot.settles:
        parts.append("in the same week" if slot.this_week else f"after {say_span(_minutes(slot))}")
    parts += [
        f"it stands at {stand.share_percent:g} % through {say_span((stand.ends - stand.begins).total_seconds() / 60)}"
        for stand in slot.stands
    ]
    parts += [f"the freeze {slot.freeze} begins on its way"] if slot.freeze else []
    parts += [each.because for each in slot.conflicts]
    return "; ".join(parts)


def _minutes(slot: Slot) -> float:
    assert slot.settles is not None
    return (slot.settles - slot.opens_at).total_seconds() / 60


def _telling(found: Iterable[Slot]) -> Iterator[Slot]:
    """Keep the opening of each window, and of its later hours those that change what becomes of the ramp.

    Each ends where the next of its window begins: to start later than that is another story.
    """
    kept: Slot | None = None
    for slot in found:
        if kept is None or kept.closes_at != slot.closes_at:
            yield from () if kept is None else (kept,)
            kept = slot
        elif _fate(kept) != _fate(slot):
            yield replace(kept, closes_at=slot.opens_at)
            kept = slot
    yield from () if kept is None else (kept,)


def _fate(slot: Slot) -> tuple[object, ...]:
    """Return what of a slot matters to whoever chooses: not the hour, but what follows from it."""
    day = slot.settles.date() if slot.settles else None
    stands = tuple((stand.share_percent, stand.ends) for stand in slot.stands)
    return bool(slot.refused), slot.this_week, stands, slot.freeze, len(slot.conflicts), day


def _rank(slot: Slot) -> tuple[object, ...]:
    settles = slot.settles or datetime.max.replace(tzinfo=slot.opens_at.tzinfo)
    return bool(slot.refused), bool(slot.stands), bool(slot.conflicts), settles, slot.opens_at
