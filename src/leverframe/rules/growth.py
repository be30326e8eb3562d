"""When is a stage's evidence looked at again to tell how it grew, and what did each guardrail say then?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from leverframe.nouns.evidence import Finding, Reading, StageReading
from leverframe.nouns.growth import Against, Grown, Moment, Visit
from leverframe.nouns.ramps import LimitKind, Ramp, RampPlan
from leverframe.rules.evidence import intervals, labels
from leverframe.rules.evidence.looks import Look
from leverframe.rules.evidence.methods import method_of
from leverframe.rules.evidence.outlines import compared
from leverframe.rules.evidence.relative import beta_of, nothing_to_read
from leverframe.rules.evidence.starts import later_starts
from leverframe.rules.growth_of_means import means_grown

MOST = 48
"""So many moments are told of one visit; more would be one line in the picture."""
STRIDES = (1, 2, 3, 5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440)
"""Minutes from one moment to the next; beyond the last, whole days."""
ENTERS = ("promoted", "narrowed")
PUBLISHES = (*ENTERS, "widened")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


class Taken(Protocol):
    """A step that a ramp took, as the store keeps it."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def stage(self) -> int: ...
    @property
    def share_percent(self) -> float: ...
    @property
    def regions(self) -> tuple[str, ...]: ...


def visits_of(steps: Sequence[Taken], ended_at: datetime | None) -> tuple[Visit, ...]:
    """List the visits of a ramp to its stages, the first first; a stage that was passed at once is left out."""
    entered = [step for step in steps if step.kind in ENTERS]
    left = [*(step.at for step in entered[1:]), ended_at]
    return tuple(
        Visit(step.stage, step.share_percent, step.at, until)
        for step, until in zip(entered, left, strict=False)
        if until is None or until > step.at
    )


def standing_in(ramp: Ramp, visit: Visit, steps: Sequence[Taken], minute: datetime) -> Ramp:
    """Return the ramp as it stood in a visit when a minute was over: which regions were published, and since when."""
    published: dict[str, datetime] = {}
    since = visit.since
    for step in steps:
        is_here = visit.since <= step.at and (visit.until is None or step.at < visit.until)
        if is_here and step.kind in PUBLISHES and minute_of(step.at) <= minute:
            published |= dict.fromkeys(step.regions, step.at)
            since = step.at
    return replace(ramp, stage=visit.stage, stage_since=since, published=published)


def moments_of(since: datetime, until: datetime) -> tuple[datetime, ...]:
    """Return at most 48 minutes after the one in which a visit began, in even strides, and the last of it."""
    last = minute_of(until)
    stride = _stride((last - minute_of(since)) / _MINUTE)
    first = (minute_of(since) - _EPOCH) // stride + 1
    after = (_EPOCH + place * stride for place in range(first, first + MOST))
    return (*(minute for minute in after if minute < last), last)


def _stride(minutes: float) -> timedelta:
    """Return the shortest stride that needs no more moments than are told, the last one apart."""
    found = next((each for each in STRIDES if minutes <= each * (MOST - 1)), None)
    return timedelta(minutes=found) if found else timedelta(days=1 + int(minutes // (1440 * (MOST - 1))))


def later_of(plan: RampPlan, stage: int, steps: Sequence[Taken], last: datetime) -> tuple[datetime, ...]:
    """Return the minutes by the last one in which processes begin that look for later harm in a stage."""
    first = next(step.at for step in steps if step.stage == stage and step.kind in ENTERS)
    begins = (
        minute_of(first + timedelta(minutes=each)) for each in later_starts(plan.stages[stage - 1].bake_minutes)
    )
    return tuple(begin for begin in begins if begin <= last)


def minute_of(moment: datetime) -> datetime:
    """Return the minute that a moment lies in: counts are kept by it."""
    return moment.replace(second=0, microsecond=0)


def grown(looks: Mapping[datetime, tuple[Look, StageReading]]) -> tuple[Grown, ...]:
    """Tell of each guardrail how its readings and bounds went, from look to look: first of people, then of means."""
    told = [list(_told(look, reading)) for look, reading in looks.values()]
    return (*(_grown(looks, row) for row in zip(*told, strict=True)), *means_grown(looks))


def _grown(looks: Mapping[datetime, tuple[Look, StageReading]], row: Sequence[tuple[Against, Reading]]) -> Grown:
    against, last = row[-1]
    return Grown(
        guardrail=last.guardrail,
        against=against,
        bound=last.bound if against is Against.CURRENT else last.limit,
        e_bound=last.e_bound,
        moments=tuple(
            _moment(at, look, reading, against)
            for (at, (look, _)), (_, reading) in zip(looks.items(), row, strict=True)
        ),
        method=method_of(last.guardrail, against),
    )


def _told(look: Look, reading: StageReading) -> Iterator[tuple[Against, Reading]]:
    """Yield the comparisons and the limits on rates."""
    relative = look.outline.compared
    rates = {(slo.guardrail, slo.limit) for slo in look.stage.slos if slo.kind is LimitKind.RATE}
    for each in reading.readings:
        if each.limit is None and each.guardrail in relative:
            yield Against.CURRENT, each
        elif (each.guardrail, each.limit) in rates:
            yield Against.LIMIT, each


def _moment(at: datetime, look: Look, reading: Reading, against: Against) -> Moment:
    estimate, between = _ratio(look, reading) if against is Against.CURRENT else _rate(reading)
    if reading.finding is Finding.ERROR:
        estimate, between = None, intervals.NOTHING
    return Moment(
        at=at,
        finding=reading.finding,
        estimate=estimate,
        lowest=between.lowest,
        highest=between.highest,
        ruled_out=reading.ruled_out,
        e_value=reading.e_value,
        candidate_units=reading.candidate_units,
        candidate_bad=reading.candidate_bad,
        control_units=reading.control_units,
        control_bad=reading.control_bad,
    )


def _ratio(look: Look, reading: Reading) -> tuple[float | None, intervals.Interval]:
    """Bound a ratio: from below by all that is carried over the ramp, from above by what promotion rests on."""
    name = reading.guardrail
    carried, since = labels.strata_of(look.carried, name), look.since.get(name, ())
    lowest = intervals.largest_shown(
        carried, since, look.to_come, look.planned, look.outline.level_beside(look.alpha)
    )
    proof = labels.strata_of(look.fresh, name)
    highest = None if nothing_to_read(look) else intervals.smallest_excluded(proof, beta_of(look))
    return reading.ratio, intervals.Interval(lowest, highest)


def _rate(reading: Reading) -> tuple[float | None, intervals.Interval]:
    """Bound the rate of first calls, on both sides at the level of its limit."""
    bad, units = reading.candidate_bad, reading.candidate_units
    return bad / units if units else None, intervals.bounds_of_rate(bad, units, 1.0 / reading.e_bound)


def guardrails_of(plan: RampPlan, stage: int) -> tuple[str, ...]:
    """List the guardrails whose people are counted in a stage: with a floor anywhere, or with a limit here."""
    limited = (slo.guardrail for slo in plan.stages[stage - 1].slos if slo.kind is LimitKind.RATE)
    return tuple(dict.fromkeys((*compared(plan), *limited)))
