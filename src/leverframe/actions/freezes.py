"""How does somebody declare a freeze?

Stop fast: one person with the role declares a freeze, at any hour, and it holds at once.
"""

from __future__ import annotations

from datetime import datetime

from leverframe.actions.house import House, permit, record, tell
from leverframe.nouns.calendar import Freeze
from leverframe.nouns.documents import to_document
from leverframe.nouns.freezes import DeclaredFreeze
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.freezes import faults_of, say_freeze
from leverframe.store import freezes, requests, sign_offs
from leverframe.store.database import Db

KIND = "freeze.loosen"
"""The wish that a freeze be lifted or loosened."""


def declare(house: House, actor: Actor, freeze: Freeze) -> DeclaredFreeze:
    """Declare a freeze: it holds from now on. Raises Invalid with all its faults, Refused who may not."""
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "freeze.declare")
        if faults := [*faults_of(freeze, policy)]:
            raise Invalid(faults)
        return put(house, db, actor, role, DeclaredFreeze("", freeze, actor.name, now), now)


def put(
    house: House, db: Db, actor: Actor, role: str, freeze: DeclaredFreeze, now: datetime, act: str = "declared"
) -> DeclaredFreeze:
    """Write a freeze down, in the place of the one that it replaces; the clock tells the people whom it meets."""
    if freeze.replaces:
        end(db, freeze.replaces, actor.name, now, f"another took its place: {freeze.freeze.because}")
    stands = freezes.add(db, freeze)
    said = f"{say_freeze(stands.freeze)}: {stands.freeze.because}"
    facts = {"freeze": to_document(stands.freeze), "source": stands.source, "replaces": stands.replaces}
    record(db, now, actor, f"freeze.{act}", stands.id, said, role=role, facts=facts)
    tell(db, f"freeze.{act}", {"freeze": stands.id, "because": said, "by": actor.name}, key=f"{stands.id}/{act}")
    db.after_commit(lambda: house.stir("change"))
    return stands


def end(db: Db, id: str, by: str, now: datetime, because: str) -> DeclaredFreeze:
    """End a freeze, and what was asked of it."""
    sign_offs.void(db, id, now, because)
    if standing := requests.open_on(db, KIND, id):
        requests.close(db, standing.id, "done", by, now)
    return freezes.end(db, id, by, now, because)
