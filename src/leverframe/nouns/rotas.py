"""Who is on call, from when to when, and whom does a ticket page?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

WRITE = "rota.write"
"""The act of the policy: send the file of a rota."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One stretch in which somebody is on call, in UTC, the end not in it.

    `who` is what the file calls them, `email` is empty where it tells none. Of several who are on call at once the
    highest `level` is asked first.
    """

    who: str
    starts_at: datetime
    ends_at: datetime
    email: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Rota:
    """A rota as it was sent: its text is kept, and read again whenever somebody asks who is on call."""

    name: str
    text: str
    digest: str
    put_by: str
    put_at: datetime


class RotaState(StrEnum):
    """What a rota says of this moment."""

    ON_CALL = "on_call"
    NOBODY = "nobody"
    """Nobody now, and somebody later."""
    OVER = "over"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Carrier:
    """One who is paged: `known` says that the catalog has them; the times are None where no shift says them."""

    who: str
    known: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RotaNow:
    """What a rota says of one moment: who is on call, who is next, and what people should know of it.

    `warning` is what will be wrong within a week: that the rota ends, or that nobody is on call for a while.
    """

    state: RotaState
    on_call: tuple[Carrier, ...] = ()
    next: tuple[Carrier, ...] = ()
    fault: str = ""
    warning: str = ""


class PagedAs(StrEnum):
    """What a name of a paging list is."""

    PERSON = "person"
    ROTA = "rota"
    GROUP = "group"
    ADDRESS = "address"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Paged:
    """One name of a ticket's paging list, and whom it means now; `fault` says why it does not mean what it should."""

    name: str
    kind: PagedAs
    people: tuple[Carrier, ...] = ()
    next: tuple[Carrier, ...] = ()
    fault: str = ""
    warning: str = ""
