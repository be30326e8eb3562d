"""What may need the clock, now?"""

from __future__ import annotations

from leverframe.actions.house import House
from leverframe.actions.tables import newest_frame
from leverframe.clock import wall
from leverframe.nouns.changes import State
from leverframe.nouns.tables import Number
from leverframe.store import changes, ramps

MOST = 100_000


def scheduled(house: House) -> list[str]:
    """Return the armed changes whose start window has opened."""
    with house.store.read() as db:
        if house.policy_or_none(db) is None:
            return []
        now = house.clock.now()
        armed = changes.find(db, states=(State.SCHEDULED,), limit=MOST)
        return [c.id for c in sorted(armed, key=lambda c: c.start.opens_at) if c.start.opens_at <= now]


def leased(house: House, owner: str, seconds: float) -> list[str]:
    """Lease the running ramps that nobody else holds, and return their changes."""
    with house.store.read() as db:
        if not ramps.active(db):
            return []
    with house.store.write() as db:
        return [ramp.change for ramp in ramps.claim(db, owner, wall(), seconds, MOST)]


def closing(house: House) -> list[str]:
    """Return the settled changes whose watch may have ended, and the reviewed ones that may close."""
    with house.store.read() as db:
        if house.policy_or_none(db) is None:
            return []
        now, policy = house.clock.now(), house.policy(db)
        found = changes.find(db, states=(State.IMPLEMENT, State.REVIEW), limit=MOST)
        over = policy.watch_hours * 3600
        return [
            c.id
            for c in found
            if (c.state is State.REVIEW and c.review)
            or (c.state is State.IMPLEMENT and c.settled_at and (now - c.settled_at).total_seconds() >= over)
        ]


def fresh_table(house: House, published: Number) -> tuple[Number, bytes] | None:
    """Return the newest table where it is newer than what this process has handed on."""
    newest = newest_frame(house)
    return newest if newest is not None and newest[0] > published else None
