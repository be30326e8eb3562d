"""Can an outside metric be relied on now?

No answer is never a good answer: a source that fails is an error once it has failed for longer than three turns, and
a metric that stops is no data after a while. A short silence changes nothing: what was counted stands.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from leverframe.nouns.evidence import Finding
from leverframe.nouns.metric_states import MetricState

FAILING_TURNS = 3
STOPPED = timedelta(minutes=10)
"""So long after its last value a metric has stopped, or after three turns where that is longer."""


def finding_of(state: MetricState, now: datetime, *, is_shared: bool) -> tuple[Finding, str] | None:
    """Return what the state of a source makes of a metric, or None where it can be relied on.

    `is_shared` says that some are served beside the candidate: their values are needed too.
    """
    turns = timedelta(seconds=FAILING_TURNS * state.every_seconds)
    if state.fault_since is not None and now - state.fault_since > turns:
        return Finding.ERROR, f"{state.metric} could not be read for {_ago(now, state.fault_since)}: {state.fault}"
    if state.unread:
        return Finding.NO_DATA, state.unread
    silent = _silent(state, now, max(STOPPED, turns), is_shared)
    return None if silent is None else (Finding.NO_DATA, silent)


def _silent(state: MetricState, now: datetime, after: timedelta, is_shared: bool) -> str | None:
    """Say which arm has not been told of for so long; a stage that has begun anew waits as long anew."""
    if _is_silent(state, state.candidate_at, now, after):
        if state.candidate_at is None:
            return f"no value of {state.metric} has come of the candidate since the stage began"
        return f"the last value of {state.metric} came {_ago(now, state.candidate_at)} ago"
    if not is_shared or not _is_silent(state, state.control_at, now, after):
        return None
    if state.control_at is None:
        return f"{state.metric} comes of the candidate alone: there is nothing to compare it with"
    return f"the last value of {state.metric} from beside the candidate came {_ago(now, state.control_at)} ago"


def _is_silent(state: MetricState, last: datetime | None, now: datetime, after: timedelta) -> bool:
    return now - max(last or state.since, state.since) > after


def _ago(now: datetime, then: datetime) -> str:
    return f"{(now - then).total_seconds() / 60:.0f} min"
