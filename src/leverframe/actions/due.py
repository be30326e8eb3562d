"""What may need the clock, now?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leverframe.actions.cab_agenda import NOTHING_DUE, CabDue, cab_due
from leverframe.actions.changes import EDITABLE
from leverframe.actions.effects import worth_telling
from leverframe.actions.expiring import untold
from leverframe.actions.house import House
from leverframe.actions.setting import lapses, may_be_set
from leverframe.clock import wall
from leverframe.nouns.changes import State
from leverframe.nouns.exercises import GameDayState
from leverframe.nouns.policies import Policy
from leverframe.nouns.tables import Number
from leverframe.store import break_glass, changes, exercises, follow_ups, freezes, outbox, ramps, switches, tables
from leverframe.store.database import Db

MOST = 100_000


@dataclass(frozen=True, slots=True)
class Due:
    """What one look found: changes by id, switches by id, and whether anything waits to be told.

    `ramping` holds the version of each active ramp, by change; `let_past` the changes whose break-glass is over.
    """

    scheduled: tuple[str, ...] = ()
    ramping: Mapping[str, int] = field(default_factory=dict)
    closing: tuple[str, ...] = ()
    setting: tuple[str, ...] = ()
    lapsing: tuple[str, ...] = ()
    expiring: tuple[str, ...] = ()
    let_past: tuple[str, ...] = ()
    telling: bool = False
    exercising: bool = False
    effects: tuple[str, ...] = ()
    freezes: tuple[str, ...] = ()
    reminding: tuple[int, ...] = ()
    cab: CabDue = NOTHING_DUE
    newest: Number | None = None


def what_is_due(house: House) -> Due:
    """Look at everything that time may move, in one snapshot; writes nothing."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        if policy is None:
            return Due()
        now = house.clock.now()
        thrown = [switch for switch in switches.all_switches(db) if switch.thrown]
        return Due(
            scheduled=_scheduled(db, now),
            ramping=ramps.versions(db),
            closing=_closing(db, policy, now),
            setting=tuple(s.id for s in thrown if may_be_set(db, policy, s, now)),
            lapsing=tuple(s.id for s in thrown if lapses(db, policy, s, now)),
            expiring=untold(db, policy, thrown, now),
            let_past=tuple(glass.change for glass in break_glass.expired(db, EDITABLE, now)),
            telling=bool(outbox.waiting(db)),
            exercising=any(day.state is GameDayState.RUNNING for day in exercises.open_days(db)),
            effects=worth_telling(db, now),
            freezes=tuple(freeze.id for freeze in freezes.untold(db)),
            reminding=follow_ups.to_remind(db, now),
            cab=cab_due(db, policy, now),
            newest=tables.newest_number(db),
        )


def _scheduled(db: Db, now: datetime) -> tuple[str, ...]:
    """Return the armed changes whose start window has opened, the earliest first."""
    armed = sorted(changes.find(db, states=(State.SCHEDULED,), limit=MOST), key=lambda change: change.start.opens_at)
    return tuple(change.id for change in armed if change.start.opens_at <= now)


def _closing(db: Db, policy: Policy, now: datetime) -> tuple[str, ...]:
    """Return the changes whose watch is over, and those whose review is recorded."""
    watched = changes.settled_by(db, now - timedelta(hours=policy.watch_hours))
    reviewed = [c.id for c in changes.find(db, states=(State.REVIEW,), limit=MOST) if c.review is not None]
    return (*watched, *reviewed)


def lease(house: House, owner: str, seconds: float) -> frozenset[str]:
    """Lease the running ramps that nobody else holds, and return their changes."""
    with house.store.write() as db:
        return ramps.claim_all(db, owner, wall(), seconds)


def give_back(house: House, owner: str) -> None:
    """Give back this process's leases, so that another need not wait for their end."""
    with house.store.write() as db:
        ramps.release(db, owner)
