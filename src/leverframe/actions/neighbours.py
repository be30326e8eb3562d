"""What do the open changes take, and when, so that another may keep out of their way?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import State
from leverframe.nouns.conflicts import ConflictRule, Occupied
from leverframe.rules.conflicts import occupied
from leverframe.store import changes, ramps
from leverframe.store.database import Db

WAITING = (State.SCHEDULED, State.AUTHORIZE, State.ASSESS)
MOST_LOOKED_AT = 1_000
"""So many waiting changes are looked at, the newest; what ramps is always looked at."""


def all_occupied(db: Db, rule: ConflictRule, now: datetime) -> tuple[Occupied, ...]:
    """Say of every change that ramps, or may still begin, what it takes and when."""
    active = {ramp.change: ramp for ramp in ramps.active(db)}
    moving = changes.of_ids(db, active).values()
    waiting = changes.find(db, states=WAITING, limit=MOST_LOOKED_AT)
    return (
        *(occupied(change, active[change.id], rule, now) for change in moving),
        *(occupied(change, None, rule, now) for change in waiting if change.start.not_after > now),
    )
