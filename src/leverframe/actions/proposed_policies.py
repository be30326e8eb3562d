"""Which policies wait for sign-offs, and for whose?

A policy's own edits go the way of a change: by the old policy's seats, and never by who proposed them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.activation import KIND
from leverframe.actions.house import House
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Fault, Verdict, failed, passed
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import spoken
from leverframe.store import requests, sign_offs
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy that waits for the old policy's sign-offs; `seats` are (role, how many, who has signed).

    `can_sign_as` are the roles in which this reader may sign it now.
    """

    digest: str
    asked_by: str
    at: datetime
    differs: tuple[str, ...]
    seats: tuple[tuple[str, int, tuple[str, ...]], ...]
    in_force: bool = False
    can_sign_as: tuple[str, ...] = ()
    warnings: tuple[Fault, ...] = ()


def may_sign_policy(
    old: Policy,
    actor: Actor,
    role: str,
    request: requests.Request,
    standing: Sequence[SignOff],
    since: datetime | None,
) -> tuple[Verdict, ...]:
    """Answer whether this person may sign a proposed policy in a role, by the old policy's rules."""
    return (
        _is_person(actor),
        _is_not_proposer(actor, request),
        *_sits(old, actor, role, request, since),
        _signs_once(actor, standing),
    )


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} signs in their own session")
    return failed("session", "a token never signs", remedy="sign in as a person", who=actor.name)


def _is_not_proposer(actor: Actor, request: requests.Request) -> Verdict:
    if actor.name != request.asked_by:
        return passed("segregation", f"{request.asked_by} proposed it")
    return failed("segregation", f"{actor.name} proposed this policy", remedy="another person must sign")


def _sits(old: Policy, actor: Actor, role: str, request: requests.Request, since: datetime | None) -> list[Verdict]:
    """Answer whether the role is asked, held, and was held when the policy was proposed."""
    asked, people = [seat.role for seat in old.policy_seats], holders(old, role, None)
    if role not in asked:
        said = ", ".join(spoken(seat) for seat in asked)
        return [failed("seat", f"{spoken(role) or 'no role'} is not asked here", remedy=f"it asks for {said}")]
    if actor.name not in people:
        who = ", ".join(sorted(people)) or "nobody holds it"
        because = f"{actor.name} does not hold the role {spoken(role)}"
        return [failed("role", because, remedy=f"ask {who}", who=who)]
    if since is None or since > request.at:
        because = f"{actor.name} joined the role {spoken(role)} after this policy was proposed"
        return [failed("membership", because, remedy="a member who joined earlier must sign")]
    return [passed("seat", f"{actor.name} signs as {spoken(role)}")]


def _signs_once(actor: Actor, standing: Sequence[SignOff]) -> Verdict:
    if any(s.person == actor.name for s in standing):
        because = f"{actor.name} has signed already; one person counts once"
        return failed("once", because, remedy="another must")
    return passed("once", f"{actor.name} has not signed yet")


def seats_of(policy: Policy, signed: Sequence[SignOff]) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Say for each seat who has signed it and still holds its role."""
    return tuple(
        (
            seat.role,
            seat.count,
            tuple(s.person for s in signed if s.role == seat.role and s.person in holders(policy, seat.role, None)),
        )
        for seat in policy.policy_seats
    )


def proposals(house: House, actor: Actor) -> tuple[Proposal, ...]:
    """Return the policies that wait for sign-offs, as this reader may sign them."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        return proposals_in(db, policy, actor) if policy else ()


def proposals_in(db: Db, policy: Policy, actor: Actor) -> tuple[Proposal, ...]:
    """Return them within a transaction that asks for more."""
    return tuple(_proposal(db, policy, actor, request) for request in requests.find(db, KIND))


def _proposal(db: Db, policy: Policy, actor: Actor, request: requests.Request) -> Proposal:
    standing = sign_offs.standing(db, request.subject)
    seats = seats_of(policy, standing)
    still = [role for role, count, names in seats if len(names) < count]
    since = {role: sign_offs.member_since(db, actor.name, role) for role in still}
    able = (
        r for r in still if not any(v.refuses for v in may_sign_policy(policy, actor, r, request, standing, since[r]))
    )
    return Proposal(
        digest=request.subject.removeprefix("policy:"),
        asked_by=request.asked_by,
        at=request.at,
        differs=tuple(request.body["differs"]),
        seats=seats,
        can_sign_as=tuple(able),
    )
