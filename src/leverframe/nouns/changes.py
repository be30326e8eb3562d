"""What is a change, and in which state?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.targets import Tier
from leverframe.nouns.units import Unit


class Kind(StrEnum):
    """What a change alters (handbook: risk classification)."""

    CONFIG = "config"
    PROMPT = "prompt"
    MODEL_SWAP = "model_swap"
    RETRIEVAL_INDEX = "retrieval_index"
    SCHEMA = "schema"


class Path(StrEnum):
    """Which way a change takes through approval."""

    STANDARD = "standard"
    NORMAL = "normal"
    EMERGENCY = "emergency"


class State(StrEnum):
    """ITIL's states. `implement` lasts until 24 h after settlement at 100 %."""

    DRAFT = "draft"
    ASSESS = "assess"
    AUTHORIZE = "authorize"
    SCHEDULED = "scheduled"
    IMPLEMENT = "implement"
    REVIEW = "review"
    CLOSED = "closed"
    CANCELED = "canceled"

    @property
    def is_open(self) -> bool:
        """Say whether the change may still do something."""
        return self not in (State.CLOSED, State.CANCELED)


class CloseCode(StrEnum):
    """How a change ended."""

    SUCCESSFUL = "successful"
    SUCCESSFUL_WITH_ISSUES = "successful_with_issues"
    UNSUCCESSFUL = "unsuccessful"
    ROLLED_BACK = "rolled_back"
    ABORTED = "aborted"
    WENT_BACK = "went_back"


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Who can be hit: users, regions, rings, and the widest share before settlement (percent)."""

    users: int
    regions: tuple[str, ...]
    max_share_percent: float
    rings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartWindow:
    """When stage 1 may begin (`opens_at` to `closes_at`), and the end of all widening (`not_after`)."""

    opens_at: datetime
    closes_at: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who filled a field: `auto` and from what, or a person, from what the rest, and when; and who reviewed it."""

    by: str
    source: str = ""
    at: datetime | None = None
    reviewed_by: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """The change review: who held it, when, with which outcome; `active_hours` of work went into the change.

    `learned` is what was learned; `facts` is the digest of what the reviewer was shown (`ReviewFacts`).
    """

    by: str
    at: datetime
    close_code: CloseCode
    notes: str
    active_hours: float | None = None
    learned: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One alteration of production, with its record (handbook, phase 8: the change ticket).

    `current` and `candidate` map a target's id to its unit; a target with no adopted unit is not in
    `current`. `commit` is the newest of the linked pull request, as it was last read. `restore_from` is what the way
    back restores from (an address, or `kind:name`). `coordinator`, `bridge` and `paging` are not signed.
    `earlier_digests` are the contents that differ from this one by the start window only: sign-offs on them stand,
    but for the release manager's. `version` rises with every write.
    """

    id: str
    title: str
    kind: Kind
    tier: Tier
    path: Path
    author: str
    targets: tuple[str, ...]
    current: Mapping[str, Unit]
    candidate: Mapping[str, Unit]
    plan: RampPlan
    blast_radius: BlastRadius
    rollback_plan: str
    kill_switch: str
    artefacts: Mapping[str, str]
    start: StartWindow
    filed_at: datetime
    commit: str = ""
    restore_from: str = ""
    state: State = State.ASSESS
    release_manager: str = ""
    coordinator: str = ""
    bridge: str = ""
    paging: tuple[str, ...] = ()
    provenance: Mapping[str, Provenance] = field(default_factory=dict)
    armed_by: str = ""
    earlier_digests: tuple[str, ...] = ()
    settled_at: datetime | None = None
    review: Review | None = None
    close_code: CloseCode | None = None
    version: int = 1

    @property
    def target(self) -> str:
        """Return the first target: the only one, until trains carry several."""
        return self.targets[0]
