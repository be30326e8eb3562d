"""Have as many people approved the code as the policy asks for, and the right ones among them?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.pull_requests import Reviewer
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.code_review import objecting, reviewers, short, unusable, writers
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.sign_offs import eligible, spoken


def code_review(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no with who is missing, and why a review that is there does not count."""
    ask = facts.asks.code_reviews
    if not ask.count:
        return not_needed("code_review", "the policy asks for no reviewer of the code")
    if facts.policy.solo:
        return not_needed("code_review", "the policy is solo: no second person is asked")
    because, remedy = unusable(change, facts.pull_request)
    if because or facts.pull_request is None:
        said = f"{because}: {ask.said} must have approved it"
        return failed("code_review", said, remedy=remedy, who=change.author, people=(change.author,))
    told = facts.pull_request.told
    wrote = writers(change, told, facts.policy.catalog)
    found = reviewers(change, told, ask, facts.policy, facts.targets)
    against = objecting(found, wrote)
    missing = _missing(found, facts)
    if not missing and not against:
        names = ", ".join(_named(one) for one in found if one.counts)
        return passed("code_review", f"{short(told.commit)} was approved by {names}")
    because = "; ".join([*missing, *(one.because for one in found if not one.counts)])
    who = "; ".join(_who(found, wrote, against, facts))
    return failed(
        "code_review",
        because,
        remedy=f"ask for a review of {short(told.commit)}: {who}",
        who=who,
        people=_able(found, wrote, facts),
    )


def _missing(found: Sequence[Reviewer], facts: ShipFacts) -> list[str]:
    """Say what of the count and of each role is open."""
    ask, counted = facts.asks.code_reviews, [one for one in found if one.counts]
    few = len(counted) < ask.count
    reasons = [f"{len(counted)} of {ask.count} code reviewers have approved it"] if few else []
    for seat in _open(found, facts):
        held = sum(seat.role in one.roles for one in counted)
        reasons.append(f"{held or 'none'} of them as {spoken(seat.role)}, {seat.count} must be")
    return reasons


def _open(found: Sequence[Reviewer], facts: ShipFacts) -> list[Seat]:
    """Return the roles in which fewer have approved than must."""
    counted = [one for one in found if one.counts]
    return [
        seat
        for seat in facts.asks.code_reviews.of_whom
        if sum(seat.role in one.roles for one in counted) < seat.count
    ]


def _able(found: Sequence[Reviewer], wrote: frozenset[str], facts: ShipFacts) -> frozenset[str]:
    """Return who can clear it: people of the git host who have not written it, and have not approved it yet."""
    known = {person.name for person in facts.policy.catalog.people.values() if person.git_login}
    able, seats = frozenset(known - wrote - {one.person for one in found if one.counts}), _open(found, facts)
    return frozenset[str]().union(*(able & eligible(facts.policy, s.role, facts.targets) for s in seats)) or able


def _who(found: Sequence[Reviewer], wrote: frozenset[str], against: Sequence[str], facts: ShipFacts) -> list[str]:
    """Name who can clear it: holders of a role that is open, anybody where more are missing, and who objects."""
    counted = {one.person for one in found if one.counts}
    known = {person.name for person in facts.policy.catalog.people.values() if person.git_login}
    able, seats = known - wrote - counted, _open(found, facts)
    asked = [f"{spoken(s.role)}: {_names(able & eligible(facts.policy, s.role, facts.targets))}" for s in seats]
    if facts.asks.code_reviews.count - len(counted) > sum(seat.count for seat in seats):
        asked.append(f"one more: {_names(able)}" if seats else _names(able))
    return [*asked, *(f"{person}, who asks for changes" for person in against)]


def _names(people: Iterable[str]) -> str:
    return ", ".join(sorted(people)) or "nobody who may"


def _named(one: Reviewer) -> str:
    roles = ", ".join(spoken(role) for role in one.roles)
    return f"{one.person} ({roles})" if roles else one.person
