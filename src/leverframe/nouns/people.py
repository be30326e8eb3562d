"""Who acts, and in which role?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FEATURE_OWNER = "feature_owner"
"""The one role that is not a list of groups: whoever belongs to the group that owns the target."""
SCOPES = ("read", "change", "switch", "switch-file", "feedback", "evidence", "admin")
"""What a token may be limited to."""


class ActorKind(StrEnum):
    """How an actor proved who they are."""

    PERSON = "person"
    TOKEN = "token"
    COMMIT = "commit"
    GATEWAY = "gateway"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for an act.

    `name` is the account of the person behind it, also for a token or a commit; `groups` are the catalog's groups at
    this moment; `roles` are what the signed policy makes of them, without FEATURE_OWNER, which depends on
    the target; `scopes` limit a token.
    """

    kind: ActorKind
    name: str
    groups: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()

    @property
    def is_person(self) -> bool:
        """Say whether a person's own session is behind this act."""
        return self.kind is ActorKind.PERSON


CLOCK = Actor(ActorKind.SYSTEM, "clock")
"""The runner: the only system account, which never signs."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the catalog.

    `git_login` is what the git host calls them; `signing_keys` are the keys with which they sign commits.
    """

    name: str
    title: str
    groups: frozenset[str]
    email: str = ""
    git_login: str = ""
    signing_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One team or department of the catalog."""

    name: str
    title: str
    parent: str = ""
