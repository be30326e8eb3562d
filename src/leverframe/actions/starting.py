"""Does an armed change start now?"""

from __future__ import annotations

from leverframe.actions.house import House
from leverframe.actions.ramps import begin
from leverframe.actions.schedules import lapse, only_time
from leverframe.nouns.changes import State
from leverframe.nouns.people import CLOCK
from leverframe.nouns.verdicts import Refused
from leverframe.store import changes


def start_due(house: House, change_id: str) -> None:
    """Start an armed change whose window has opened, or let the window lapse; wait while only time is missing."""
    try:
        with house.store.write() as db:
            change = changes.get(db, change_id)
            if change.state is State.SCHEDULED and house.clock.now() >= change.start.opens_at:
                begin(house, db, CLOCK, change, house.clock.now())
    except Refused as no:
        _lapse_or_wait(house, change_id, no)


def _lapse_or_wait(house: House, change_id: str, no: Refused) -> None:
    """Decide on a refusal in a transaction of its own: what the refused start had written is gone."""
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        passed = now >= min(change.start.closes_at, change.start.not_after)
        if change.state is State.SCHEDULED and (passed or not only_time(no.verdicts)):
            lapse(house, db, change, now, str(no))
