"""Has what was heard by the minute fallen silent?

Silence never promotes. Whether it is silence is judged by what was usual: calls that came every minute are missed
after ten, such as came once in ten minutes after more than an hour and a half.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.minutes import BothHeard, Heard
from leverframe.rules.moments import say_minutes

CALLS = "cost_usd"
"""What every call has: by it calls are known in the sums of a minute."""
LEAST_MINUTES = 10
"""In so many minutes something must have been heard before it is known what is usual."""
LEAST_QUIET = timedelta(minutes=10)
USUAL_GAPS = 10
MINUTE = timedelta(minutes=1)


def heard_with(
    before: Mapping[str, BothHeard], minute: datetime, cells: Mapping[str, CellCounts], metrics: frozenset[str]
) -> dict[str, BothHeard]:
    """Return what is known of each arm after one more minute, in which these cells counted."""
    found = dict(before)
    for metric in (CALLS, *sorted(metrics - {CALLS})):
        mine = any(cell.candidate_sums.get(metric, (0,))[0] for cell in cells.values())
        theirs = any(cell.control_sums.get(metric, (0,))[0] for cell in cells.values())
        if mine or theirs:
            candidate, control = found.get(metric, (None, None))
            found[metric] = (
                _with(candidate, minute) if mine else candidate,
                _with(control, minute) if theirs else control,
            )
    return found


def _with(before: Heard | None, minute: datetime) -> Heard:
    return Heard(1, minute, minute) if before is None else Heard(before.minutes + 1, before.first, minute)


def silent_calls(heard: Mapping[str, BothHeard], now: datetime, *, is_shared: bool) -> str:
    """Say since when nobody is answered any more by the candidate, or beside it; empty where both are heard."""
    candidate, control = heard.get(CALLS, (None, None))
    if quiet := _quiet(candidate, now):
        return f"no call that the candidate has answered was heard of for {quiet}"
    quiet = _quiet(control, now) if is_shared else ""
    return f"no call that was answered beside the candidate was heard of for {quiet}" if quiet else ""


def silent_metric(heard: Mapping[str, BothHeard], metric: str, now: datetime, *, beside: bool) -> str:
    """Say since when no value of a metric comes; `beside` says that it is compared with the control's."""
    candidate, control = heard.get(metric, (None, None))
    if quiet := _quiet(candidate, now):
        return f"no {metric.replace('_', ' ')} of the candidate was told for {quiet}"
    quiet = _quiet(control, now) if beside else ""
    return f"no {metric.replace('_', ' ')} from beside the candidate was told for {quiet}" if quiet else ""


def _quiet(heard: Heard | None, now: datetime) -> str:
    """Return for how long nothing was heard, where that is no usual gap; empty where it is, or none is known."""
    if heard is None or heard.minutes < LEAST_MINUTES:
        return ""
    gap = (heard.last - heard.first + MINUTE) / heard.minutes
    quiet = now - heard.last - MINUTE
    return say_minutes(quiet / MINUTE) if quiet > max(LEAST_QUIET, USUAL_GAPS * gap) else ""
