"""Who may sit for a member, and who does?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leverframe.nouns.delegations import Delegation
from leverframe.nouns.people import FEATURE_OWNER
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault

MOST_DAYS = 92


def may_stand_in(policy: Policy, role: str) -> frozenset[str]:
    """Return whom a member of a role may name: people of its own groups, and of those that the policy adds."""
    further = policy.cab.delegates.get(role, frozenset()) if policy.cab else frozenset[str]()
    groups = policy.roles.get(role, frozenset()) | further
    return frozenset(person.name for person in policy.catalog.people.values() if person.groups & groups)


def stands_in(
    delegations: Sequence[Delegation], policy: Policy, member: str, delegate: str, role: str, at: datetime
) -> bool:
    """Say whether a delegate could sign for a member at a moment, by a delegation that nobody has revoked since."""
    named = any(
        (each.member, each.delegate, each.role) == (member, delegate, role) and each.holds_at(at)
        for each in delegations
    )
    return named and delegate in may_stand_in(policy, role)


def members_of(
    delegations: Sequence[Delegation], policy: Policy, delegate: str, role: str, at: datetime
) -> tuple[str, ...]:
    """List the members for whom somebody may sign in a role at a moment."""
    named = (each.member for each in delegations if each.delegate == delegate and each.role == role)
    found = (m for m in named if stands_in(delegations, policy, m, delegate, role, at))
    return tuple(dict.fromkeys(found))


def faults_of(policy: Policy, delegation: Delegation, now: datetime) -> Iterator[Fault]:
    """Yield what is wrong with a delegation that somebody asks for."""
    role, able = delegation.role, may_stand_in(policy, delegation.role)
    if role == FEATURE_OWNER or (policy.cab and role not in policy.cab.roles):
        seats = ", ".join(policy.cab.roles) if policy.cab else ""
        yield Fault("role", f"{role} is no seat of the CAB", f"name one of {seats}")
    elif delegation.delegate == delegation.member:
        yield Fault("delegate", "nobody is their own delegate", "name another person")
    elif delegation.delegate not in able:
        others = ", ".join(sorted(able - {delegation.member})) or "nobody yet; the policy can add groups"
        because = f"{delegation.delegate or 'nobody'} is in no group that may sit as {role.replace('_', ' ')}"
        yield Fault("delegate", because, f"those who may: {others}")
    if delegation.ends_at <= delegation.starts_at:
        yield Fault("ends_at", "it ends before it begins", "let it end later")
    elif delegation.ends_at <= now:
        yield Fault("ends_at", "it is over already", "let it end later")
    elif (delegation.ends_at - delegation.starts_at).days > MOST_DAYS:
        because = f"it lasts more than {MOST_DAYS} days"
        yield Fault("ends_at", because, "make it shorter; whoever is away for longer gives the role to somebody")
    if not delegation.because.strip():
        yield Fault("because", "a reason is missing", "say in a few words why")
