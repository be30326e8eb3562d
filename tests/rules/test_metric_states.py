"""When is an outside metric relied on no more, and what is said of it?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leverframe.nouns.evidence import Finding
from leverframe.nouns.metric_states import MetricState
from leverframe.rules.metric_states import finding_of

NOW = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def state(candidate=2.0, control=2.0, since=60.0, fault=None, every=60.0, unread="") -> MetricState:
    return MetricState(
        "latency_seconds",
        ago(since),
        every,
        candidate_at=None if candidate is None else ago(candidate),
        control_at=None if control is None else ago(control),
        fault="" if fault is None else "it answers HTTP 503",
        fault_since=None if fault is None else ago(fault),
        unread=unread,
    )


@pytest.mark.parametrize(
    ("stands", "is_shared", "said"),
    [
        (state(), True, None),
        (state(candidate=10, control=10), True, None),
        (state(fault=3), True, None),
        (state(fault=3.1), True, (Finding.ERROR, "could not be read for 3 min: it answers HTTP 503")),
        (state(fault=8, every=300), True, None),
        (state(fault=16, every=300), True, (Finding.ERROR, "could not be read for 16 min")),
        (state(candidate=12), True, (Finding.NO_DATA, "the last value of latency_seconds came 12 min ago")),
        (state(candidate=12, every=300), True, None),
        (state(candidate=90, since=9), True, None),
        (state(candidate=90, since=11), True, (Finding.NO_DATA, "came 90 min ago")),
        (state(candidate=None, since=11), True, (Finding.NO_DATA, "no value of latency_seconds has come")),
        (state(candidate=None, since=9), True, None),
        (state(control=12), True, (Finding.NO_DATA, "from beside the candidate came 12 min ago")),
        (state(control=None), True, (Finding.NO_DATA, "comes of the candidate alone")),
        (state(control=None), False, None),
        (state(unread="it comes of the moon"), True, (Finding.NO_DATA, "it comes of the moon")),
        (state(unread="it comes of the moon", fault=4), True, (Finding.ERROR, "HTTP 503")),
    ],
)
def test_a_source_is_relied_on_until_it_fails_or_stops(stands, is_shared, said):
    found = finding_of(stands, NOW, is_shared=is_shared)
    if said is None:
        assert found is None
    else:
        assert found is not None
        assert found[0] is said[0]
        assert said[1] in found[1]


def test_no_state_of_a_source_ever_promotes():
    """Whatever it says is worse than going on."""
    for stands in (state(fault=9), state(candidate=99), state(control=None), state(unread="no")):
        found = finding_of(stands, NOW, is_shared=True)
        assert found is not None
        assert found[0].holds
