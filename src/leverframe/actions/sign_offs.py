"""How does a person say yes to a change?"""

from __future__ import annotations

from datetime import datetime

from leverframe.actions.changes import EDITABLE, restate
from leverframe.actions.contents import changed_since, spoken
from leverframe.actions.facts import ship_facts, sign_facts
from leverframe.actions.house import House, need_reason, record, refuse
from leverframe.nouns.changes import Change, State
from leverframe.nouns.people import Actor
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Conflict, Refused, Verdict, failed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.shipping import may_ship, unready
from leverframe.rules.sign_offs import may_sign
from leverframe.rules.sign_offs import spoken as role_spoken
from leverframe.store import changes, sign_offs


def sign(house: House, actor: Actor, change_id: str, role: str, content_digest: str, comment: str = "") -> SignOff:
    """Sign the content that `content_digest` names, in one role.

    Raises Conflict where the content has changed since it was shown, Refused with every reason why this person may
    not sign now.
    """
    with house.store.write() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        facts = ship_facts(house, db, change)
        if facts.digest_now != content_digest:
            raise _stale(change, content_digest, facts, changed_since(db, change_id, content_digest))
        refuse([*_ready(change, facts, now), *may_sign(change, actor, role, sign_facts(db, actor, change, facts))])
        signed = SignOff(change_id, actor.name, role, content_digest, now, comment)
        sign_offs.add(db, signed)
        because = comment or f"signed as {role_spoken(role)}"
        record(db, now, actor, "change.signed", change_id, because, role=role, decided=content_digest)
        restate(house, db, change, now)
        db.after_commit(lambda: house.stir("change"))
        return signed


def _ready(change: Change, facts: ShipFacts, now: datetime) -> list[Verdict]:
    if change.state not in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED):
        return [failed("state", f"{change.id} is in {change.state.value}", remedy="there is nothing left to sign")]
    return [v for v in unready(may_ship(change, facts, now)) if v.gate not in ("sign_offs", "forecast")]


def _stale(change: Change, named: str, facts: ShipFacts, differs: tuple[str, ...]) -> Conflict:
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
