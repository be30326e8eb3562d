"""What of a source's answer can be counted?

Whole minutes only: one in which any row is at fault is passed over for both arms, so that neither is counted without
the other. Rows of minutes that were not asked for are left alone: they came late, or again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from math import isfinite

from leverframe.nouns.metrics import Metric, MetricAnswer, MetricAsked, MetricInterval
from leverframe.nouns.outcomes import LARGEST_VALUE

ARMS = ("candidate", "control")
MOST_VALUES = 10**12
"""No minute has more calls."""
ROUNDING = 1e-6
"""So far may squares lie below what they can be, in parts: sums are rounded."""


def checked(metric: Metric, asked: MetricAsked, rows: Iterable[MetricInterval]) -> MetricAnswer:
    """Sort what a source says into what can be counted and what cannot, by minute."""
    mine = [row for row in rows if asked.first <= row.minute < asked.end]
    faults: dict[datetime, str] = {}
    for minute, why in (*_mixed_units(mine), *_faults(metric, mine)):
        faults.setdefault(_whole(minute), why)
    good = (row for row in mine if _whole(row.minute) not in faults)
    told = sorted(good, key=lambda row: (row.minute, row.arm, row.cell))
    return MetricAnswer(tuple(told), tuple(sorted(faults.items())))


def _faults(metric: Metric, rows: Iterable[MetricInterval]) -> Iterator[tuple[datetime, str]]:
    seen: set[tuple[datetime, str, str]] = set()
    for row in rows:
        key = (row.minute, row.arm, row.cell)
        why = fault_of(metric, row)
        if not why and key in seen:
            why = f"the {row.arm} arm is told twice"
        seen.add(key)
        if why:
            yield row.minute, f"at {row.minute:%H:%M} UTC {why}"


def _mixed_units(rows: Sequence[MetricInterval]) -> Iterator[tuple[datetime, str]]:
    """Yield every minute of an answer whose rows are told in several units: which of them was meant is not known."""
    units = sorted({row.unit for row in rows if row.unit})
    if len(units) > 1:
        yield from ((row.minute, f"the answer is told in several units: {', '.join(units)}") for row in rows)


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def fault_of(metric: Metric, row: MetricInterval) -> str:
    """Return what is wrong with a row by itself, or nothing."""
    if row.minute != _whole(row.minute):
        return "an interval begins that is no whole minute"
    if row.arm not in ARMS:
        return f"the arm is {row.arm!a:.40}, and neither candidate nor control"
    if bool(row.region) != bool(row.ring) or (row.cohort and not row.region):
        return "a row names only a part of region and ring"
    if row.unit and metric.unit and row.unit != metric.unit:
        return f"the unit is {row.unit!a:.40}, and the policy says {metric.unit}"
    return _fault_of_figures(row) or _fault_of_mean(metric, row)


def _fault_of_figures(row: MetricInterval) -> str:
    if row.n < 0 or row.n > MOST_VALUES:
        return f"n is {row.n}, and no number of calls"
    if not isfinite(row.total) or abs(row.total) > LARGEST_VALUE * max(row.n, 1):
        return f"the total is {row.total}, and cannot be added up"
    if not row.n:
        return f"the total of no calls is {row.total:g}" if row.total or row.squares else ""
    if row.squares is None:
        return ""
    least = row.total * row.total / row.n
    if not isfinite(row.squares) or row.squares > LARGEST_VALUE**2 * row.n:
        return f"the squares are {row.squares}, and cannot be added up"
    if row.squares < least - ROUNDING * max(1.0, least):
        return f"the squares are {row.squares:g}, and cannot be below {least:g}"
    return ""


def _fault_of_mean(metric: Metric, row: MetricInterval) -> str:
    if metric.bounds is None or not row.n:
        return ""
    (low, high), mean = metric.bounds, row.total / row.n
    if low - ROUNDING * (high - low) <= mean <= high + ROUNDING * (high - low):
        return ""
    return f"the mean is {mean:g}, and the policy says from {low:g} to {high:g}"
