"""What does the store know of where a change's time went?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House
from leverframe.nouns.changes import Change
from leverframe.nouns.spent_time import SpentTime
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.sign_offs import WRITTEN, counted
from leverframe.rules.spent_time import Milestones, spent_time
from leverframe.rules.time_summary import month_of
from leverframe.store import audit, ramps, spent
from leverframe.store.database import Db
from leverframe.store.ramps import RecordedStep

CLOSINGS = ("change.closed", "change.canceled")


def spent_on(db: Db, change: Change, facts: ShipFacts, steps: Iterable[RecordedStep], now: datetime) -> SpentTime:
    """Say where a change's time went; `facts` are those of its ticket, `steps` those of its ramp."""
    closed = audit.newest_of(db, CLOSINGS, (change.id,)).get(change.id)
    reached = Milestones(
        written=_written(change, facts),
        signed=[signed.at for signed in counted(change, facts.digest_now, facts.sign_offs)],
        is_signed=not any(seat.open for seat in seats(change, facts)),
        steps=[(step.at, step.kind) for step in steps],
        closed_at=closed.at if closed else None,
    )
    return spent_time(change, reached, now)


def keep_spent(house: House, db: Db, change: Change, now: datetime) -> None:
    """Keep where the time of a change went that has just been closed or canceled."""
    facts, steps = ship_facts(house, db, change), ramps.steps(db, change.id)
    month = month_of(now, facts.policy.calendar.home_zone)
    spent.keep(db, change, spent_on(db, change, facts, steps, now), now, month)


def _written(change: Change, facts: ShipFacts) -> list[datetime]:
    typed = [wrote.at for name, wrote in change.provenance.items() if wrote.at and name in WRITTEN]
    posted = [delta.imported_at for delta in facts.deltas if delta.imported_at]
    told = [facts.pull_request.at] if facts.pull_request else []
    return [*typed, *posted, *told]
