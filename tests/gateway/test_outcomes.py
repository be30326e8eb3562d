"""Is every outcome told, and told once?"""

from __future__ import annotations

import logging

import pytest

from leverframe.gateway import outcomes as telling
from leverframe.gateway.outcomes import Telling
from leverframe.nouns.outcomes import Feedback, Outcome


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def a_telling(plane):
    made: list[Telling] = []

    def make(boot: str = "boot-1") -> Telling:
        made.append(Telling(plane.url, "token-edge", boot, flush_seconds=0.02))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.stop(1.0)


def _record(telling: Telling, count: int, first: int = 0) -> list[str]:
    calls = [f"call-{first + place}" for place in range(count)]
    for call in calls:
        telling.record(Outcome(call, 12.0, 0.001, ("error",)))
    return calls


def _calls(plane) -> list[str]:
    return [outcome["call"] for outcome in plane.outcomes]


def test_outcomes_arrive_in_order_in_batches_numbered_from_one(plane, a_telling):
    telling = a_telling()
    calls = _record(telling, 450)
    assert telling.flush(10.0)
    assert _calls(plane) == calls
    assert [batch["sequence"] for batch in plane.batches] == list(range(1, len(plane.batches) + 1))
    assert {batch["boot"] for batch in plane.batches} == {"boot-1"}
    assert plane.outcomes[0] == {"call": "call-0", "latency_ms": 12.0, "cost_usd": 0.001, "bad": ["error"]}
    assert max(len(batch["outcomes"]) for batch in plane.batches) <= 200


@pytest.mark.parametrize("trouble", ["silence", 500, 503, 429, 401])
def test_a_batch_that_was_not_acknowledged_is_repeated_under_its_number_and_counted_once(plane, a_telling, trouble):
    plane.troubles.extend([trouble, trouble])
    telling = a_telling()
    calls = _record(telling, 3)
    assert telling.flush(10.0)
    calls += _record(telling, 2, first=3)
    assert telling.flush(10.0)
    assert _calls(plane) == calls
    assert [batch["sequence"] for batch in plane.batches] == sorted({batch["sequence"] for batch in plane.batches})
    assert telling.dropped == 0
    if trouble == "silence":
        assert plane.tries.count(("boot-1", 1)) >= 2


def test_what_the_control_plane_will_never_take_is_dropped_counted_and_leaves_a_gap(plane, a_telling):
    plane.troubles.append(422)
    telling = a_telling()
    _record(telling, 1)
    assert telling.flush(10.0)
    _record(telling, 1, first=1)
    assert telling.flush(10.0)
    assert _calls(plane) == ["call-1"]
    assert [batch["sequence"] for batch in plane.batches] == [2]
    assert telling.dropped == 1


def test_what_does_not_fit_is_dropped_counted_and_leaves_a_gap(plane, monkeypatch):
    monkeypatch.setattr(telling, "MOST_OPEN", 5)
    waiting = Telling(plane.url, "token-edge", "boot-1", flush_seconds=0.02)
    calls = _record(waiting, 7)
    waiting.start()
    assert waiting.flush(10.0)
    assert _calls(plane) == calls[2:]
    assert waiting.dropped == 2
    assert [batch["sequence"] for batch in plane.batches] == [2]
    waiting.stop(1.0)


def test_batches_are_bounded_while_the_control_plane_is_away(plane, monkeypatch, free_ports):
    monkeypatch.setattr(telling, "MOST_BATCHES", 3)
    monkeypatch.setattr(telling, "BATCH_OUTCOMES", 10)
    away = Telling(f"http://127.0.0.1:{free_ports(1)[0]}", "token-edge", "boot-1", flush_seconds=0.02)
    _record(away, 100)
    away.start()
    assert not away.flush(0.3)
    assert away.dropped == 70
    away.stop(0.1)


def test_feedback_is_told_by_call_id(plane, a_telling):
    telling = a_telling()
    telling.feedback(Feedback("call-1", negative=True))
    telling.feedback(Feedback("call-1", metric="groundedness", value=0.91))
    assert telling.flush(10.0)
    assert plane.feedback == [
        {"call": "call-1", "negative": True, "metric": "", "value": None},
        {"call": "call-1", "negative": None, "metric": "groundedness", "value": 0.91},
    ]


class Odd:
    """What no caller should pass."""

    def __float__(self) -> float:
        raise RuntimeError("no number")

    __bool__ = __iter__ = __float__


NAN, INF = float("nan"), float("inf")
ODD_OUTCOMES = [
    {"latency_ms": NAN}, {"latency_ms": "soon"}, {"latency_ms": None}, {"latency_ms": Odd()}, {"latency_ms": 10**400},
    {"cost_usd": NAN}, {"cost_usd": -INF}, {"cost_usd": 1.1e9}, {"bad": None}, {"bad": [object()]}, {"bad": Odd()},
    {"bad": ["\ud800"]}, {"call_id": 7}, {"call_id": Odd()}, {"call_id": "\ud800"}, {"call_id": "x" * 5000},
]  # fmt: skip
ODD_FEEDBACK = [
    {"value": NAN}, {"value": INF}, {"value": 1e12}, {"value": "good"}, {"value": Odd()}, {"metric": "a\x00"},
    {"metric": 7}, {"negative": Odd()}, {"call_id": "\ud800"}, {"call_id": object()},
]  # fmt: skip


def test_nothing_that_a_caller_tells_raises_or_takes_others_along(plane, a_gateway, eventually):
    gateway = a_gateway()
    eventually(lambda: gateway.connected and gateway.number.generation)
    call = gateway.call_id(gateway.route("support", subject="vic"), "support", subject="vic")
    for told in ODD_OUTCOMES:
        gateway.record(call, latency_ms=1.0)
        gateway.record(**{"call_id": call, "latency_ms": 1.0, **told})
    for told in ODD_FEEDBACK:
        gateway.feedback(call, negative=True)
        gateway.feedback(**{"call_id": call, "metric": "groundedness", "value": 0.9, **told})
    gateway.record("", latency_ms=NAN)
    assert gateway.flush(10.0)
    assert _calls(plane) == [call] * len(ODD_OUTCOMES)
    assert len(plane.feedback) == len(ODD_FEEDBACK)
    assert gateway.dropped == len(ODD_OUTCOMES) + len(ODD_FEEDBACK)


def test_one_guardrail_need_not_stand_in_a_list(plane, a_gateway, eventually):
    gateway = a_gateway()
    eventually(lambda: gateway.connected and gateway.number.generation)
    gateway.record("lf1.a.b", latency_ms=1, bad="error")
    assert gateway.flush(10.0)
    assert plane.outcomes[0]["bad"] == ["error"]


def test_what_the_control_plane_refuses_of_a_batch_is_counted_and_the_rest_is_told_once(plane, a_telling):
    plane.refuses = 1
    telling = a_telling()
    calls = _record(telling, 3)
    telling.feedback(Feedback("call-1", negative=True))
    assert telling.flush(10.0)
    assert _calls(plane) == calls
    assert telling.dropped == len(plane.batches) + 1


def test_a_gateway_that_closes_sends_what_it_has(plane, a_gateway, eventually):
    gateway = a_gateway(flush_seconds=3600.0)
    eventually(lambda: gateway.connected and gateway.number.generation)
    decision = gateway.route("support", subject="vic")
    call = gateway.call_id(decision, "support", subject="vic")
    gateway.record(call, latency_ms=900.0, bad=["error"])
    gateway.close()
    assert _calls(plane) == [call]
