"""What do today's rules say of the steps that a ramp took?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Differs(StrEnum):
    """In what something that was recorded differs from what today's rules say."""

    VERDICT = "verdict"
    """The step, its stage, regions, code or guardrail, or what a guardrail is found to say."""
    NUMBERS = "numbers"
    """A count, a level, or the evidence that is reckoned from them."""
    MINUTE = "minute"
    """The step was decided inside a minute, and counts are kept by the minute: no difference of the verdict."""
    WORDS = "words"
    """The sentence alone: no difference of the verdict."""

    @property
    def tells(self) -> bool:
        """Say whether a verdict is not reproduced."""
        return self in (Differs.VERDICT, Differs.NUMBERS)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: what was recorded, and what it is today."""

    kind: Differs
    what: str
    recorded: str
    today: str


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """What the rules say: `promote`, `widen`, `stay`, `hold`, `roll_back` or `settle`, and where to."""

    step: str
    because: str
    stage: int | None = None
    regions: tuple[str, ...] = ()
    code: str = ""
    guardrail: str = ""


@dataclass(frozen=True, slots=True)
class ReplayedStep:
    """One recorded step, and what today's rules say of it by the policy of today.

    `then` is what they say by the policy that was in force, where that is another, and `then_same` whether it is the
    recorded verdict. `not_asked` says why a step cannot be asked; `today` is None then. `same` says that the verdict
    and its numbers are reproduced.
    """

    at: datetime
    kind: str
    stage: int
    share_percent: float
    by: str
    because: str
    same: bool = True
    today: RuleAnswer | None = None
    then: RuleAnswer | None = None
    then_same: bool = True
    not_asked: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """The first minute at which today's rules would have acted, before the step that was recorded next.

    `instead_of` is that step's kind, empty where none has been recorded yet, and `recorded_at` its time. `same` says
    that it is the same step, only earlier, or one that harms nobody to have waited for.
    """

    at: datetime
    answer: RuleAnswer
    instead_of: str
    recorded_at: datetime | None
    same: bool


@dataclass(frozen=True, slots=True)
class Replay:
    """A ramp asked again: its steps in their order, and where today's rules would have acted earlier.

    `same` says that every verdict is reproduced. `looks` is how many minutes between the steps were looked at, one
    in `stride_minutes`; `policy` is the digest of today's policy, `zone` the organisation's.
    """

    change: str
    same: bool
    steps: tuple[ReplayedStep, ...]
    earlier: tuple[Earlier, ...]
    looks: int
    stride_minutes: int
    policy: str
    zone: str
