"""How was a kill switch exercised, and what came of it?

On a game day one switch after the other is thrown on a small slice only, asked for through each gateway, and set
again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EXERCISE_TENANT = "leverframe-exercise"
"""The synthetic tenant, and for a tenant's own switch the synthetic subject, that meets a switch being exercised."""


class SliceKind(StrEnum):
    """Whom a switch is thrown for while it is exercised."""

    SYNTHETIC = "synthetic"
    """Nobody real: a tenant (of a tenant's switch: a subject) that only the game day uses."""
    SHARE = "share"
    """A small share of the buckets, real users among them."""


class GameDayState(StrEnum):
    """Where a game day stands."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    ABORTED = "aborted"


class ExerciseState(StrEnum):
    """Where one switch's exercise stands."""

    WAITING = "waiting"
    THROWN = "thrown"
    """Thrown on its slice, and not yet set again."""
    PASSED = "passed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    """Set again before it was proved; a resumed game day begins it anew."""
    ABORTED = "aborted"

    @property
    def is_over(self) -> bool:
        """Say whether its game day need not come back to it."""
        return self in (ExerciseState.PASSED, ExerciseState.FAILED, ExerciseState.ABORTED)


class Phase(StrEnum):
    """When something was asked."""

    BEFORE = "before"
    THROWN = "thrown"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked through a gateway, as whom: the name of a model, as users ask for it."""

    model: str
    tenant: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What came back: a status (0: nothing did, and `fault` says why), and how it begins.

    `number`, `reason`, `served` and `fallback` are a gateway's own words about it, empty where it says none.
    """

    status: int = 0
    number: str = ""
    reason: str = ""
    served: str = ""
    fallback: str = ""
    excerpt: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Said):
    """What came back, from whom, in which phase; `after_ms` is from the flip to its end."""

    gateway: str
    phase: Phase
    after_ms: float = 0.0


class FindingCode(StrEnum):
    """What an exercise can find."""

    UNREACHABLE = "unreachable"
    NOT_SERVING = "not_serving"
    STALE = "stale"
    MISWIRED = "miswired"
    WRONG_FALLBACK = "wrong_fallback"
    BROKEN_FALLBACK = "broken_fallback"
    NOT_APPLIED = "not_applied"
    NOT_RESTORED = "not_restored"
    GONE = "gone"
    IN_EARNEST = "in_earnest"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, and what would mend it; `gateway` is empty where it is no gateway's."""

    code: FindingCode
    because: str
    remedy: str
    gateway: str = ""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One switch on one game day, with its proof: what was asked and answered, which numbers, how long it took.

    `number` threw it on its slice and `set_number` set it again; `effect_ms` is from the flip to the first answer
    without the feature (or model) at the last gateway. `receipt` is the sentence of the flip's receipt.
    """

    id: str
    game_day: str
    switch: str
    state: ExerciseState = ExerciseState.WAITING
    asked: Asked | None = None
    number: str = ""
    set_number: str = ""
    began_at: datetime | None = None
    ended_at: datetime | None = None
    effect_ms: float | None = None
    receipt: str = ""
    answers: tuple[Answer, ...] = ()
    findings: tuple[Finding, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a switch's newest exercise is kept: on which game day, in which place, and whether it passed."""

    game_day: str
    place: str
    passed: bool


@dataclass(frozen=True, slots=True)
class GameDay:
    """One run over some switches, by whom and why."""

    id: str
    started_by: str
    because: str
    started_at: datetime
    switches: tuple[str, ...]
    slice: SliceKind = SliceKind.SYNTHETIC
    share_percent: float = 0.1
    state: GameDayState = GameDayState.RUNNING
    ended_at: datetime | None = None
    version: int = 1
