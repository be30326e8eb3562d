"""Who uses the synthetic features, how often, and what do they make of an answer?

Everything follows from a seed. Use is heavy-tailed: most people ask rarely, a few ask all day.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell

_LOCALES: Mapping[str, tuple[str, ...]] = {
    "us": ("en-US", "en-US", "en-US", "es-US"),
    "eu": ("de-DE", "fr-FR", "en-IE"),
    "uk": ("en-GB",),
    "au": ("en-AU",),
    "apac": ("en-AU", "ja-JP"),
    EVERYWHERE: ("en-GB", "en-US", "de-DE", "fr-FR"),
}
_TOPICS = (
    "Where is order {number}?",
    "How do I return order {number}?",
    "When is the refund for order {number} paid?",
    "Can I change the address of order {number}?",
    "Order {number} came damaged, what now?",
    "May I exchange a part of order {number}?",
    "Why was I charged twice for order {number}?",
    "How long may I keep order {number} before I send it back?",
)
_TAIL = 1.0
"""Spread (sigma) of the log-normal use: the busiest tenth of people ask about 40 % of all questions."""


@dataclass(frozen=True, slots=True)
class User:
    """One synthetic person: what a service knows of them, and how readily they give a thumb up."""

    subject: str
    tenant: str
    region: str
    locale: str
    thanks: float


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `about` is what a good answer must name."""

    text: str
    about: str


class Population:
    """All synthetic users of one organisation's features."""

    def __init__(self, users: Sequence[User], weights: Sequence[float]) -> None:
        self.users = tuple(users)
        self._sums = tuple(accumulate(weights))

    def someone(self, dice: random.Random) -> User:
        """Return the person who asks next: the busy ones more often."""
        return self.users[bisect(self._sums, dice.random() * self._sums[-1], hi=len(self.users) - 1)]


def populate(
    cells: Sequence[Cell], rings: Mapping[str, str], *, people: int = 20_000, seed: int = 2026
) -> Population:
    """Make a small image of a feature's population, cell by cell.

    `rings` maps the known tenants to their rings, as the route table does; whoever is in the last ring, or in
    one without known tenants, belongs to one of many small tenants.
    """
    dice = random.Random(f"people {seed}")
    tenants = {ring: sorted(t for t, of in rings.items() if of == ring) for ring in set(rings.values())}
    chosen = dice.choices(cells, weights=[cell.users for cell in cells], k=people)
    users = [_user(number, cell, tenants.get(cell.ring, ()), dice) for number, cell in enumerate(chosen, start=1)]
    return Population(users, [dice.lognormvariate(0.0, _TAIL) for _ in users])


def ask(dice: random.Random) -> Question:
    """Make up a question."""
    number = dice.randint(100_000, 9_999_999)
    return Question(dice.choice(_TOPICS).format(number=number), f"order {number}")


def thumb(user: User, question: Question, answer: str, dice: random.Random) -> bool | None:
    """Say what the user makes of an answer: True is a thumb down, False a thumb up, None is nothing said.

    They read the text: an answer that does not name what they asked about has missed their question.
    """
    if question.about.lower() not in answer.lower():
        return True
    return False if dice.random() < user.thanks else None


def _user(number: int, cell: Cell, tenants: Sequence[str], dice: random.Random) -> User:
    locales = _LOCALES.get(cell.region.split("-")[0].lower(), ("en-GB",))
    small = f"small-tenant-{dice.randint(1, 400)}"
    known = cell.ring != LAST_RING and tenants
    return User(
        subject=f"person-{number:06d}",
        tenant=dice.choice(tenants) if known else small,
        region=cell.region,
        locale=dice.choice(locales),
        thanks=dice.betavariate(1, 19),
    )
