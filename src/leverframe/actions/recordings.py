"""On which recorded minutes is a ramp rehearsed?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.recordings import EarlierRamp, Figure, Recording
from leverframe.nouns.verdicts import Fault, Invalid, NotFound
from leverframe.rules.figures import recording_of_figures
from leverframe.rules.lowering import cohorts_of
from leverframe.rules.recordings import LEAST_MINUTES, MINUTE, recording_of
from leverframe.rules.rehearsed_people import weights_of
from leverframe.rules.rehearsing import watched
from leverframe.store import changes, ramps, recordings
from leverframe.store.database import Db

MOST_EARLIER = 20
FIGURES = "the figures that were sent"


def recording_for(
    db: Db, policy: Policy, change: Change, source: str, figures: Sequence[Figure], now: datetime
) -> tuple[Recording | None, list[Fault]]:
    """Return the minutes that are asked for (none: None), and what is wrong with asking for them."""
    if not source and not figures:
        return None, []
    if source and figures:
        return None, [Fault("recorded", "an earlier ramp and figures were both sent", "send one of both")]
    try:
        found = recording_of_figures(FIGURES, figures) if figures else _of_change(db, policy, change, source, now)
    except Invalid as wrong:
        return None, list(wrong.faults)
    return found, list(_faults(found))


def recording_of_ramp(db: Db, policy: Policy, change: Change, ramp: Ramp, now: datetime) -> Recording | None:
    """Return what a change's ramp has counted in each whole minute, or None where that is nothing."""
    target = policy.catalog.targets.get(ramp.target)
    return recording_of(
        change.id,
        ramp.started_at,
        ramp.ended_at or now - MINUTE,
        recordings.minutes_counted(db, change.id),
        recordings.stood(db, change.id),
        weights_of(target.population, cohorts_of(change.plan, len(change.plan.stages))) if target else {},
        watched(change.plan),
    )


def earlier_ramps(db: Db, target: str, now: datetime) -> tuple[EarlierRamp, ...]:
    """List the newest ramps of a target whose minutes can be played."""
    return tuple(recordings.recorded_on(db, target, now, MOST_EARLIER))


def _of_change(db: Db, policy: Policy, change: Change, source: str, now: datetime) -> Recording:
    try:
        earlier = changes.get(db, source)
    except NotFound:
        raise _no(f"there is no change {source}", _name_one(db, change, now)) from None
    if earlier.target != change.target:
        because = f"{source} was a change of {earlier.target}, and this one is of {change.target}"
        raise _no(because, _name_one(db, change, now))
    ramp = ramps.get(db, source)
    found = recording_of_ramp(db, policy, earlier, ramp, now) if ramp else None
    if found is None:
        raise _no(f"the ramp of {source} has counted nothing", _name_one(db, change, now))
    return found


def _no(because: str, remedy: str) -> Invalid:
    return Invalid([Fault("recorded", because, remedy)])


def _name_one(db: Db, change: Change, now: datetime) -> str:
    known = [each.change for each in earlier_ramps(db, change.target, now)]
    return f"name one of {', '.join(known)}" if known else f"no ramp of {change.target} has counted an hour yet"


def _faults(found: Recording) -> Iterator[Fault]:
    if len(found.minutes) < LEAST_MINUTES:
        because = f"{found.source} tell of {len(found.minutes)} minutes only"
        if found.source != FIGURES:
            because = f"the ramp of {found.source} went on for {len(found.minutes)} minutes only"
        yield Fault("recorded", because, f"name one with {LEAST_MINUTES} minutes at least")
