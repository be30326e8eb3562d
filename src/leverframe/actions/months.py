"""What would have become of a month's changes under this policy, or an edit of it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leverframe.actions.house import House
from leverframe.actions.month_rows import Scene, remember, row_of
from leverframe.actions.rehearsals import policy_to_rehearse
from leverframe.nouns.changes import State
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.rehearsed_months import Month, Row, totals
from leverframe.store import changes, ramps
from leverframe.store.database import Db

DAYS = timedelta(days=30)
MOST = 500
"""So many changes of one month are played; who has more asks from a later day."""
MOST_AT_ONCE = 100
WAITING = (State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
SAID = (
    "Sign-offs and evals are not asked again.",
    "Two changes of one target are not played against each other.",
    "What people did is not played: a hold, an abort, a promotion on judgement, a switch that was thrown.",
)


@dataclass(frozen=True, slots=True)
class AskedMonth:
    """Which month: 30 days from a day (none: the last 30, with today); and of its changes `limit` from `first` on."""

    begins: date | None = None
    policy_files: Mapping[str, str] = field(default_factory=dict)
    first: int = 0
    limit: int = MOST_AT_ONCE
    seed: int = 1


def rehearse_month(house: House, asked: AskedMonth) -> Month:
    """Play each change whose ramp began in 30 days, or is to; writes nothing. Raises Invalid with all faults."""
    faults = list(_faults(asked))
    if faults:
        raise Invalid(faults)
    with house.store.read() as db:
        now, in_force = house.clock.now(), house.policy(db)
        policy = policy_to_rehearse(house, db, asked.policy_files)
        begins, ends = _period(asked, in_force, now)
        found = _of_the_month(db, begins, ends, now)
    chosen = found[:MOST][asked.first : asked.first + asked.limit]
    rows = tuple(_rows(house, Scene(in_force, policy, bool(asked.policy_files), now, asked.seed), chosen))
    return Month(
        begins=begins,
        ends=ends,
        now=now,
        zone=policy.calendar.home_zone,
        policy=policy.digest,
        edited=bool(asked.policy_files),
        found=min(len(found), MOST),
        first=asked.first,
        left_out=max(0, len(found) - MOST),
        rows=rows,
        totals=totals(rows),
        said=SAID,
    )


def _faults(asked: AskedMonth) -> Iterator[Fault]:
    if not 1 <= asked.limit <= MOST_AT_ONCE:
        yield Fault("limit", f"{asked.limit} is no number of changes", f"ask for 1 to {MOST_AT_ONCE} at a time")
    if asked.first < 0:
        yield Fault("first", f"{asked.first} is no place", "begin with 0")
    if asked.begins and not 2000 <= asked.begins.year <= 2200:
        yield Fault("from", f"{asked.begins} is no day of ours", "write it as 2026-05-01")


def _period(asked: AskedMonth, policy: Policy, now: datetime) -> tuple[datetime, datetime]:
    """Return whole days, so that all parts of a month are of the same."""
    home = ZoneInfo(policy.calendar.home_zone)
    first = asked.begins or now.astimezone(home).date() - DAYS + timedelta(days=1)
    return datetime.combine(first, time(), home), datetime.combine(first + DAYS, time(), home)


_Found = tuple[str, datetime]
"""A change, and when its ramp began, or is to begin."""


def _of_the_month(db: Db, begins: datetime, ends: datetime, now: datetime) -> list[_Found]:
    """List the changes of a month by when they begin: those whose ramp did, and those that wait for their start."""
    begun = [(ramp.change, ramp.started_at) for ramp in ramps.begun_between(db, begins, ends, MOST + 1)]
    ahead = changes.find(db, states=WAITING, limit=10 * MOST) if ends > now else []
    waiting = [
        (change.id, change.start.opens_at) for change in ahead if max(begins, now) <= change.start.opens_at < ends
    ]
    known = {change for change, _ in begun}
    return sorted([*begun, *(each for each in waiting if each[0] not in known)], key=lambda each: (each[1], each[0]))


def _rows(house: House, scene: Scene, chosen: Sequence[_Found]) -> Iterator[Row]:
    """Play one after the other, and let who stops something go first between them."""
    for change, _ in chosen:
        house.store.precedence.give_way()
        with house.store.read() as db:
            known = remember(db, scene, changes.get(db, change))
        yield row_of(scene, known)
