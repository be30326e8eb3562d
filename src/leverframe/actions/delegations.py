"""How does a member of the CAB name somebody who sits for them?"""

from __future__ import annotations

from datetime import datetime

from leverframe.actions.house import House, need_reason, record, refuse, tell
from leverframe.nouns.delegations import Delegation
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import Invalid, Verdict, failed, passed
from leverframe.rules.cab_words import zone_of
from leverframe.rules.delegations import faults_of
from leverframe.rules.moments import say
from leverframe.rules.policies import holders, may
from leverframe.rules.sign_offs import spoken
from leverframe.store import delegations


def delegate(
    house: House, actor: Actor, role: str, name: str, starts_at: datetime, ends_at: datetime, because: str
) -> Delegation:
    """Name somebody who signs in one's own seat for a stretch; it holds at once where the stretch has begun.

    Raises Invalid with all its faults, Refused where this person holds no such seat.
    """
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        asked = Delegation("", actor.name, name, role, starts_at, ends_at, because.strip(), now)
        if faults := [*faults_of(policy, asked, now)]:
            raise Invalid(faults)
        refuse([_is_person(actor), _holds(actor, role, holders(policy, role))])
        made = delegations.add(db, asked)
        zone = zone_of(policy.cab, policy.calendar)
        stretch = f"from {say(starts_at, zone)} to {say(ends_at, zone)}"
        said = f"{name} signs as {spoken(role)} for {actor.name} {stretch}: {made.because}"
        facts = {"delegate": name, "starts_at": starts_at, "ends_at": ends_at}
        record(db, now, actor, "cab.delegated", made.id, said, role=role, facts=facts)
        told = {"delegation": made.id, "because": said, "by": actor.name, "to": [name]}
        tell(db, "cab.delegated", told, key=f"{made.id}/made")
        db.after_commit(lambda: house.stir("change"))
        return made


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} names a delegate in their own session")
    return failed("session", "a token names nobody", remedy="sign in as a person, and name them there")


def _holds(actor: Actor, role: str, people: frozenset[str]) -> Verdict:
    if actor.name in people:
        return passed("role", f"{actor.name} holds the role {spoken(role)}")
    who = ", ".join(sorted(people)) or "nobody holds it"
    because = f"{actor.name} does not hold the role {spoken(role)}, and nobody gives away what they do not hold"
    return failed("role", because, remedy=f"ask {who}", who=who)


def revoke(house: House, actor: Actor, id: str, because: str) -> Delegation:
    """End a delegation now: its maker, its delegate, or whoever manages accounts.

    What was signed under it counts no more.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, stands = house.clock.now(), house.policy(db), delegations.get(db, id)
        mine = actor.name in (stands.member, stands.delegate)
        refuse([] if mine else [may(policy, actor, "account.manage")])
        ended = delegations.revoke(db, id, now, reason)
        record(db, now, actor, "cab.delegation_revoked", id, reason, role=stands.role if mine else "administrator")
        told = {"delegation": id, "because": reason, "by": actor.name, "to": [stands.member, stands.delegate]}
        tell(db, "cab.delegation_revoked", told, key=f"{id}/revoked")
        db.after_commit(lambda: house.stir("change"))
        return ended
