"""Where does a clock that is moved by hand stand, also after a restart?

Each move is written down before anything is done at the new time, so that a control plane that is killed goes on
from there: time in the log never runs back. Several processes on one database share it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from leverframe.actions.house import House
from leverframe.clock import VirtualClock
from leverframe.store import Store, audit, settings
from leverframe.store.database import Db

KEY = "clock"


def resume(store: Store, starts_at: datetime) -> VirtualClock:
    """Return a clock that stands where the last one on this store stood, or at `starts_at` if that is later."""
    with store.read() as db:
        written = [entry.at for entry in audit.find(db, limit=1)]
        return VirtualClock(max([starts_at, *written, *_kept(db)]))


def go_on(house: House, clock: VirtualClock, by: timedelta) -> datetime:
    """Move the clock forward, from where any process has moved it, and return the new moment."""
    with house.store.write() as db:
        moment = max([clock.now(), *_kept(db)]) + by
        settings.put(db, KEY, moment.isoformat())
    return clock.move_to(moment)


def _kept(db: Db) -> list[datetime]:
    text = settings.get(db, KEY)
    return [datetime.fromisoformat(text)] if text else []
