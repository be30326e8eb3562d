"""What has been measured, and what does it prove?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from leverframe.nouns.metric_states import MetricState
from leverframe.nouns.minutes import StageMinutes
from leverframe.nouns.ramps import LimitKind
from leverframe.nouns.units import Unit

NO_MINUTES = StageMinutes()


class Direction(StrEnum):
    """Which way is better."""

    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True, slots=True)
class EvalResult:
    """One metric of one suite (and slice) for one unit, imported from an eval tool.

    `value` is a mean over `n` cases; `standard_error` is None where the tool gives too little to know it.
    `subject` says which unit was tested, as the tool names it (`prompt`, `model` …, as Unit's parts); `unit` is the
    whole unit that it was taken for: what the ticket's candidate, or the deployed unit, was when it came in.
    `artefact_digest` is the sha256 of the file it came from. `cases` is what each case was given, packed
    (rules/paired_cases.py), empty where the tool does not say; `imported_at` is when the file came in.
    """

    suite: str
    metric: str
    n: int
    value: float
    direction: Direction
    subject: Mapping[str, str]
    tool: str
    tool_version: str
    artefact_digest: str
    slice: str = ""
    standard_error: float | None = None
    dataset_digest: str = ""
    commit: str = ""
    unit: Unit = field(default_factory=Unit)
    cases: bytes = b""
    imported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What whoever sends an eval tool's file says of it, where it does not say so itself.

    `of` is `candidate` or `deployed`, whose results they are; `tool_version` by which version of the tool.
    """

    of: str = ""
    tool_version: str = ""


@dataclass(frozen=True, slots=True)
class EvalImport:
    """One eval tool's file, read: the results of each unit, and the columns that tested neither."""

    tool: str
    candidate: tuple[EvalResult, ...]
    deployed: tuple[EvalResult, ...]
    ignored: tuple[str, ...] = ()


class Comparison(StrEnum):
    """How a candidate's eval result stands beside the deployed unit's."""

    BETTER = "better"
    WORSE = "worse"
    UNCHANGED = "unchanged"
    NOT_COMPARABLE = "not_comparable"


TELLING = (Comparison.WORSE, Comparison.BETTER, Comparison.NOT_COMPARABLE)
"""What a person must look at, in this order; what is unchanged is counted."""


@dataclass(frozen=True, slots=True)
class PairedCases:
    """How many of the same cases got better or worse, and the p of "neither unit is better".

    `exact` says whether p is exact or the normal approximation. The last two count the cases that only one of the
    units has answered, and that say nothing here.
    """

    cases: int
    better: int
    worse: int
    p: float
    exact: bool
    only_candidate: int = 0
    only_deployed: int = 0


@dataclass(frozen=True, slots=True)
class EvalDelta:
    """A metric's difference, candidate minus deployed, with its 95 % interval.

    `differs` names the parts in which the unit that was measured is not the ticket's candidate as it stands: the
    result is of an earlier candidate, and says nothing of this one. `paired` is known where both units have answered
    the same cases: both values are means over those then. `imported_at` is when the older of the two came in. `tool`
    has measured the candidate: what several tools say of one metric stands side by side.
    """

    suite: str
    metric: str
    slice: str
    n: int
    value: float
    deployed: float | None
    low: float | None
    high: float | None
    comparison: Comparison
    because: str
    differs: tuple[str, ...] = ()
    direction: Direction = Direction.HIGHER
    paired: PairedCases | None = None
    imported_at: datetime | None = None
    tool: str = ""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A metric of the deployed unit, by one tool, beside which the candidate has nothing by the same ruler."""

    suite: str
    metric: str
    slice: str
    tool: str
    deployed: float


@dataclass(frozen=True, slots=True)
class CellCounts:
    """One (region, ring)'s unit counts in one stage of a ramp.

    `share` is the exact share of buckets (0 to 1) that the gateways had applied. Maps are by guardrail:
    `bad` counts units at their first bad event, `first_bad` units whose first call in the stage was bad.
    `sums` are (n, sum, sum of squares) of scores, for means. `again` counts who of the bad was bad in the stage
    before already, where the cell has that stage's share still: a region that waits.
    """

    share: float
    candidate_units: int = 0
    control_units: int = 0
    candidate_bad: Mapping[str, int] = field(default_factory=dict)
    control_bad: Mapping[str, int] = field(default_factory=dict)
    candidate_first_bad: Mapping[str, int] = field(default_factory=dict)
    control_first_bad: Mapping[str, int] = field(default_factory=dict)
    candidate_sums: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    control_sums: Mapping[str, tuple[int, float, float]] = field(default_factory=dict)
    candidate_again: Mapping[str, int] = field(default_factory=dict)
    control_again: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageCounts:
    """One stage's counts by cell (`region|ring`).

    `proof` are those that promotion rests on, where they began anew later: when the stage reached its last region, or
    began again. Harm is read from all. `began_at` is when the stage was first counted, `since` from when on each
    cell's counts are, and `runs` in which run; `minutes` is what their single minutes say. `metrics` says how the
    reading of each outside metric goes.
    """

    stage: int
    cells: Mapping[str, CellCounts]
    proof: Mapping[str, CellCounts] | None = None
    began_at: datetime | None = None
    since: Mapping[str, datetime] = field(default_factory=dict)
    runs: Mapping[str, int] = field(default_factory=dict)
    minutes: StageMinutes = NO_MINUTES
    metrics: Mapping[str, MetricState] = field(default_factory=dict)


class Finding(StrEnum):
    """The verdict on evidence, from best to worst. By itself only `pass` promotes and only `harm` rolls back.

    `no_data`, `both_above` and `error` hold. `both_above` is a limit that the current unit breaks as well; it pages.
    """

    PASS = "pass"
    CONTINUE = "continue"
    NO_DATA = "no_data"
    BOTH_ABOVE = "both_above"
    ERROR = "error"
    HARM = "harm"

    @property
    def rank(self) -> int:
        """Order the findings: `pass` 0 to `harm` 5; a stage is as good as its worst guardrail."""
        return RANKS[self]

    @property
    def holds(self) -> bool:
        """Say whether this finding by itself keeps a ramp where it stands and needs a look."""
        return self in (Finding.NO_DATA, Finding.BOTH_ABOVE, Finding.ERROR)


RANKS = {finding: rank for rank, finding in enumerate(Finding)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at one guardrail, with the numbers it rests on.

    `ratio` is the point estimate of candidate over control (None without both), `ruled_out` the smallest
    ratio that is ruled out so far (None: none), `bound` what the floor asks, `wait_minutes` how much longer
    at this traffic (None: unknown). `e_value` is the evidence against "no harm", rolling back at `e_bound`.
    `limit_kind` says how `limit` is meant. Of a mean, `value` is its estimate (of FALL and RISE, how far it is from
    the control's in the bad direction), `control_value` the control's mean, `at_least` what the value is at least at
    the level of `e_bound`, over `scores` of the candidate.
    """

    guardrail: str
    finding: Finding
    because: str
    floor: bool = False
    bound: float | None = None
    ratio: float | None = None
    ruled_out: float | None = None
    wait_minutes: float | None = None
    e_value: float = 1.0
    e_bound: float = 0.0
    candidate_units: int = 0
    control_units: int = 0
    candidate_bad: int = 0
    control_bad: int = 0
    limit: float | None = None
    limit_kind: LimitKind | None = None
    value: float | None = None
    control_value: float | None = None
    at_least: float | None = None
    scores: int = 0


@dataclass(frozen=True, slots=True)
class StageReading:
    """One look at a whole stage: the worst of its guardrails, and each of them."""

    finding: Finding
    because: str
    readings: tuple[Reading, ...]
    at: datetime
