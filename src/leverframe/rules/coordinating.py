"""Who may coordinate a change on its bridge, and who may hand that over?"""

from __future__ import annotations

from leverframe.nouns.changes import Change
from leverframe.nouns.handovers import COORDINATE
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target, Tier
from leverframe.nouns.verdicts import Outcome, Verdict, failed, passed
from leverframe.rules.policies import holders, may
from leverframe.rules.sign_offs import RELEASE_MANAGER, authors, spoken


def may_coordinate(change: Change, name: str, policy: Policy, target: Target | None) -> Verdict:
    """Answer whether a person may coordinate: by the policy, and on a High change without having written it."""
    if name not in policy.catalog.people:
        return _no(f"there is no person {name or 'named'} in the catalog", change, policy, target)
    if name not in who_may(policy, target):
        roles = " or ".join(spoken(role) for role in policy.may.get(COORDINATE, ())) or "nobody"
        because = f"{name} may not coordinate a change on its bridge; the policy gives it to {roles}"
        return _no(because, change, policy, target)
    if change.tier is Tier.HIGH and not policy.solo and name in authors(change):
        return _no(f"{name} wrote this High change and may not coordinate it", change, policy, target)
    return passed("bridge", f"{name} may coordinate {change.id or 'it'}")


def who_may(policy: Policy, target: Target | None) -> frozenset[str]:
    """Return the people to whom the policy gives it to coordinate."""
    return frozenset[str]().union(*(holders(policy, role, target) for role in policy.may.get(COORDINATE, ())))


def _no(because: str, change: Change, policy: Policy, target: Target | None) -> Verdict:
    able = who_may(policy, target)
    if change.tier is Tier.HIGH and not policy.solo:
        able -= authors(change)
    who = ", ".join(sorted(able))
    return failed("bridge", because, remedy=f"name {who}" if who else "give somebody a role that may", who=who)


def may_hand_over(change: Change, actor: Actor, policy: Policy, target: Target | None) -> Verdict:
    """Answer whether this actor may say who coordinates: who does it now, or a release manager.

    Where nobody does it yet, whoever may file a change names the first.
    """
    if not change.coordinator:
        return may(policy, actor, "change.file", target)
    if actor.name == change.coordinator or RELEASE_MANAGER in actor.roles:
        return passed("bridge", f"{actor.name} may hand over {change.id}")
    who = ", ".join(sorted({change.coordinator, *holders(policy, RELEASE_MANAGER)}))
    because = f"{actor.name} does not coordinate {change.id}; {change.coordinator} does"
    return failed("bridge", because, remedy=f"ask {who}", who=who)


def first_coordinator(change: Change, starter: str, policy: Policy, target: Target | None) -> Verdict:
    """Answer who coordinates a ramp that starts (`who` of a yes): who was named, else its starter, or its manager."""
    for name, why in (
        (change.coordinator, "was named on the ticket"),
        (starter, "starts the ramp"),
        (change.release_manager, "is its release manager"),
    ):
        if name and not may_coordinate(change, name, policy, target).refuses:
            return Verdict("bridge", Outcome.MET, f"{name} {why}", who=name)
    return _no(f"nobody who may coordinates {change.id or 'it'}", change, policy, target)
