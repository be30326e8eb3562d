"""How is whoever a change waits for nudged?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from leverframe.actions.facts import verdicts
from leverframe.actions.house import House, first_role, record, refuse, target_of, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.nudges import Nudge
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import Refused, failed
from leverframe.rules.nudging import due_nudges, may_nudge, waited_for
from leverframe.store import changes, nudges, ramps, unmet
from leverframe.store.database import Db

SHOWN = timedelta(days=7)
"""So long a nudge is shown to who was nudged, while the change still waits for them."""


def nudge(house: House, actor: Actor, change_id: str, whom: str = "", because: str = "") -> tuple[Nudge, ...]:
    """Nudge a person whom a change waits for, or (without a name) everybody else; they are told by the outbox.

    Raises Refused where it does not wait for that person, or where they were nudged for the same in the last hours.
    """
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.lock(db, change_id)
        target = target_of(policy, change.target)
        refuse([may_nudge(change, actor, policy, target)])
        if not change.state.is_open or ramps.get(db, change_id):
            raise Refused([failed("nudge", f"{change_id} has begun, or is closed", remedy="nothing is asked of it")])
        waits = waited_for(verdicts(house, db, change, now))
        before, zone = nudges.of_change(db, change_id), policy.calendar.home_zone
        due, noes = due_nudges(waits, actor, whom.strip(), before, now, zone)
        refuse(noes)
        made = [
            Nudge(change_id, gate, p, actor.name, now, because.strip()) for p, gates in due.items() for gate in gates
        ]
        for one in made:
            nudges.add(db, one)
        role = first_role(policy.may.get("change.file", ()), actor, target)
        said = because.strip() or f"it waits for {', '.join(due)}"
        record(db, now, actor, "change.nudged", change_id, said, role=role, facts={"nudged": dict(due)})
        _tell(house, db, actor, change, due, because.strip(), now)
        db.after_commit(lambda: house.stir("change"))
        return tuple(made)


def _tell(
    house: House,
    db: Db,
    actor: Actor,
    change: Change,
    due: Mapping[str, tuple[str, ...]],
    because: str,
    now: datetime,
) -> None:
    for person, gates in due.items():
        body = {"change": change.id, "title": change.title, "to": person, "by": actor.name, "for": list(gates)}
        address = f"{house.address}/changes/{change.id}"
        key = f"{change.id}/nudge/{person}/{now.isoformat()}"
        tell(db, "change.nudge", {**body, "because": because, "address": address}, key=key)


def nudges_for(db: Db, person: str, now: datetime) -> tuple[str, ...]:
    """Say each nudge of the last days that is about what still waits for this person, the newest first."""
    found = nudges.of_person(db, person, now - SHOWN)
    lacks = unmet.of(db, list({one.change for one in found}))
    still = (one for one in found if one.change in lacks and _waits(lacks[one.change].answers, one))
    return tuple(dict.fromkeys(_said(one) for one in still))


def _waits(answers: tuple, one: Nudge) -> bool:
    return any(verdict.gate == one.gate and one.whom in verdict.people for verdict in answers)


def _said(one: Nudge) -> str:
    why = f": {one.because}" if one.because else ""
    return f"{one.by} asks you to look at {one.change}, for its {one.gate.replace('_', ' ')}{why}"
