"""Have as many people approved the code as the policy asks for, and the right ones among them?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.pull_requests import PullRequest, Reviewer
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
        return failed("code_review", said, remedy=remedy, who=change.author)
    told = facts.pull_request.told
    found = reviewers(change, told, ask, facts.policy, facts.targets)
    reasons = _reasons(found, objecting(found, writers(change, told, facts.policy.catalog)), facts)
    if not reasons:
        names = ", ".join(_named(one) for one in found if one.counts)
        return passed("code_review", f"{short(told.commit)} was approved by {names}")
    who = ", ".join(_able(change, told, found, facts)) or "nobody who may"
    return failed("code_review", "; ".join(reasons), remedy=f"ask {who} to review {short(told.commit)}", who=who)


def _reasons(found: Sequence[Reviewer], against: Sequence[str], facts: ShipFacts) -> list[str]:
    ask = facts.asks.code_reviews
    counted = [one for one in found if one.counts]
    reasons = []
    if len(counted) < ask.count:
        reasons.append(f"{len(counted)} of {ask.count} code reviewers have approved it")
    for seat in ask.of_whom:
        held = sum(seat.role in one.roles for one in counted)
        if held < seat.count:
            missing = "nobody" if not held else f"only {held}"
            reasons.append(f"{missing} of the {spoken(seat.role)} is among them; {seat.count} must be")
    if not reasons and not against:
        return []
    return [*reasons, *(one.because for one in found if not one.counts)]


def _named(one: Reviewer) -> str:
    roles = ", ".join(spoken(role) for role in one.roles)
    return f"{one.person} ({roles})" if roles else one.person


def _able(change: Change, told: PullRequest, found: Sequence[Reviewer], facts: ShipFacts) -> list[str]:
    """Name who can clear it: those of a role that is missing, else everybody with a login who has not written it."""
    ask, counted = facts.asks.code_reviews, [one for one in found if one.counts]
    short_of = [seat.role for seat in ask.of_whom if sum(seat.role in one.roles for one in counted) < seat.count]
    known = {person.name for person in facts.policy.catalog.people.values() if person.git_login}
    for role in short_of:
        known &= eligible(facts.policy, role, facts.targets)
    against = {one.person for one in found if not one.counts}
    wrote = writers(change, told, facts.policy.catalog)
    return sorted((known - wrote - {one.person for one in counted}) | (against & known - wrote))
