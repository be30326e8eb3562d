"""What does an outside source measure, and what does it say?

A metric is declared in the release policy. Its source tells of each closed minute and each arm how many values there
were and what they add up to; single values stay where they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leverframe.nouns.evidence import Direction

WHOLE_RAMP = "*|*"
"""The cell of what comes without region and ring: it stands only while all cells stand at one share."""
SHORTEST_EVERY_SECONDS = 60.0
"""A source is asked for whole minutes, so that asking more often would bring nothing."""


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A Prometheus, or what speaks as one, asked twice for each arm: for how many calls, and for their total.

    `total` is what the values of a minute's calls add up to; where `bad` is written instead, it counts the bad ones
    among them. The queries hold `$change`, `$target`, `$arm` and `$stage` in quotation marks.
    """

    url: str
    calls: str
    total: str = ""
    bad: str = ""
    token_env: str = ""


@dataclass(frozen=True, slots=True)
class JsonEndpoint:
    """An address that answers in our own form; `running` says that its figures are counters that only rise."""

    url: str
    token_env: str = ""
    running: bool = False


@dataclass(frozen=True, slots=True)
class MetricFile:
    """A CSV or Parquet file of the server's folder of metrics, for rehearsals."""

    name: str


Source = Prometheus | JsonEndpoint | MetricFile


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric that the policy declares, with its one source.

    It is asked `every_seconds`; a minute is asked for once it has been over for `settle_seconds`. Empty `targets`
    mean every feature. `bounds` are the lowest and highest value that can be, where the policy says so.
    """

    name: str
    better: Direction
    prometheus: Prometheus | None = None
    endpoint: JsonEndpoint | None = None
    file: MetricFile | None = None
    unit: str = ""
    targets: tuple[str, ...] = ()
    every_seconds: float = 60.0
    timeout_seconds: float = 10.0
    settle_seconds: float = 60.0
    bounds: tuple[float, float] | None = None

    @property
    def source(self) -> Source:
        """Return where it is asked: the policy names exactly one."""
        source = self.prometheus or self.endpoint or self.file
        assert source is not None, f"{self.name} has no source"
        return source

    def applies_to(self, target: str) -> bool:
        """Say whether it is measured for a feature."""
        return not self.targets or target in self.targets


@dataclass(frozen=True, slots=True)
class MetricAsked:
    """What a source is asked for: the minutes from `first` to before `end` of one stage of one ramp."""

    change: str
    target: str
    stage: int
    first: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class MetricInterval:
    """What a source says of one minute and arm: `n` values, their total, and the total of their squares if it knows.

    With `region` and `ring` (and `cohort`) it is of that cell alone. `minute` is its beginning.
    """

    minute: datetime
    arm: str
    n: int
    total: float
    squares: float | None = None
    region: str = ""
    ring: str = ""
    cohort: str = ""
    unit: str = ""

    @property
    def cell(self) -> str:
        """Name the stratum that it is of, as call ids name theirs."""
        if not self.region and not self.ring:
            return WHOLE_RAMP
        return f"{self.region}|{self.ring}" + (f"|{self.cohort}" if self.cohort else "")


@dataclass(frozen=True, slots=True)
class MetricAnswer:
    """What can be counted of an answer, whole minutes only, and why the rest cannot; the minutes rise."""

    intervals: tuple[MetricInterval, ...] = ()
    faults: tuple[tuple[datetime, str], ...] = ()

    @property
    def last_fault(self) -> str:
        """Return why the newest minute cannot be counted, or nothing where it can."""
        newest = max((each.minute for each in self.intervals), default=None)
        return next((why for minute, why in reversed(self.faults) if newest is None or minute > newest), "")
