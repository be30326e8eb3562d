"""May a stage be published now, and where?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.calendar import Calendar
from leverframe.nouns.ramps import Hold
from leverframe.rules.calendar import opening, say_place
from leverframe.rules.closed_stretches import (
    Caught,
    Entry,
    caught_by_entering,
    entry_after,
    openings,
    order_of,
)
from leverframe.rules.moments import say, say_minutes


@dataclass(frozen=True, slots=True)
class Way:
    """A stage may be published now, in these regions."""

    regions: tuple[str, ...]
    because: str


def way_open(entry: Entry, not_after: datetime | None, now: datetime) -> Way | Hold:
    """Say where a stage may be published now, or what holds it and until when.

    Only the regions whose exposure rises are asked; they go one by one, each at its own opening, and none before
    those that come first. A stage that raises none asks nobody.
    """
    if not entry.entering:
        return Way((), "it raises nobody's exposure")
    reached = openings(entry, now)
    opens = min((when for when in reached.values() if when is not None), default=None)
    if opens is not None and not_after is not None and opens >= not_after:
        return _too_late(entry, not_after, opens)
    caught = caught_by_entering(entry, opens) if opens is not None else None
    if caught is not None:
        return _caught(entry, caught, not_after)
    if opens != now:
        return _closed(entry, opens, now)
    open_now = tuple(region for region, when in reached.items() if when == now)
    answers = (opening(entry.calendar, entry.subject, region, now) for region in open_now)
    return Way(open_now, "; ".join(dict.fromkeys(answer.because for answer in answers)))


def zone_for(calendar: Calendar, regions: tuple[str, ...]) -> str:
    """Return the zone in which a moment is told to all of these regions: their own if it is one, else home's."""
    zones = {calendar.zone_of(region) for region in regions}
    return zones.pop() if len(zones) == 1 else calendar.home_zone


def _too_late(entry: Entry, not_after: datetime, opens: datetime) -> Hold:
    zone = zone_for(entry.calendar, entry.entering)
    because = (
        f"{_say_stage(entry)} could be published {say(opens, zone)} at the earliest, "
        f"and the ticket allows widening until {say(not_after, zone)}"
    )
    return Hold("not_after", because, LATE, page=True)


def _caught(entry: Entry, caught: Caught, not_after: datetime | None) -> Hold:
    zone = entry.calendar.zone_of(caught.region)
    bake = say_minutes(entry.plan.stages[entry.stage - 1].bake_minutes)
    because = (
        f"{_say_stage(entry)} bakes for {bake} and could not be left before the closed stretch"
        f"{say_place(caught.region)} from {say(caught.begins, zone)} to {say(caught.ends, zone)}"
    )
    until = entry_after(entry, caught)
    if until is None:
        return Hold("closed_stretch", because, NEVER_FITS, page=True)
    goes_on = f"it goes on {say(until, zone)}"
    if not_after is not None and until >= not_after:
        late = f"{goes_on}, which is after the ticket's not_after: {LATE}"
        return Hold("closed_stretch", because, late, until, page=True)
    return Hold("closed_stretch", because, goes_on, until)


def _closed(entry: Entry, opens: datetime | None, now: datetime) -> Hold:
    waits, vain = order_of(entry)
    heads = [region for region in entry.entering if region not in waits and region not in vain]
    if not heads:
        because = "; ".join(vain.values())
        return Hold("order", f"{_say_stage(entry)} would break the order of audiences: {because}", BROKEN, page=True)
    answers = [opening(entry.calendar, entry.subject, region, now) for region in heads]
    because = "; ".join(dict.fromkeys(answer.because for answer in answers))
    because += "".join(f"; {region} comes after {' and '.join(first)}" for region, first in waits.items())
    if opens is None:
        return Hold("window", because, NO_WINDOW, page=True)
    zone = zone_for(entry.calendar, entry.entering)
    return Hold("window", because, f"the next window opens {say(opens, zone)}", opens)


def _say_stage(entry: Entry) -> str:
    return f"stage {entry.stage} ({entry.plan.stages[entry.stage - 1].share_percent:g} %)"


BROKEN = "abort the ramp, and file the change with another plan"
LATE = "choose a later not_after and gather the sign-offs again, or abort the ramp"
NEVER_FITS = "no entry fits between two closed stretches: shorten the bake, or lower the stage's share"
NO_WINDOW = "no window opens within two years: add one to the policy's calendar, or abort the ramp"
