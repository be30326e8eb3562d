"""Which freeze did somebody declare beside the policy?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.calendar import Freeze

PREFIX = "FRZ-"


@dataclass(frozen=True, slots=True)
class ReadFreeze:
    """A freeze as a file tells it: `uid` names it there, so that reading the file again finds it again.

    `place` is where it was read; `called_off` says that the file keeps it as one that will not be.
    """

    freeze: Freeze
    uid: str
    place: str = ""
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredFreeze:
    """A freeze that people declared; it is never edited: another one `replaces` it.

    `source` is the file that it was imported from (empty: a person wrote it), `uid` its name there. It stands from
    `declared_at` until `ended_at`; `told_at` is when the people whose changes it meets were told.
    """

    id: str
    freeze: Freeze
    declared_by: str
    declared_at: datetime
    source: str = ""
    uid: str = ""
    replaces: str = ""
    told_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_because: str = ""

    @property
    def stands(self) -> bool:
        """Say whether nobody has lifted or replaced it."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class Hit:
    """A change that a freeze meets: how, and when it would settle without the freeze and with it.

    `settles_without` and `settles_with` are None where the change would not settle at all.
    """

    change: str
    title: str
    target: str
    author: str
    release_manager: str
    how: str
    settles_without: datetime | None
    settles_with: datetime | None
