"""Which gateways may report, and what are they told?"""

from __future__ import annotations

import base64
from functools import partial

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import gateways, outcomes
from leverframe.gateway.calls import gateway_key
from leverframe.nouns.gateways import MissingBatches
from leverframe.nouns.outcomes import Batch, Outcome
from leverframe.nouns.verdicts import Conflict, NotFound

pytestmark = ON_SQLITE
SUPPORT = frozenset({"customer-support-ai"})


def test_a_gateway_is_enrolled_with_a_token_of_its_own(world: World):
    token = gateways.enrol(world.house, world.adi, "edge", SUPPORT)
    known = gateways.authenticate(world.house, token)
    assert known is not None
    assert (known.name, known.targets, known.enrolled_by) == ("edge", SUPPORT, "adi")
    assert gateways.authenticate(world.house, token + "x") is None
    entry = world.entries("gateway.enrolled")[0]
    assert (entry.object, entry.because, entry.role) == ("edge", "customer-support-ai", "administrator")


def test_it_is_told_where_its_stream_is_and_its_own_call_key(world: World):
    world.house.stream_address = "http://127.0.0.1:8701"
    token = gateways.enrol(world.house, world.adi, "edge", frozenset())
    known = gateways.authenticate(world.house, token)
    assert known is not None
    welcome = gateways.welcome(world.house, known)
    assert base64.b64decode(welcome.call_key) == gateway_key(world.house.call_key, "edge")
    assert base64.b64decode(welcome.call_key) != world.house.call_key
    assert (welcome.stream_url, welcome.candidate_lease_seconds) == ("http://127.0.0.1:8701", 300)


def test_who_may_not_enrol_and_what_cannot_be_enrolled(world: World):
    assert set(no_of(lambda: gateways.enrol(world.house, world.vic, "edge", SUPPORT))) == {"may"}
    for name in ("", "a|b", "a/b", "a b", "-a", "x" * 65):
        assert "name" in faults_of(lambda name=name: gateways.enrol(world.house, world.adi, name, SUPPORT))
    unknown = faults_of(lambda: gateways.enrol(world.house, world.adi, "", frozenset({"horoscopes"})))
    assert unknown == {
        "name": "nothing is no name of a gateway",
        "targets": "horoscopes is no target of the catalog",
    }


def test_a_gateway_is_enrolled_once_until_it_is_revoked(world: World):
    token = gateways.enrol(world.house, world.adi, "edge", SUPPORT)
    with pytest.raises(Conflict):
        gateways.enrol(world.house, world.adi, "edge", SUPPORT)
    assert set(no_of(lambda: gateways.revoke(world.house, world.vic, "edge", "mine"))) == {"may"}
    gateways.revoke(world.house, world.adi, "edge", "its machine was lost")
    assert gateways.authenticate(world.house, token) is None
    assert world.entries("gateway.revoked")[0].because == "its machine was lost"
    assert gateways.authenticate(world.house, gateways.enrol(world.house, world.adi, "edge", SUPPORT)) is not None
    with pytest.raises(NotFound):
        gateways.revoke(world.house, world.adi, "core", "never was")


def test_the_list_says_how_each_instance_reports(world: World):
    gateways.enrol(world.house, world.adi, "edge", SUPPORT)
    world.house.fleet.report("edge", "edge-1", "boot", "1.1")
    ((gateway, seen),) = gateways.list_gateways(world.house)
    assert (gateway.name, [s.instance for s in seen]) == ("edge", ["edge-1"])


def test_what_was_refused_is_told_beside_what_never_arrived(world: World):
    world.adopt()
    call = world.call("customer-support-ai", "ana")
    wrong = Outcome(call, 900.0, cost_usd=float("nan"))
    outcomes.accept_batch(world.house, "edge", frozenset(), Batch("b1", 1, (wrong,)))
    (told,) = gateways.missing_batches(world.house).values()
    refused = "refused for a value or a name that cannot be counted"
    assert told.sentence == f"1 outcome was {refused}"
    outcomes.accept_batch(world.house, "edge", frozenset(), Batch("b2", 2, (wrong, wrong)))
    (told,) = gateways.missing_batches(world.house).values()
    never = "1 of 2 batches of outcomes from 1 process never arrived; no reading counts what they held"
    assert told.sentence == f"{never}; 3 outcomes were {refused}"


def test_what_never_arrived_is_told_by_gateway_until_it_does(world: World):
    send = partial(outcomes.accept_batch, world.house, "edge", frozenset())
    for boot, sequence in (("b1", 1), ("b1", 5), ("b2", 3), ("b3", 1)):
        send(Batch(boot, sequence, ()))
    assert gateways.missing_batches(world.house) == {
        "edge": MissingBatches("edge", missing=5, numbered=8, processes=2)
    }
    for sequence in (2, 3, 4):
        send(Batch("b1", sequence, ()))
    (left,) = gateways.missing_batches(world.house).values()
    told = "2 of 3 batches of outcomes from 1 process never arrived; no reading counts what they held"
    assert left.sentence == told


@pytest.mark.parametrize(
    "key_env", ["AWS_SECRET_ACCESS_KEY", "DATABASE_URL", "PATH", "PROBE_KEY_OF", "_PROBE_KEY; X"]
)
def test_a_game_day_sends_no_other_secret_of_the_server_to_an_address_that_one_person_names(
    world: World, key_env: str
):
    """Whoever may say where a gateway answers must not be able to have any variable of the server sent there."""
    asked = {"address": "https://ai.example.com/v1", "key_env": key_env}
    assert "key_env" in faults_of(lambda: gateways.enrol(world.house, world.adi, "edge", frozenset(), **asked))
    gateways.enrol(world.house, world.adi, "edge", frozenset(), **{**asked, "key_env": "EDGE_PROBE_KEY"})
    assert "key_env" in faults_of(lambda: gateways.set_address(world.house, world.adi, "edge", *asked.values()))
    gateways.set_address(world.house, world.adi, "edge", "https://core.example.com/v1", "CORE_PROBE_KEY")
    assert world.entries("gateway.addressed")[0].facts["key_env"] == "CORE_PROBE_KEY"
