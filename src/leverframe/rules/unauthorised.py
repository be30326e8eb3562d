"""Does a change explain that a unit was served, and if none does, what comes nearest?

A unit is explained from the moment at which it was adopted, or a ramp of it began, until that ended; and for a while
longer, since what came of a call is told after it. What serves in place of a thrown model
is no unit, and not told here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leverframe.nouns.changes import State
from leverframe.nouns.tables import Number
from leverframe.nouns.unauthorised import Explains, Explanation, Sighting, UnauthorisedUnit

SKEW = timedelta(minutes=1)
"""The clocks of two control planes differ by less."""
PAUSE = timedelta(hours=24)
"""What is served again after so long a pause is found anew."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """When a unit was rightly served: as the current unit (`change` empty: adopted), or as the candidate of a ramp.

    `how` says how it ended: replaced, settled, rolled_back, aborted.
    """

    unit: str
    since: datetime
    until: datetime | None
    change: str = ""
    how: str = ""

    def holds(self, at: datetime, horizon: timedelta) -> bool:
        """Say whether a call that was told at a moment falls into it."""
        return self.since - SKEW <= at and (self.until is None or at <= self.until + horizon)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A change whose candidate has the name of the unit."""

    change: str
    filed_at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Unexplained:
    """From which call on, and until which, nothing explains what a gateway told; is it all that it ever told?"""

    first_at: datetime
    last_at: datetime
    is_all: bool


def unexplained(
    sighting: Sighting, stretches: Sequence[Stretch], horizon: timedelta, records: Sequence[UnauthorisedUnit] = ()
) -> Unexplained | None:
    """Return the part of what a gateway told that nothing explains, and that no earlier record tells.

    Of all its calls only the first and the last are known, so that only these are asked about. `stretches` and
    `records` are of this unit.
    """

    def is_told(at: datetime) -> bool:
        return any(stretch.holds(at, horizon) for stretch in stretches) or any(covers(r, at) for r in records)

    first, last = is_told(sighting.first_at), is_told(sighting.last_at)
    if first and last:
        return None
    if first:
        return Unexplained(sighting.last_at, sighting.last_at, is_all=False)
    if not last:
        return Unexplained(sighting.first_at, sighting.last_at, is_all=True)
    later = [stretch.since for stretch in stretches if stretch.since > sighting.first_at]
    return Unexplained(sighting.first_at, min(later, default=sighting.first_at), is_all=False)


def covers(known: UnauthorisedUnit, at: datetime) -> bool:
    """Say whether a call is of a record that there is: it went on, with no long pause between."""
    return known.first_at - PAUSE <= at <= known.last_at + PAUSE


def nearest(
    sightings: Sequence[Sighting],
    first_at: datetime,
    stretches: Sequence[Stretch],
    tickets: Sequence[Ticket],
    newest: Number,
) -> Explanation:
    """Say what explains best a unit that was served from `first_at` on; stretches and tickets are of this unit.

    `newest` is the newest table that was published here.
    """
    unknown = next((s for s in sightings if Number.parse(s.number) > newest), None)
    if unknown is not None:
        because = (
            f"{unknown.gateway} claims table {unknown.number}, and none after {newest} was published here: "
            "this database was restored, or the gateway is at fault"
        )
        return Explanation(Explains.UNKNOWN_TABLE, because)
    return _ended(first_at, stretches) or _ticket(first_at, tickets) or _adopted(first_at, stretches)


def _ended(first_at: datetime, stretches: Sequence[Stretch]) -> Explanation | None:
    over = [s for s in stretches if s.until is not None and s.until <= first_at]
    if not over:
        return None
    last = max(over, key=lambda stretch: stretch.until or stretch.since)
    when = f"{last.until:%a %d %b %Y %H:%M} UTC"
    if last.how in ("rolled_back", "aborted"):
        because = f"{last.change} was {last.how.replace('_', ' ')} on {when}, before this call"
        return Explanation(Explains.CHANGE_ENDED, because, last.change)
    return Explanation(Explains.FORMER_UNIT, f"it was the current unit until {when}", last.change)


def _ticket(first_at: datetime, tickets: Sequence[Ticket]) -> Explanation | None:
    before = [ticket for ticket in tickets if ticket.filed_at <= first_at]
    if before:
        last = max(before, key=lambda ticket: ticket.filed_at)
        because = f"{last.change} was filed before, and had not begun: it is in {last.state.value}"
        return Explanation(Explains.TICKET_NOT_BEGUN, because, last.change)
    if not tickets:
        return None
    first = min(tickets, key=lambda ticket: ticket.filed_at)
    because = (
        f"ticket filed after the deploy: {first.change} came {_after(first.filed_at - first_at)} after the first call"
    )
    return Explanation(Explains.TICKET_AFTER, because, first.change)


def _adopted(first_at: datetime, stretches: Sequence[Stretch]) -> Explanation:
    later = [stretch for stretch in stretches if stretch.since > first_at]
    if later:
        first = min(later, key=lambda stretch: stretch.since)
        because = f"it was adopted {_after(first.since - first_at)} after the first call"
        return Explanation(Explains.ADOPTED_AFTER, because, first.change)
    return Explanation(Explains.NOTHING, "no change, no adoption and no former unit has this name")


def _after(between: timedelta) -> str:
    minutes = between.total_seconds() / 60.0
    if minutes < 120:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else f"{minutes / 60 / 24:.0f} days"
