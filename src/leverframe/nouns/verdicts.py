"""How does a rule answer, and how does the house refuse?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Outcome(StrEnum):
    """The answer of one requirement."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_NEEDED = "not_needed"
    BYPASSED = "bypassed"
    """It is not met, and a break-glass lets the change pass: it stops nothing, and is owed."""


class Mode(StrEnum):
    """What a gate's no is worth, as the signed policy sets it."""

    ENFORCE = "enforce"
    ADVISE = "advise"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One requirement's answer: the sentence why, what would clear it, and who can.

    `people` are those of the catalog whom it waits for, `asked_at` the lines of the policy that ask for it, such as
    `policy.yaml:112`.
    """

    gate: str
    outcome: Outcome
    because: str
    remedy: str = ""
    who: str = ""
    mode: Mode = Mode.ENFORCE
    asked_at: tuple[str, ...] = ()
    people: tuple[str, ...] = ()

    @property
    def refuses(self) -> bool:
        """Say whether this answer stops the act: not met, under a gate that enforces."""
        return self.outcome is Outcome.NOT_MET and self.mode is Mode.ENFORCE

    def advised(self) -> Verdict:
        """Return the same answer under a gate that only advises."""
        return replace(self, mode=Mode.ADVISE)


def passed(gate: str, because: str) -> Verdict:
    """Answer yes."""
    return Verdict(gate, Outcome.MET, because)


def failed(gate: str, because: str, *, remedy: str, who: str = "", people: Iterable[str] = ()) -> Verdict:
    """Answer no, with what would clear it and who can; `people` are the names among these."""
    return Verdict(gate, Outcome.NOT_MET, because, remedy, who, people=tuple(sorted(people)))


def not_needed(gate: str, because: str) -> Verdict:
    """Answer that this change does not ask for it."""
    return Verdict(gate, Outcome.NOT_NEEDED, because)


def refusals(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Keep the answers that stop the act."""
    return tuple(verdict for verdict in verdicts if verdict.refuses)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: its place (file:line, field), why, and the remedy."""

    place: str
    because: str
    remedy: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        tail = f" {self.remedy}" if self.remedy else ""
        return f"{self.place}: {self.severity}: {self.because}{tail}"


class Refused(Exception):
    """The rules said no; carries every reason (HTTP 409, exit 2)."""

    def __init__(self, verdicts: Iterable[Verdict]) -> None:
        self.verdicts = refusals(verdicts)
        super().__init__("; ".join(v.because for v in self.verdicts) or "refused")


class Conflict(Exception):
    """Someone wrote first, or what was signed is not what stands now (HTTP 412)."""

    def __init__(self, because: str, *, remedy: str = "", differs: Iterable[str] = ()) -> None:
        self.because, self.remedy, self.differs = because, remedy, tuple(differs)
        super().__init__(because)


class Invalid(Exception):
    """All the faults of one input at once (HTTP 422)."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class NotFound(Exception):
    """There is no such thing (HTTP 404)."""

    def __init__(self, because: str, *, remedy: str = "") -> None:
        self.because, self.remedy = because, remedy
        super().__init__(because)


class Forbidden(Exception):
    """This person or token may not do this (HTTP 403)."""

    def __init__(self, because: str, *, remedy: str = "") -> None:
        self.because, self.remedy = because, remedy
        super().__init__(because)


class SourceFailed(Exception):
    """The outside is silent; `permanent` says whether asking again can help."""

    def __init__(self, message: str, *, permanent: bool) -> None:
        self.permanent = permanent
        super().__init__(message)
