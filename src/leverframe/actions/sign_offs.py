"""How does a person say yes to a change?"""

from __future__ import annotations

from datetime import datetime

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.contents import changed_since, spoken
from leverframe.actions.debts import owes
from leverframe.actions.facts import ship_facts, sign_facts, sign_facts_for
from leverframe.actions.house import House, need_reason, record, refuse
from leverframe.nouns.changes import Change, State
from leverframe.nouns.people import Actor
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Conflict, Refused, Verdict, failed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.shipping import may_ship, unready
from leverframe.rules.sign_offs import may_sign, may_sign_for
from leverframe.rules.sign_offs import spoken as role_spoken
from leverframe.store import changes, sign_offs
from leverframe.store.database import Db


def sign(
    house: House,
    actor: Actor,
    change_id: str,
    role: str,
    content_digest: str,
    comment: str = "",
    on_behalf_of: str = "",
) -> SignOff:
    """Sign the content that `content_digest` names, in one role, for oneself or for the member named.

    Raises Conflict where the content has changed since it was shown, Refused with every reason why this person may
    not sign now.
    """
    with house.store.write() as db:
        now = house.clock.now()
        return put_sign_off(house, db, actor, change_id, role, content_digest, comment, on_behalf_of, now)


def put_sign_off(
    house: House,
    db: Db,
    actor: Actor,
    change_id: str,
    role: str,
    content_digest: str,
    comment: str,
    on_behalf_of: str,
    now: datetime,
) -> SignOff:
    """Sign as `sign` does, inside the transaction of an act that is more than that."""
    change = changes.get(db, change_id)
    facts = ship_facts(house, db, change)
    if facts.digest_now != content_digest:
        raise stale(change, content_digest, facts, changed_since(db, change_id, content_digest))
    ready = [] if owes(db, change_id, "sign_offs") else _ready(change, facts, now)
    refuse([*ready, *_may(db, change, actor, role, on_behalf_of, facts, now)])
    signed = SignOff(change_id, actor.name, role, content_digest, now, comment, on_behalf_of=on_behalf_of)
    sign_offs.add(db, signed)
    whom = f" for {on_behalf_of}" if on_behalf_of else ""
    because = comment or f"signed as {role_spoken(role)}{whom}"
    told = {"on_behalf_of": on_behalf_of} if on_behalf_of else {}
    record(db, now, actor, "change.signed", change_id, because, role=role, facts=told, decided=content_digest)
    restate(house, db, change, now)
    db.after_commit(lambda: house.stir("change"))
    return signed


def _may(
    db: Db, change: Change, actor: Actor, role: str, on_behalf_of: str, facts: ShipFacts, now: datetime
) -> tuple[Verdict, ...]:
    if not on_behalf_of:
        return may_sign(change, actor, role, sign_facts(db, actor, change, facts))
    told = sign_facts_for(db, on_behalf_of, change, facts)
    return may_sign_for(change, actor, role, on_behalf_of, told, now)


def _ready(change: Change, facts: ShipFacts, now: datetime) -> list[Verdict]:
    if change.state not in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED):
        return [failed("state", f"{change.id} is in {change.state.value}", remedy="there is nothing left to sign")]
    return [v for v in unready(may_ship(change, facts, now)) if v.gate not in ("sign_offs", "forecast")]


def stale(change: Change, named: str, facts: ShipFacts, differs: tuple[str, ...]) -> Conflict:
    """Return what is told to somebody who has read another content than the one that stands."""
    what = f" in {spoken(differs)}" if differs else ""
    digests = f"you read {named[:19]}, it is {facts.digest_now[:19]} now"
    return Conflict(
        f"{change.id} has changed since you opened it{what}: {digests}",
        remedy="read it again, then sign what stands now",
        differs=differs,
    )


def withdraw(house: House, actor: Actor, change_id: str, because: str) -> None:
    """Take one's own sign-off back before the ramp begins; stopping needs nobody else."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        mine = [s for s in sign_offs.standing(db, change_id) if s.person == actor.name]
        if not mine:
            because = f"{actor.name} has not signed {change_id}"
            raise Refused([failed("once", because, remedy="there is nothing to take back")])
        refuse(_may_withdraw(change))
        sign_offs.void(db, change_id, now, f"taken back: {reason}", person=actor.name)
        record(db, now, actor, "change.sign_off_withdrawn", change_id, reason, role=mine[0].role)
        restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))


def _may_withdraw(change: Change) -> list[Verdict]:
    if change.state in EDITABLE:
        return []
    return [failed("state", f"{change.id} is in {change.state.value}", remedy="hold or abort its ramp")]
