"""Are there enough people whose reviews, of the code or of a field, would count?"""

from __future__ import annotations

from leverframe.nouns.people import FEATURE_OWNER
from leverframe.nouns.policies import Policy, ReviewAsk
from leverframe.rules.policies import REVIEW_FIELD, holders
from leverframe.sources.policies.reading import Report


def check_reviews(policy: Policy, report: Report) -> None:
    """Tell of each row that asks for more reviewers than people who can be found by their login."""
    known = {person.name for person in policy.catalog.people.values() if person.git_login}
    for ask in dict.fromkeys(row.code_reviews for row in policy.requirements if row.code_reviews.count):
        _check(ask, known, policy, report)
    if any(row.reviewed for row in policy.requirements):
        _check_fields(policy, report)


def _check_fields(policy: Policy, report: Report) -> None:
    """Tell where the roles that may review a field have nobody, or only one person: they might have written it."""
    roles = policy.may.get(REVIEW_FIELD)
    if roles is None or policy.solo:
        return
    for target in policy.catalog.targets.values() if FEATURE_OWNER in roles else (None,):
        able = frozenset().union(*(holders(policy, role, target) for role in roles))
        if len(able) < 2:
            because = f"Fields must be reviewed, and {len(able)} people may{f' on {target.id}' if target else ''}."
            remedy = f"Give `{REVIEW_FIELD}` to roles of at least two people, or leave it out: then who may sign may."
            report.error(report.place(f"act {REVIEW_FIELD}"), because, remedy)


def _check(ask: ReviewAsk, known: set[str], policy: Policy, report: Report) -> None:
    remedy = "Write people's logins into the catalog (leverframe.dev/git-login), or ask for fewer."
    place = report.place("requirements")
    if len(known) < ask.count:
        because = f"{ask.said} are asked for, and the catalog knows the logins of {len(known)} people."
        report.error(place, because, remedy)
    for seat in ask.of_whom:
        for target in policy.catalog.targets.values() if seat.role == FEATURE_OWNER else (None,):
            able, of = known & holders(policy, seat.role, target), f" of {target.id}" if target else ""
            if len(able) < seat.count:
                because = f"{ask.said} are asked for, and {len(able)} with the role {seat.role}{of} have a login."
                report.error(place, because, remedy)
