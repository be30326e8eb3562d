"""What does the reviewer of a change need to see?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House
from leverframe.actions.spent_time import spent_on
from leverframe.nouns.changes import Change, State
from leverframe.nouns.documents import digest
from leverframe.nouns.reviews import KeptFacts, ReviewFacts, Thrown
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.review_facts import end_of, holds_of, last_readings, stages_met
from leverframe.store import audit, evidence, ramps, reviews
from leverframe.store.database import Db
from leverframe.store.ramps import RecordedStep

MOST_THROWN = 200


def shown_facts(
    house: House, db: Db, change: Change, facts: ShipFacts, steps: Sequence[RecordedStep], now: datetime
) -> KeptFacts | None:
    """Return what a review saw, once it is held, or what one would see now; None before anything has ended."""
    if change.review is not None:
        return reviews.get(db, change.id, change.review.facts) if change.review.facts else None
    if not (change.state is State.REVIEW or (change.state is State.IMPLEMENT and change.settled_at)):
        return None
    found = what_happened(db, change, facts, steps, now)
    return KeptFacts(digest(found), now, found)


def gather(house: House, db: Db, change: Change, now: datetime) -> ReviewFacts:
    """Put together what happened to a change whose ramp has ended."""
    return what_happened(db, change, ship_facts(house, db, change), ramps.steps(db, change.id), now)


def what_happened(
    db: Db, change: Change, facts: ShipFacts, steps: Sequence[RecordedStep], now: datetime
) -> ReviewFacts:
    """Put it together from what is known of the ticket and its ramp.

    Nothing in it goes on while nobody does anything, so that the same facts have the same digest tomorrow.
    """
    end, spent = end_of(steps), spent_on(db, change, facts, steps, now)
    parts = tuple(part for part in spent.parts if part.ended_at is not None)
    expected = _expected(db, change)
    return ReviewFacts(
        change=change.id,
        ended=end.kind if end else "",
        ended_at=end.at if end else None,
        ended_because=end.because if end else "",
        expected_p50=_moment(expected.get("settles_p50")),
        expected_p90=_moment(expected.get("settles_p90")),
        stages=stages_met(steps, last_readings(evidence.readings(db, change.id))),
        holds=tuple(holds_of(steps)),
        thrown=_thrown(db, change, steps[0].at, now) if steps else (),
        parts=parts,
        elapsed_minutes=sum(part.minutes for part in parts),
        held_minutes=spent.held_minutes,
    )


def _expected(db: Db, change: Change) -> dict[str, Any]:
    started = audit.newest_of(db, ("ramp.started",), (change.id,)).get(change.id)
    return dict(started.facts.get("expected") or {}) if started else {}


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(str(written)) if written else None


def _thrown(db: Db, change: Change, since: datetime, until: datetime) -> tuple[Thrown, ...]:
    """List the throws of switches of the change's features and of its models, the first first."""
    units = (*change.candidate.values(), *change.current.values())
    mine = {f"feature/{target}" for target in change.targets} | {f"model/{unit.model}" for unit in units}
    found = audit.find(db, act="switch.thrown", since=since, limit=MOST_THROWN)
    met = (entry for entry in reversed(found) if entry.object in mine and entry.at <= until)
    return tuple(Thrown(entry.at, entry.object, entry.actor, entry.because) for entry in met)
