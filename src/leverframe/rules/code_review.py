"""Whose review of the code counts, and what did the checks say of the commit that users will get?

Only the pull request's newest commit counts: who has read an older one has not read what was pushed since. Who wrote
any of it, or of what is signed on the ticket, reviews nothing of it. A reviewer is a person of the catalog, found by
their login at the git host.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.changes import Change
from leverframe.nouns.policies import Asks, Policy, ReviewAsk
from leverframe.nouns.pull_requests import (
    CodeReview,
    Opinion,
    PullRequest,
    PullState,
    ReadPullRequest,
    Reviewer,
    SeenPullRequest,
)
from leverframe.nouns.targets import Target
from leverframe.rules.sign_offs import authors, eligible

LINK = "pull_request"
"""The linked artefact that says which pull request is the change's."""
TELL = "let the pipeline post what the git host says: leverframe evidence pull-request"


def short(commit: str) -> str:
    """Write a commit as git hosts do."""
    return commit[:7]


def is_same(url: str, other: str) -> bool:
    """Say whether two addresses are of one pull request."""
    return url.strip().rstrip("/") == other.strip().rstrip("/")


def unusable(change: Change, read: ReadPullRequest | None) -> tuple[str, str]:
    """Return why nothing follows from the pull request as it was read, and the remedy; both empty where it does."""
    if read is None:
        return "nothing is known of its pull request", TELL
    if not is_same(read.told.url, change.artefacts.get(LINK, "")):
        return f"what is known is of another pull request, {read.told.url}", TELL
    if read.told.state is PullState.CLOSED:
        return (
            "its pull request was closed without being merged",
            "open it again, or link the one that took its place",
        )
    return "", ""


def seen(
    change: Change, read: ReadPullRequest | None, asks: Asks, policy: Policy, targets: Sequence[Target]
) -> SeenPullRequest | None:
    """Return the pull request as the ticket shows it; None where nothing is known of it."""
    if read is None:
        return None
    found = reviewers(change, read.told, asks.code_reviews, policy, targets)
    return SeenPullRequest(read, found, asks.checks)


def reviewers(
    change: Change, told: PullRequest, ask: ReviewAsk, policy: Policy, targets: Sequence[Target]
) -> tuple[Reviewer, ...]:
    """Say of each reviewer who that is, and whether their review counts."""
    wrote = writers(change, told, policy.catalog)
    found = []
    for review in told.reviews:
        person = policy.catalog.person_of_login(review.login)
        counts, because = _counts(review, person, told.commit, wrote)
        roles = tuple(seat.role for seat in ask.of_whom if person in eligible(policy, seat.role, targets))
        found.append(Reviewer(review.login, person, review.opinion, counts, because, roles))
    return tuple(found)


def writers(change: Change, told: PullRequest, catalog: Catalog) -> frozenset[str]:
    """Return who wrote the code or the ticket: people where they are known, logins where they are not."""
    logins = {login for login in (told.author, *told.wrote) if login}
    return authors(change) | {catalog.person_of_login(login) or login.casefold() for login in logins}


def _counts(review: CodeReview, person: str, newest: str, wrote: frozenset[str]) -> tuple[bool, str]:
    if not person:
        return False, f"{review.login} is nobody in the catalog"
    if person in wrote:
        return False, f"{person} has written some of it"
    if review.opinion is Opinion.CHANGES_REQUESTED:
        return False, f"{person} asks for changes"
    if review.commit != newest:
        return False, f"{person} has read {short(review.commit)}; {short(newest)} was pushed since"
    return True, f"{person} has approved {short(newest)}"


def objecting(found: Iterable[Reviewer], wrote: frozenset[str]) -> list[str]:
    """Name the people whose last word is that they ask for changes."""
    asks = (one for one in found if one.opinion is Opinion.CHANGES_REQUESTED and one.person)
    return [one.person for one in asks if one.person not in wrote]
