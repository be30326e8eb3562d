"""What does the switch file in git say, who stands behind it, and where do the levers stand otherwise?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from leverframe.nouns.switches import Switch
from leverframe.nouns.verdicts import Fault

PATH = "gateway-policies/kill-switches.yaml"
"""Where the file lies, in a policy's folder and in a repository of its own."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Who stands behind a commit: the catalog's person and how that is known, or why nobody is."""

    person: str = ""
    known_by: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class FileCommit:
    """One commit of the branch that changed the file; `author` is what it says of itself, `ours` that we made it."""

    id: str
    made_at: datetime
    author: str
    subject: str
    behind: Behind = field(default_factory=Behind)
    ours: bool = False

    @property
    def short(self) -> str:
        """Return as much of its id as people read."""
        return self.id[:10]


class Outcome(StrEnum):
    """Why what a commit asks of a lever has not come about."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    OLD = "old"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Pending:
    """What a commit asks of one lever and has not come about; `told` says that it is written in the log.

    `after` is the lever's last move at that moment, by its entry's id: a later move makes this the past.
    """

    switch: str
    outcome: Outcome
    commit: str
    by: str
    at: datetime
    because: str
    remedy: str
    after: int = 0
    told: bool = False


@dataclass(frozen=True, slots=True)
class SwitchFile:
    """The file as the house has seen it last.

    `head` is the branch's commit at that look, `base` the one up to which all has been judged; they differ while the
    file cannot be read. `text` and `written` are of the last file that could be. `failure` is why the last look
    failed, `kept` why the levers are not written back.
    """

    repository: str = ""
    branch: str = ""
    path: str = ""
    head: str = ""
    base: str = ""
    commit: FileCommit | None = None
    seen_at: datetime | None = None
    text: str = ""
    written: tuple[Switch, ...] = ()
    faults: tuple[Fault, ...] = ()
    pending: tuple[Pending, ...] = ()
    judged_by: str = ""
    failure: str = ""
    failed_at: datetime | None = None
    kept: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """The last time that a lever was moved: thrown, set or lapsed, by whom and why.

    `entry` is the id of the entry that says so, `leaf` its number in the log once it has one.
    """

    act: str
    at: datetime
    by: str
    because: str
    entry: int = 0
    leaf: int | None = None


class Drift(StrEnum):
    """In what a lever and the file differ."""

    ASKED = "asked"
    UNKNOWN = "unknown"
    OLD = "old"
    REFUSED = "refused"
    MOVED = "moved"
    UNLIKE = "unlike"
    LOAD = "load"


@dataclass(frozen=True, slots=True)
class Drifted:
    """One lever of which the file says something else than how it stands, why, and what would clear it."""

    switch: str
    drift: Drift
    file_says: str
    stands: str
    because: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What one commit asks of one lever: to stand as it has written it; None where it took the lever out."""

    commit: str
    written: Switch | None
