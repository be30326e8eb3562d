"""How does a change widen: through which stages, and where does it stand?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of the population and the share of it that gets the candidate.

    Empty `regions` or `rings` mean all of the ticket's. `share_percent` is 0 to 100.
    """

    share_percent: float
    regions: tuple[str, ...] = ()
    rings: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()


class LimitKind(StrEnum):
    """How an absolute limit is tested."""

    RATE = "rate"
    """Share of units whose first call in the stage was bad: a one-sample anytime-valid test."""
    MEAN = "mean"
    """The candidate's own mean."""
    FALL = "fall"
    """How much lower the candidate's mean is than that of what is served beside it."""
    RISE = "rise"
    """How much higher the candidate's mean is than that of what is served beside it."""


@dataclass(frozen=True, slots=True)
class Slo:
    """An absolute limit on a metric, in the handbook's form.

    `name` is the key as it was written (`p95_latency_ms_max`), `guardrail` the metric that it reads,
    `limit` the largest allowed value: a rate (0 to 1) or a mean. `threshold` is what makes a call bad where
    the metric is a quantile (4,500 ms); 0 elsewhere. `bounds` are the lowest and highest score that can be, where
    that is known.
    """

    name: str
    guardrail: str
    kind: LimitKind
    limit: float
    threshold: float = 0.0
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The harm that a stage must rule out before it ends: at most `ratio` times as many people."""

    guardrail: str
    ratio: float


@dataclass(frozen=True, slots=True)
class Stage:
    """One plateau: audience, least time, evidence floor, longest wait (minutes)."""

    clauses: tuple[Clause, ...]
    bake_minutes: int
    slos: tuple[Slo, ...] = ()
    floors: tuple[Floor, ...] = ()
    longest_wait_minutes: int = 0

    @property
    def share_percent(self) -> float:
        """Return the widest share of its clauses: how people name the stage."""
        return max((clause.share_percent for clause in self.clauses), default=0.0)


@dataclass(frozen=True, slots=True)
class RampPlan:
    """All stages, the last of which is settlement at 100 %."""

    stages: tuple[Stage, ...]
    auto_rollback: bool = True
    template: str = ""
    notify: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Hash a little of it: the rules ask about one plan some thousand times, and few plans are alike in this."""
        return hash((self.template, len(self.stages)))


class RampState(StrEnum):
    """Where a ramp stands as a whole."""

    RAMPING = "ramping"
    SETTLED = "settled"
    ROLLED_BACK = "rolled_back"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold: who or what keeps a ramp where it stands, since when and why.

    `by` is a person, or `clock` for a hold by rule; only a person's hold waits for a person.
    """

    by: str
    code: str
    because: str
    since: datetime
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Ramp:
    """One change's ramp on one target.

    `stage` counts from 1; `published` says when each region of this stage was published; `salt` makes the
    buckets its own; `version` rises with every write.
    """

    change: str
    target: str
    state: RampState
    stage: int
    started_at: datetime
    stage_since: datetime
    salt: str
    published: Mapping[str, datetime] = field(default_factory=dict)
    hold: HoldRow | None = None
    paged_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Promote:
    """Go to a stage, in the regions whose window is open now."""

    stage: int
    regions: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Widen:
    """Publish the present stage in further regions, whose window has opened."""

    stage: int
    regions: tuple[str, ...]
    because: str


@dataclass(frozen=True, slots=True)
class Stay:
    """Nothing to do yet: the bake or the evidence is under way; `until` is the earliest next step."""

    because: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Stay because something forbids going on; `page` says whether people are to be told."""

    code: str
    because: str
    remedy: str = ""
    until: datetime | None = None
    page: bool = False
    narrow_to_stage: int | None = None


@dataclass(frozen=True, slots=True)
class RollBack:
    """Go back to current, all of it: a guardrail has shown harm."""

    guardrail: str
    because: str


Step = Promote | Widen | Stay | Hold | RollBack
