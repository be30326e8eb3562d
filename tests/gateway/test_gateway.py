"""Does a gateway answer, whatever happens?"""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leverframe.gateway import Gateway, gateway_key, read_call
from leverframe.nouns.tables import BUCKETS, NO_NUMBER, Number, Reason, Variant
from leverframe.nouns.units import Unit
from leverframe.rules.routing import Router

MINE = Unit(prompt="mine@1", model="mock.small")


class Clock:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_started_gateway_obeys_the_newest_table(plane, a_gateway, a_table, eventually):
    gateway = a_gateway()
    eventually(lambda: gateway.number == Number(1, 1))
    assert gateway.route("support", subject="vic", region="eu").reason is Reason.CANDIDATE
    plane.publish(a_table(2, thrown_features=frozenset({"support"})))
    eventually(lambda: gateway.number == Number(1, 2))
    killed = gateway.route("support", subject="vic", region="eu")
    assert (killed.serve, killed.reason, killed.fallback) == (False, Reason.FEATURE_THROWN, "macro-templates")
    assert gateway.connected
    assert gateway.age_seconds < 10


def test_a_receipt_counts_every_gateway_that_applied(plane, a_gateway, a_table, eventually):
    for _ in range(3):
        a_gateway()
    eventually(lambda: plane.fleet.receipt("1.1", 0.0).applied == 3)
    opened_at = plane.stream.monotonic()
    plane.publish(a_table(2))
    receipt = plane.fleet.wait_applied(Number(1, 2), 20.0, opened_at)
    assert (receipt.confirmed, receipt.reporting, receipt.applied) == (True, 3, 3)
    assert receipt.milliseconds is not None
    assert 0 < receipt.milliseconds < 20_000


def test_a_gateway_that_closes_says_goodbye(plane, a_gateway, eventually):
    gateway = a_gateway(instance="edge-west")
    eventually(lambda: [seen.number for seen in plane.fleet.seen()] == ["1.1"])
    gateway.close()
    eventually(lambda: plane.fleet.seen() == [])
    assert gateway.route("support", subject="vic").serve


def test_a_gateway_says_whether_it_had_traffic(plane, a_gateway, eventually):
    gateway = a_gateway()
    eventually(lambda: [seen.had_traffic for seen in plane.fleet.seen()] == [False])
    eventually(lambda: gateway.route("support") and any(seen.had_traffic for seen in plane.fleet.seen()))
    eventually(lambda: not any(seen.had_traffic for seen in plane.fleet.seen()))


def test_a_service_tells_in_which_cohorts_its_user_is_and_the_call_counts_there(
    plane, a_gateway, a_table, eventually
):
    support = a_table(2).features["support"]
    ramp = replace(support.candidate, below={"eu|everyone": 0}, cohorts={"internal": {"eu|everyone": BUCKETS}})
    plane.publish(a_table(2, features={"support": replace(support, candidate=ramp)}))
    gateway = a_gateway()
    eventually(lambda: gateway.number == Number(1, 2) and gateway.connected)
    seen = {
        cohorts: gateway.route("support", subject="vic", region="eu", cohorts=cohorts)
        for cohorts in ((), ("internal",), ("free",), ("free", "internal"))
    }
    assert [decision.variant.value for decision in seen.values()] == ["current", "candidate", "current", "candidate"]
    calls = eventually(
        lambda: [gateway.call_id(decision, "support", subject="vic", region="eu") for decision in seen.values()]
    )
    assert [gateway.read_call(call).cell for call in calls] == [
        "eu|everyone", "eu|everyone|internal", "eu|everyone", "eu|everyone|internal",
    ]  # fmt: skip


@pytest.mark.parametrize("cohorts", [("internal",), "internal", [["internal"]], 7, {None: 1}, object()])
def test_odd_cohorts_never_break_an_answer_with_or_without_a_table(plane, a_gateway, eventually, cohorts):
    assert not Gateway().route("support", subject="vic", cohorts=cohorts).serve
    gateway = a_gateway()
    eventually(lambda: gateway.number == Number(1, 1))
    assert gateway.route("support", subject="vic", region="eu", cohorts=cohorts).serve
    assert gateway.route("search", subject="vic", region="eu", cohorts=cohorts).reason is Reason.CURRENT


def test_without_any_table_a_feature_is_off_with_its_own_fallback():
    with Gateway(fallbacks={"support": "macro-templates"}) as gateway:
        decision = gateway.route("support", subject="vic")
        assert (decision.serve, decision.reason, decision.fallback) == (False, Reason.NO_TABLE, "macro-templates")
        assert (gateway.number, gateway.connected, gateway.age_seconds) == (NO_NUMBER, False, float("inf"))
        assert gateway.call_id(decision, "support", subject="vic") == ""
        gateway.record("", latency_ms=1.0)
        assert gateway.flush(0.1)


def test_without_any_table_current_serves_where_the_service_declared_it():
    gateway = Gateway(on_no_table={"support": "current"}, current={"support": MINE})
    decision = gateway.route("support", subject="vic")
    assert (decision.serve, decision.unit, decision.reason) == (True, MINE, Reason.NO_TABLE)
    assert not gateway.route("search").serve


@pytest.mark.parametrize(
    "given",
    [
        {"control_plane": "https://leverframe.example"},
        {"control_plane": "leverframe.example", "token": "t"},
        {"control_plane": "ftp://leverframe.example", "token": "t"},
        {"on_no_table": {"support": "current"}},
    ],
)
def test_a_gateway_that_cannot_work_says_so_when_it_is_made(given):
    with pytest.raises(ValueError, match=r"."):
        Gateway(**given)


def test_a_control_plane_that_is_not_there_stops_nothing(tmp_path, free_ports, caplog):
    caplog.set_level(logging.CRITICAL)
    address = f"http://127.0.0.1:{free_ports(1)[0]}"
    with Gateway(address, "token-edge", state_dir=tmp_path, fallbacks={"support": "macro-templates"}) as gateway:
        assert gateway.route("support").reason is Reason.NO_TABLE


def test_an_unknown_feature_is_off_with_its_own_fallback(plane, a_gateway, eventually):
    gateway = a_gateway(fallbacks={"translate": "no-translation"})
    eventually(lambda: gateway.number > NO_NUMBER)
    assert gateway.route("translate").fallback == "no-translation"
    assert gateway.route("nonsense").reason is Reason.UNKNOWN_FEATURE


def test_the_candidates_lease_ends_when_no_beat_is_heard(a_plane, a_table, eventually):
    clock = Clock()
    with a_plane(beat=3600.0) as plane:
        plane.publish(a_table(1, candidate_lease_seconds=300.0))
        with Gateway(plane.url, "token-edge", monotonic=clock) as gateway:
            eventually(lambda: gateway.number == Number(1, 1))
            clock.seconds += 299.0
            assert gateway.route("support", subject="vic").variant is Variant.CANDIDATE
            clock.seconds += 2.0
            late = gateway.route("support", subject="vic")
            assert (late.variant, late.reason) == (Variant.CURRENT, Reason.LEASE_EXPIRED)
            plane.publish(a_table(2, candidate_lease_seconds=300.0))
            eventually(lambda: gateway.number == Number(1, 2))
            assert gateway.route("support", subject="vic").variant is Variant.CANDIDATE


def test_beats_renew_the_candidates_lease(plane, a_gateway, eventually):
    clock = Clock()
    gateway = a_gateway(monotonic=clock)
    eventually(lambda: gateway.number == Number(1, 1))
    for _ in range(3):
        clock.seconds += 301.0
        eventually(lambda: gateway.route("support", subject="vic").variant is Variant.CANDIDATE)


def test_a_call_id_says_where_the_call_was_served(plane, a_gateway, eventually):
    gateway = a_gateway()
    eventually(lambda: gateway.number == Number(1, 1) and gateway.route("support", subject="vic").change)
    decision = gateway.route("support", subject="vic", tenant="acme", region="mars")
    call = gateway.call_id(decision, "support", subject="vic", tenant="acme", region="mars", locale="de-DE")
    facts = read_call(call, {"edge": gateway_key(b"a master key", "edge")}.get)
    assert facts is not None
    assert (facts.gateway, facts.target, facts.change, facts.stage) == ("edge", "support", "CHG-2026-00001", 1)
    assert (facts.arm, facts.number, facts.reason) == ("candidate", "1.1", "candidate")
    assert (facts.region, facts.ring, facts.locale) == ("eu", "everyone", "de-DE")
    assert facts.unit == "support@2 · openai.gpt-4o-2024-11"
    assert facts.subject
    assert "vic" not in facts.subject
    other = gateway.call_id(decision, "support", subject="vic", region="eu")
    assert other != call
    again = read_call(other, lambda name: gateway_key(b"a master key", name))
    assert again is not None
    assert again.subject == facts.subject
    plain = gateway.call_id(gateway.route("search", subject="vic"), "search", subject="vic")
    unramped = read_call(plain, lambda name: gateway_key(b"a master key", name))
    assert unramped is not None
    assert (unramped.subject, unramped.change) == ("", "")


anything = st.one_of(st.none(), st.text(st.characters()), st.integers(), st.lists(st.integers()), st.just("\ud800"))


@pytest.fixture
def three_gateways(a_table):
    """Give a gateway without a table, one with a table, and one whose table is broken inside."""
    empty, good, broken = Gateway(), Gateway(), Gateway()
    good._held.router = Router(a_table(1, thrown_tenants=frozenset({"acme"})))
    broken._held.router = Router(a_table(1, features={"support": 7}))
    return empty, good, broken


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    feature=st.one_of(st.sampled_from(["support", "search"]), anything),
    given=st.lists(anything, min_size=4, max_size=4),
)
def test_route_never_raises(three_gateways, caplog, feature, given):
    caplog.set_level(logging.CRITICAL)
    subject, tenant, region, conversation = given
    for gateway in three_gateways:
        known = {"subject": subject, "tenant": tenant, "region": region}
        decision = gateway.route(feature, conversation=conversation, **known)
        assert decision.serve == (decision.unit is not None)
        assert gateway.call_id(decision, feature, locale=subject, **known) == ""


def test_a_request_that_cannot_be_decided_gets_current_but_no_thrown_tenant_slips_by(three_gateways, caplog):
    _, good, _ = three_gateways
    caplog.set_level(logging.CRITICAL)
    good._held.lease_until = float("inf")
    odd = good.route("support", subject="\ud800", region="eu")
    assert (odd.serve, odd.variant, odd.reason) == (True, Variant.CURRENT, Reason.ERROR)
    assert good.route("support", subject="\ud800", tenant="acme").reason is Reason.TENANT_THROWN


def test_a_gateway_that_is_started_twice_has_one_line(plane, a_gateway, eventually):
    gateway = a_gateway()
    gateway.start()
    eventually(lambda: gateway.connected)
    eventually(lambda: len(plane.stream.readers) == 1)
    assert len(plane.fleet.seen()) == 1


def test_a_table_that_is_published_after_the_stream_was_closed_hurts_no_one(a_plane, a_table):
    with a_plane() as plane:
        pass
    plane.publish(a_table(1))
