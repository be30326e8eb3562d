"""Who is waited on, for what, since when?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

CLOCK, GATEWAYS = "the clock", "the gateways"


@dataclass(frozen=True, slots=True)
class Wait:
    """One open change and one of those for whom it waits; what else waits for sign-offs has no `change`,
    no `tier`, and an `address`.

    `on` is a person, a role, the clock or the gateways, `names` are the people who could end the wait. `until` is the
    next moment that counts: the next legal start, or the day on which something is due.
    """

    on: str
    names: tuple[str, ...]
    change: str
    title: str
    target: str
    tier: Any
    what: str
    since: datetime
    remedy: str = ""
    until: datetime | None = None
    until_is: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class WaitGroup:
    """All that waits for one person or role, the clock, or the gateways; the longest waiting first."""

    on: str
    names: tuple[str, ...]
    is_mine: bool
    since: datetime
    waits: tuple[Wait, ...]
