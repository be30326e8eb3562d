"""How does a person say yes to a change?"""

from __future__ import annotations

from datetime import datetime

from leverframe.actions.changes import restate
from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House, record, refuse
from leverframe.nouns.changes import Change, State
from leverframe.nouns.people import Actor
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Conflict, Refused, Verdict, failed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.shipping import may_ship, unready
from leverframe.rules.sign_offs import SignFacts, counted, may_sign
from leverframe.store import changes, sign_offs
from leverframe.store.database import Db


def sign(house: House, actor: Actor, change_id: str, role: str, content_digest: str, comment: str = "") -> SignOff:
    """Sign the content that `content_digest` names, in one role.

    Raises Conflict where the content has changed since it was shown, Refused with every reason why this person may
    not sign now.
    """
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        facts = ship_facts(house, db, change)
        if facts.digest_now != content_digest:
            raise _stale(change, content_digest, facts)
        refuse([*_ready(change, facts, now), *may_sign(change, actor, role, sign_facts(db, actor, change, facts))])
        signed = SignOff(change_id, actor.name, role, content_digest, now, comment)
        sign_offs.add(db, signed)
        because = comment or f"signed as {role}"
        record(db, now, actor, "change.signed", change_id, because, role=role, decided=content_digest)
        restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return signed


def sign_facts(db: Db, actor: Actor, change: Change, facts: ShipFacts) -> SignFacts:
    """Gather what the rule of signing asks."""
    since = {role: at for role in actor.roles if (at := sign_offs.member_since(db, actor.name, role))}
    return SignFacts(facts.policy, facts.targets, facts.asks.seats, standing(change, facts), since)


def standing(change: Change, facts: ShipFacts) -> tuple[SignOff, ...]:
    """Return the sign-offs that still count for this content."""
    return counted(change, facts.digest_now, facts.sign_offs)


def _ready(change: Change, facts: ShipFacts, now: datetime) -> list[Verdict]:
    if change.state not in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED):
        return [failed("state", f"{change.id} is in {change.state.value}", remedy="there is nothing left to sign")]
    return [v for v in unready(may_ship(change, facts, now)) if v.gate not in ("sign_offs", "forecast")]


def _stale(change: Change, named: str, facts: ShipFacts) -> Conflict:
    return Conflict(
        f"{change.id} has changed since you opened it: you read {named[:19]}, it is {facts.digest_now[:19]} now",
        remedy="read it again, then sign what stands now",
        differs=("content",),
    )


def withdraw(house: House, actor: Actor, change_id: str, because: str) -> None:
    """Take one's own sign-off back; stopping needs nobody else."""
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        mine = [s for s in sign_offs.standing(db, change_id) if s.person == actor.name]
        if not mine:
            raise Refused(
                [failed("once", f"{actor.name} has not signed {change_id}", remedy="there is nothing to take back")]
            )
        sign_offs.void(db, change_id, now, because or "withdrawn", person=actor.name)
        record(db, now, actor, "change.sign_off_withdrawn", change_id, because or "withdrawn", role=mine[0].role)
        restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
