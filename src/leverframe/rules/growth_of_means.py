"""What did each limit on a mean say from look to look, and between which bounds did the mean lie?

A mean is judged by the minutes that were well over by then. A limit on the worst locale is told of each locale by
itself, the worst first: each has its part of the level.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from leverframe.nouns.evidence import Finding, Reading, StageReading
from leverframe.nouns.growth import Against, Grown, Moment
from leverframe.nouns.ramps import LimitKind, Slo
from leverframe.rules.evidence import differences, intervals, means
from leverframe.rules.evidence.looks import Look
from leverframe.rules.evidence.methods import method_of

Looks = Mapping[datetime, tuple[Look, StageReading]]
AGAINST = {LimitKind.MEAN: Against.MEAN, LimitKind.FALL: Against.FALL, LimitKind.RISE: Against.RISE}


def means_grown(looks: Looks) -> Iterator[Grown]:
    """Yield each limit on a mean that the last look has read, with all its moments."""
    last = _last(looks)
    for slo in last.stage.slos:
        if slo.kind is not LimitKind.RATE:
            every = [_grown(looks, slo, name) for name in means.named(last, slo.guardrail)]
            yield from sorted(every, key=_badness)


def _last(looks: Looks) -> Look:
    return looks[max(looks)][0]


def _grown(looks: Looks, slo: Slo, name: str) -> Grown:
    told = {at: (look, _reading(look, stage, slo, name)) for at, (look, stage) in looks.items()}
    return Grown(
        guardrail=slo.guardrail,
        against=AGAINST[slo.kind],
        bound=slo.limit,
        e_bound=1.0 / means.level_of(_last(looks), slo),
        moments=tuple(_moment(at, look, slo, name, reading) for at, (look, reading) in told.items()),
        method=method_of(slo.guardrail, AGAINST[slo.kind], is_bounded=slo.bounds is not None),
        metric=name,
    )


def _reading(look: Look, stage: StageReading, slo: Slo, name: str) -> Reading:
    """Return what the stage said of a limit; of that on the worst locale, what it says of one."""
    said = next(each for each in stage.readings if (each.guardrail, each.limit_kind) == (slo.guardrail, slo.kind))
    return means.read_each(look, slo).get(name, said) if name != slo.guardrail else said


def _moment(at: datetime, look: Look, slo: Slo, name: str, reading: Reading) -> Moment:
    known = look.means.get(name, means.NOTHING)
    seen = means.seen(known, slo.kind)
    is_told = reading.finding is not Finding.ERROR and seen.intervals > 0
    between = intervals.bounds_of_mean(slo, seen, means.level_of(look, slo)) if is_told else intervals.NOTHING
    return Moment(
        at=at,
        finding=reading.finding,
        estimate=differences.difference(seen) if is_told else None,
        lowest=between.lowest,
        highest=between.highest,
        ruled_out=None,
        e_value=reading.e_value,
        candidate_units=reading.candidate_units,
        candidate_bad=0,
        control_units=reading.control_units,
        control_bad=0,
        candidate_mean=means.mean_of(known.candidate),
        control_mean=means.mean_of(known.control),
        minutes=seen.intervals,
    )


def _badness(grown: Grown) -> tuple[int, float, float, str]:
    last = grown.moments[-1]
    return -last.finding.rank, -last.e_value, -(last.estimate or 0.0), grown.metric
