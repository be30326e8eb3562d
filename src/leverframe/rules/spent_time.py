"""Where did the time of a change go: to people, to the calendar, to its ramp?

The parts follow each other without gaps, from filing to closing, so that they add up to all of it. How long people
have worked on it no clock can see: the review is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from leverframe.nouns.changes import Change
from leverframe.nouns.ramps import RampState
from leverframe.nouns.spent_time import SpentPart, SpentTime

NAMES = ("preparing", "sign-offs", "window", "ramp", "watch and review")
ENDS = ("settled", RampState.ROLLED_BACK.value, RampState.ABORTED.value)


@dataclass(frozen=True, slots=True)
class Milestones:
    """When a change reached what, as far as it has.

    `written` are the moments at which something that is signed came onto the ticket, `signed` those of the sign-offs
    that stand, which are all there are if `is_signed`. `steps` are those of the ramp: when, and of which kind.
    """

    written: Sequence[datetime]
    signed: Sequence[datetime]
    is_signed: bool
    steps: Sequence[tuple[datetime, str]]
    closed_at: datetime | None


def spent_time(change: Change, reached: Milestones, now: datetime) -> SpentTime:
    """Divide a change's life into its parts; what lasts still is counted up to now."""
    stops = max(change.filed_at, reached.closed_at or now)
    ends = _ends(change, reached, stops)
    known = [at for at in ends if at is not None]
    bounds = [change.filed_at, *known, *([] if len(known) == len(ends) else [stops])]
    parts = tuple(
        SpentPart(name, since, until if number < len(known) or reached.closed_at else None, _minutes(since, until))
        for number, (name, (since, until)) in enumerate(zip(NAMES, pairwise(bounds), strict=False))
    )
    review = change.review
    return SpentTime(
        elapsed_minutes=_minutes(change.filed_at, stops),
        parts=parts,
        held_minutes=_held(reached.steps, stops),
        active_hours=review.active_hours if review else None,
        told_by=review.by if review and review.active_hours is not None else "",
    )


def _ends(change: Change, reached: Milestones, stops: datetime) -> list[datetime | None]:
    """Return when each part ended; after the first that has not, none has. None ends before the one before it."""
    began = reached.steps[0][0] if reached.steps else None
    ended = next((at for at, kind in reached.steps if kind in ENDS), None)
    asked = [_prepared(reached, began), _signed(reached, began), began, ended, reached.closed_at]
    ends: list[datetime | None] = []
    last: datetime | None = change.filed_at
    for at in asked:
        last = min(max(at, last), stops) if at is not None and last is not None else None
        ends.append(last)
    return ends


def _prepared(reached: Milestones, began: datetime | None) -> datetime | None:
    """Say when the ticket was as people signed it; until somebody has, it is being prepared."""
    first = min(reached.signed, default=began)
    return first and max((at for at in reached.written if at <= first), default=first)


def _signed(reached: Milestones, began: datetime | None) -> datetime | None:
    return max(reached.signed, default=began) if reached.is_signed or began else None


def _held(steps: Iterable[tuple[datetime, str]], until: datetime) -> float:
    """Add up the stretches in which the ramp was held: a hold lasts until the next step of another kind."""
    held, since = 0.0, None
    for at, kind in steps:
        if kind == "held":
            since = since or at
        elif since is not None:
            held, since = held + _minutes(since, at), None
    return held + (_minutes(since, until) if since else 0.0)


def _minutes(since: datetime, until: datetime) -> float:
    return max(0.0, (until - since).total_seconds() / 60.0)
