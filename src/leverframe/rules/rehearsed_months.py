"""What would have become of a change, beside what did?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from leverframe.rules.moments import say_span
from leverframe.rules.rehearsing import ROLLED_BACK, SETTLED, STANDS, Rehearsal

SAME_MINUTES = 2.0
"""The clock looks inside a minute, and a rehearsal at its end: what lies no further apart is the same."""
ABORTED, RAMPING = "aborted", "ramping"


class Kind(StrEnum):
    """How what would be differs from what was, for the totals."""

    SAME = "as_it_was"
    SOONER = "sooner"
    LATER = "later"
    OTHERWISE = "ends_otherwise"
    OPEN = "has_not_ended"
    AHEAD = "is_ahead"
    NOT_PLAYED = "not_played"


class Evidence(StrEnum):
    """Whose people come."""

    RECORDED = "recorded"
    SIMULATED = "simulated"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Reached:
    """A share that a ramp reached, and when."""

    at: datetime
    stage: int
    share_percent: float


@dataclass(frozen=True, slots=True)
class Went:
    """How a ramp went, or would: `ended` as ramps and rehearsals say it, `until` its end, or now where it has none.

    `minutes` count from its beginning to its end. `waits` says of each share reached what was waited for before it.
    """

    ended: str
    began: datetime
    until: datetime
    minutes: float
    reached: tuple[Reached, ...]
    guardrail: str = ""
    because: str = ""
    by: str = ""
    waits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """One plain phrase, and what kind of difference it is."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One change of a month: what was (None: it is ahead), what would be (None: not played), and how they differ.

    `recorded_minutes` of it were recorded; `drawn_percent` of the candidate's people were not counted as they come,
    but drawn. `notes` are what else must be known of the row.
    """

    change: str
    title: str
    target: str
    evidence: Evidence
    was: Went | None
    would: Went | None
    difference: Difference
    recorded_minutes: int = 0
    drawn_percent: float = 0.0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many changes differ how, and how many would end how; the counts are in the order of `Kind`."""

    changes: int
    kinds: tuple[tuple[Kind, int], ...]
    ends: tuple[tuple[str, int], ...]


def went(run: Rehearsal) -> Went:
    """Tell a rehearsal as a ramp that went so."""
    reached = tuple(Reached(step.at, step.stage, step.share_percent) for step in run.steps)
    began = run.steps[0].at if run.steps else run.at
    return Went(run.ended, began, run.at, run.minutes, reached, run.guardrail, run.because, waits=run.waits)


def differs(was: Went | None, would: Went) -> Difference:
    """Say in one phrase how what would be differs from what was."""
    if was is None:
        return Difference(Kind.AHEAD, f"would {_ending(would)}")
    if was.ended == RAMPING:
        return Difference(Kind.OPEN, f"is under way; would {_ending(would)}")
    if was.ended != would.ended:
        return Difference(Kind.OTHERWISE, f"{_said(was)}; would {_ending(would)}")
    return _same_end(was, would)


def _same_end(was: Went, would: Went) -> Difference:
    more = (would.until - was.until).total_seconds() / 60.0
    other = would.guardrail != was.guardrail and bool(was.guardrail)
    on = f", on {_words(would.guardrail)}" if other else ""
    if abs(more) <= SAME_MINUTES:
        return Difference(Kind.OTHERWISE, f"rolled back as soon{on}") if other else Difference(Kind.SAME, "as it was")
    verb = "settles" if would.ended == SETTLED else "rolled back"
    if more < 0:
        return Difference(Kind.SOONER, f"{verb} {say_span(more)} sooner{on}")
    cause = _cause(was.reached, would) if would.ended == SETTLED else ""
    return Difference(Kind.LATER, f"{verb} {say_span(more)} later{f': {cause}' if cause else ''}{on}")


def _cause(was: Sequence[Reached], would: Went) -> str:
    """Name what the first step waited for that comes later than it did."""
    then = {step.stage: step.at for step in reversed(was)}
    for step, cause in zip(would.reached, would.waits, strict=False):
        if step.stage in then and (step.at - then[step.stage]).total_seconds() / 60.0 > SAME_MINUTES:
            return _words(cause) or "it begins later"
        if step.stage not in then:
            return "another stage"
    return ""


def _said(was: Went) -> str:
    words = {SETTLED: "settled", ROLLED_BACK: f"was rolled back{_on(was)}"}
    return words.get(was.ended, f"was aborted{f' by {was.by}' if was.by else ''}")


def _ending(would: Went) -> str:
    after = say_span(would.minutes)
    words = {SETTLED: f"settle after {after}", ROLLED_BACK: f"be rolled back{_on(would)} after {after}"}
    share = f" at {would.reached[-1].share_percent:g} %" if would.reached else ""
    return words.get(would.ended, f"stand{share} to the end of its ticket" if would.reached else "not begin")


def _on(went: Went) -> str:
    return f" on {_words(went.guardrail)}" if went.guardrail else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def totals(rows: Iterable[Row]) -> Totals:
    """Count the rows by how they differ, and by how they would end."""
    told = list(rows)
    kinds = tuple((kind, sum(row.difference.kind is kind for row in told)) for kind in Kind)
    ends = tuple((end, sum(row.would is not None and row.would.ended == end for row in told)) for end in ENDS)
    return Totals(len(told), tuple(pair for pair in kinds if pair[1]), tuple(pair for pair in ends if pair[1]))


ENDS = (SETTLED, ROLLED_BACK, STANDS)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of changes, played under a policy: rows from `first` on (counted from 0) of `found` in all.

    `left_out` are beyond the most that are played in one month; `edited` says that the policy is not that in force.
    """

    begins: datetime
    ends: datetime
    now: datetime
    zone: str
    policy: str
    edited: bool
    found: int
    first: int
    left_out: int
    rows: tuple[Row, ...]
    totals: Totals
    said: tuple[str, ...] = field(default=())
