"""Which gateways report, and have they obeyed?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SILENT_AFTER_SECONDS = 15.0
FORGOTTEN_AFTER_SECONDS = 3600.0
HEARTBEAT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Gateway:
    """One enrolled gateway; outcomes are taken only for its `targets` (empty: all).

    `address` is where it answers users, in OpenAI's form (`https://ai.acme.example/v1`): a game day asks there, with
    the bearer token in the environment variable `key_env`. Without an address it is not asked.
    """

    name: str
    targets: frozenset[str]
    enrolled_by: str
    enrolled_at: datetime
    revoked_at: datetime | None = None
    address: str = ""
    key_env: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One gateway instance as it last reported: ages are seconds on the machine's monotonic clock."""

    gateway: str
    instance: str
    boot: str
    number: str
    age_seconds: float
    connected: bool
    had_traffic: bool = False

    @property
    def is_silent(self) -> bool:
        """Say whether it does not report any more."""
        return self.age_seconds > SILENT_AFTER_SECONDS


@dataclass(frozen=True, slots=True)
class Report:
    """What a gateway's process says that it holds; `traffic` whether anything was asked since it last said so.

    `whole` asks for the newest table whole, also where it is held: what the disk has of it has grown long.
    """

    instance: str
    boot: str
    number: str
    traffic: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class MissingBatches:
    """How many batches of outcomes never arrived, of those that some of a gateway's processes have numbered.

    A process leaps over a number where it had to drop outcomes; one that still arrives is not missing any more.
    `refused` counts the outcomes that did arrive and said no number that can be counted.
    """

    gateway: str
    missing: int
    numbered: int
    processes: int
    refused: int = 0

    @property
    def sentence(self) -> str:
        """Say it as people read it: 2 of 40 batches of outcomes from 1 process never arrived."""
        said = []
        if self.missing:
            whose = "1 process" if self.processes == 1 else f"{self.processes:,} processes"
            never = f"{self.missing:,} of {self.numbered:,} batches of outcomes from {whose} never arrived"
            said.append(f"{never}; no reading counts what they held")
        if self.refused:
            were = "1 outcome was" if self.refused == 1 else f"{self.refused:,} outcomes were"
            said.append(f"{were} refused for a value or a name that cannot be counted")
        return "; ".join(said)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who has applied one table number, of those that report.

    `milliseconds` is from the operator's request to the last report (None until all have applied); `waiting`
    names those that report and have not applied, `silent` those that do not report, with age and number.
    """

    number: str
    reporting: int
    applied: int
    milliseconds: float | None
    waiting: tuple[str, ...] = ()
    silent: tuple[Seen, ...] = ()

    @property
    def confirmed(self) -> bool:
        """Say whether all that report have applied it."""
        return self.reporting > 0 and self.applied == self.reporting

    @property
    def sentence(self) -> str:
        """Say it as people read it: applied by 39 of 39 reporting in 23 ms; 2 silent since 14 s at 1.811."""
        took = f" in {self.milliseconds:.0f} ms" if self.confirmed and self.milliseconds is not None else ""
        silent = "".join(f"; {s.instance} silent since {s.age_seconds:.0f} s at {s.number}" for s in self.silent)
        return f"applied by {self.applied} of {self.reporting} reporting{took}{silent}"
