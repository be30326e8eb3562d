"""Has a ramp reached everybody?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leverframe.actions.changes import return_to_assess
from leverframe.actions.duties import owe_later_looks, owe_review
from leverframe.actions.effects import expect_effect
from leverframe.actions.house import House, record, tell
from leverframe.actions.tables import publish_table
from leverframe.nouns.changes import Change
from leverframe.nouns.people import CLOCK
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.rules.exposure import is_settled
from leverframe.store import changes, ramps, units
from leverframe.store.database import Db


def settle_if_reached(house: House, db: Db, change: Change, ramp: Ramp, now: datetime) -> Ramp:
    """Adopt the candidate where the last stage has reached every region."""
    if not is_settled(ramp, change.plan, change.blast_radius.regions):
        return ramp
    because = f"{change.id} has reached 100 % of {', '.join(change.blast_radius.regions)}"
    units.adopt(db, ramp.target, change.candidate[ramp.target], CLOCK.name, change.id, now)
    settled = ramps.update(db, replace(ramp, state=RampState.SETTLED, ended_at=now))
    changes.update(db, replace(changes.get(db, change.id), settled_at=now))
    ramps.record_step(db, change.id, now, "settled", ramp.stage, 100.0, (), CLOCK.name, because)
    record(db, now, CLOCK, "ramp.settled", change.id, because, role="clock", facts={"target": ramp.target})
    return_to_assess(
        house, db, ramp.target, now, f"{change.id} settled, so the current unit is another", but=change.id
    )
    owe_review(house, db, change, now)
    owe_later_looks(house, db, change, now)
    tell(db, "ramp.settled", {"change": change.id, "because": because}, key=f"{change.id}/settled")
    number = publish_table(house, db, now, f"{change.id} settled", targets=(ramp.target,))
    mine, former = change.candidate[ramp.target], change.current.get(ramp.target)
    expect_effect(db, change, "settled", mine, former, number, now)
    return settled
