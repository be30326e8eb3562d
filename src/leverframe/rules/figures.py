"""What do somebody's own figures tell of each minute of an earlier ramp?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leverframe.nouns.evidence import Direction
from leverframe.nouns.metrics import Metric
from leverframe.nouns.recordings import EMPTY, Figure, RecordedArm, RecordedMinute, Recording
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.metric_rows import fault_of
from leverframe.rules.recordings import MINUTE

MOST_FAULTS = 100
MOST_DAYS = 90
SHARES = (0.0, 1.0)
"""A row's mean is the share of people who met the guardrail's event."""


def recording_of_figures(source: str, figures: Sequence[Figure]) -> Recording:
    """Put figures one minute after the other; raises Invalid with the faults of all rows."""
    faults = list(_faults(figures))
    if faults:
        raise Invalid(faults[:MOST_FAULTS])
    arms = _arms(figures)
    first, last = min(at for at, _ in arms), max(at for at, _ in arms)
    minutes = tuple(_minute(arms, first + k * MINUTE) for k in range(round((last - first) / MINUTE) + 1))
    return Recording(source, first, minutes, frozenset(figure.guardrail for figure in figures))


def _faults(figures: Sequence[Figure]) -> Iterator[Fault]:
    seen: set[tuple[object, ...]] = set()
    for row, guardrail, told in figures:
        why = fault_of(Metric(guardrail, Direction.LOWER, bounds=SHARES), told)
        if not why and told.total != int(told.total):
            why = f"the total is {told.total:g}, and no number of people"
        key = (guardrail, told.minute, told.arm, told.cell)
        if not why and key in seen:
            why = f"the {told.arm} arm is told twice"
        seen.add(key)
        if why:
            because = f"{guardrail} at {told.minute:%Y-%m-%d %H:%M} UTC: {why}"
            yield Fault(f"figures, row {row}", because, "n is how many people there were, total how many met it")
    yield from _faults_of_all(figures)


def _faults_of_all(figures: Sequence[Figure]) -> Iterator[Fault]:
    if not any(figure.interval.n for figure in figures):
        yield Fault("figures", "they tell of nobody", "send rows of both arms' minutes")
        return
    minutes = [figure.interval.minute for figure in figures]
    if max(minutes) - min(minutes) > MOST_DAYS * 1440 * MINUTE:
        yield Fault("figures", f"they go on for more than {MOST_DAYS} days", "send those of one ramp")


_Arms = dict[tuple[datetime, str], tuple[dict[str, int], dict[str, int]]]
"""By minute and arm: how many people each guardrail's rows tell of, and how many of them met it."""


def _arms(figures: Sequence[Figure]) -> _Arms:
    found: _Arms = {}
    for _, guardrail, told in figures:
        people, bad = found.setdefault((told.minute, told.arm), ({}, {}))
        people[guardrail] = people.get(guardrail, 0) + told.n
        bad[guardrail] = bad.get(guardrail, 0) + int(told.total)
    return found


def _minute(arms: _Arms, at: datetime) -> RecordedMinute:
    mine, theirs = (_arm(*arms[at, arm]) if (at, arm) in arms else None for arm in ("candidate", "control"))
    if mine is None and theirs is None:
        return EMPTY
    mine, theirs = mine or RecordedArm(0, {}), theirs or RecordedArm(0, {})
    return RecordedMinute(float(mine.units + theirs.units), mine, theirs)


def _arm(people: dict[str, int], bad: dict[str, int]) -> RecordedArm:
    """Return an arm of as many people as any guardrail tells of; one that tells of fewer tells of a part of them."""
    units = max(people.values())
    met = {name: round(n * units / people[name]) if people[name] else 0 for name, n in bad.items()}
    return RecordedArm(units, met)
