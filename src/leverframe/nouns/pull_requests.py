"""What does a git host say of a change's pull request?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PullState(StrEnum):
    """What became of the pull request."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


class CheckState(StrEnum):
    """What a check said of a commit; only `passed` meets anything."""

    PASSED = "passed"
    FAILED = "failed"
    RUNNING = "running"
    SKIPPED = "skipped"


class Opinion(StrEnum):
    """What a reviewer said of a commit."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"


@dataclass(frozen=True, slots=True)
class Check:
    """One check that was run on the pull request's newest commit, such as `policy-lint`."""

    name: str
    state: CheckState
    url: str = ""


@dataclass(frozen=True, slots=True)
class CodeReview:
    """The last opinion of one reviewer, by their login at the git host, and the commit that they had read."""

    login: str
    opinion: Opinion
    commit: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request as its git host told it once: `commit` is its newest, `wrote` the logins behind its commits.

    Who merges has not written it. `author` opened it.
    """

    url: str
    commit: str
    state: PullState
    author: str
    wrote: tuple[str, ...]
    checks: tuple[Check, ...]
    reviews: tuple[CodeReview, ...]


@dataclass(frozen=True, slots=True)
class ReadPullRequest:
    """A pull request as it was read for a change: when, and who posted what the git host had told."""

    told: PullRequest
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One reviewer of the code: who that is here, and whether their review counts, because.

    `roles` are those that the policy asks for among the reviewers and that this person holds.
    """

    login: str
    person: str
    opinion: Opinion
    counts: bool
    because: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeenPullRequest:
    """A pull request as a ticket shows it: what was read, whose reviews count, and which checks are asked for."""

    read: ReadPullRequest
    reviewers: tuple[Reviewer, ...]
    asked: tuple[str, ...] = ()

    @property
    def not_run(self) -> tuple[str, ...]:
        """Name the checks that are asked for and were not run."""
        run = {check.name for check in self.read.told.checks}
        return tuple(name for name in self.asked if name not in run)
