"""Who owes what after a change has reached users, from when, and who may say that it is done?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from leverframe.nouns.changes import Change
from leverframe.nouns.follow_ups import REVIEW, FollowUp, LaterLook
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.calendar import add_business_days
from leverframe.rules.policies import holders, may
from leverframe.rules.sign_offs import RELEASE_MANAGER
from leverframe.rules.working_days import at_home, day_at_home, next_working_day, working_day_from

DUE_AT = time(17)


def review_opens(policy: Policy, now: datetime) -> datetime:
    """Return when the review of a change that has just ended opens: the next working day, at the policy's hour."""
    return at_home(policy.calendar, next_working_day(policy.calendar, now), policy.reviews_open_at)


def review_due(policy: Policy, now: datetime) -> datetime:
    """Return when it is due: in the policy's number of business days."""
    today = day_at_home(policy.calendar, now)
    return at_home(
        policy.calendar, add_business_days(policy.calendar, today, policy.review_due_business_days), DUE_AT
    )


def later_looks(policy: Policy, tier: str, settled_at: datetime) -> Iterator[tuple[LaterLook, datetime, datetime]]:
    """Yield what the policy asks for after a settlement, with when each opens and is due.

    Days are counted by the calendar; one that falls on a day on which nobody works moves to the next working day.
    """
    settled = day_at_home(policy.calendar, settled_at)
    for look in policy.follow_ups:
        if not look.tiers or tier in look.tiers:
            day = working_day_from(policy.calendar, settled + timedelta(days=look.after_days))
            yield (
                look,
                at_home(policy.calendar, day, policy.reviews_open_at),
                at_home(policy.calendar, day, DUE_AT),
            )


def team_of(policy: Policy, person: str, target: Target | None) -> str:
    """Name the team in which somebody wrote a change: the feature's owner where they belong to it, else their own."""
    known = policy.catalog.people.get(person)
    groups = known.groups if known else frozenset[str]()
    owner = target.owner if target else ""
    return owner if owner in groups or not groups else min(groups)


def is_mine(duty: FollowUp, actor: Actor) -> bool:
    """Say whether a duty waits for this reader: it is theirs, or their team's while nobody has taken it."""
    return duty.owner == actor.name if duty.owner else duty.team in actor.groups


def may_finish(policy: Policy, actor: Actor, duty: FollowUp, target: Target | None) -> Verdict:
    """Answer whether this actor may say that a duty is done, or hand it on: who owes it, and who may review."""
    if duty.kind == REVIEW:
        because = "a change review is recorded on the change, not ticked off"
        return failed("state", because, remedy=f"record the change review of {duty.subject}")
    if duty.owner == actor.name or duty.team in actor.groups:
        return passed("may", f"{actor.name} owes it")
    return may(policy, actor, "change.review", target)


def may_drop(policy: Policy, actor: Actor, duty: FollowUp, target: Target | None) -> Verdict:
    """Answer whether this actor may drop a duty undone: only a release manager."""
    if duty.kind == REVIEW:
        because = "a change review is never dropped"
        return failed("state", because, remedy=f"record the change review of {duty.subject}")
    people = holders(policy, RELEASE_MANAGER, target)
    if RELEASE_MANAGER in actor.roles or actor.name in people:
        return passed("may", f"{actor.name} may drop it as release manager")
    who = ", ".join(sorted(people))
    because = f"{actor.name} may not drop a follow-up; a release manager may"
    return failed("may", because, remedy=f"ask {who}" if who else "name a release manager in the policy", who=who)


def told_of(policy: Policy, duty: FollowUp, change: Change | None) -> tuple[str, ...]:
    """Name whom a reminder reaches: who owes it, and of a review its author and its release manager too.

    Where a change names no release manager, whoever holds the role is told.
    """
    names = [duty.owner] if duty.owner else sorted(_members(policy, duty.team))
    if change is not None and duty.kind == REVIEW:
        target = policy.catalog.targets.get(change.target)
        managers = [change.release_manager] if change.release_manager else holders(policy, RELEASE_MANAGER, target)
        names += [change.author, *sorted(managers)]
    return tuple(dict.fromkeys(name for name in names if name))


def _members(policy: Policy, team: str) -> frozenset[str]:
    return frozenset(person.name for person in policy.catalog.people.values() if team in person.groups)
