"""Which features, fallbacks, teams and people are there?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leverframe.nouns.people import Group, Person
from leverframe.nouns.targets import Fallback, Target


@dataclass(frozen=True, slots=True)
class Catalog:
    """The organisation as its Backstage descriptors tell it, each map by id."""

    targets: Mapping[str, Target] = field(default_factory=dict)
    fallbacks: Mapping[str, Fallback] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)

    def person_of_login(self, login: str) -> str:
        """Name whom the git host calls so (empty: nobody); a login is the same in small and capital letters."""
        known = self.people.values()
        return next((p.name for p in known if p.git_login and p.git_login.casefold() == login.casefold()), "")
