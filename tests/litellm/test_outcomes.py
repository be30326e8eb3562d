"""Is what came of a call told once, and only what came of the unit?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.litellm.world import FORMS, KEY, SEARCH, V8, plain, route, table
from tests.openai_gateway.conftest import wait_until

FEATURE = f"feature:{SEARCH}"
COST = 0.0075
"""1,000 tokens in, 500 out, of gpt-4o."""
STREAMED = ("chat", "responses", "messages", "completions")


def asked(world, form: str, *, model: str, **body: object) -> str:
    """Ask once, and return the call id: the answer's, or, where it has no headers, that of what came of it."""
    before = len(world.plane.outcomes)
    said = world.ask(f"feature:{plain(model)}", form, body=body)
    if call := said.headers.get("x-leverframe-call"):
        return call
    assert said.status_code >= 500
    wait_until(lambda: len(world.plane.outcomes) > before)
    return world.plane.outcomes[before]["call"]


def told(world, *calls: str) -> list[dict]:
    """Return the one outcome of each call, once all that could come has come."""
    for call in calls:
        world.outcomes(call)
    world.settled()
    outcomes = [world.plane.outcomes_of(call) for call in calls]
    assert [len(each) for each in outcomes] == [1] * len(calls)
    return [each[0] for each in outcomes]


def test_an_answer_is_told_once_with_its_latency_and_cost_on_every_route(world):
    calls = [asked(world, form, model="openai.gpt-4o") for form in FORMS]
    for form, outcome in zip(FORMS, told(world, *calls), strict=True):
        assert outcome["bad"] == [], form
        assert 0 < outcome["latency_ms"] < 30_000, form
        assert outcome["cost_usd"] == pytest.approx(COST), form


def test_a_stream_is_told_once_at_its_end_on_every_route(world):
    """With its cost, but for completions, whose streams LiteLLM itself does not count."""
    calls = [asked(world, form, model="anthropic.claude-sonnet-4-5", stream=True) for form in STREAMED]
    calls += [asked(world, form, model="openai.gpt-4o", stream=True) for form in STREAMED]
    for form, outcome in zip(STREAMED * 2, told(world, *calls), strict=True):
        assert outcome["bad"] == [], form
        assert outcome["cost_usd"] > 0 or form == "completions", form


BROKEN = {
    "in-band": ("overloaded", {"stream": True}),
    "with its line dropped": ("drops", {"stream": True}),
    "at once": ("fails", {}),
}


@pytest.mark.parametrize(("model", "body"), BROKEN.values(), ids=BROKEN.keys())
def test_an_upstream_that_fails_is_one_error_on_every_route(world, model: str, body: dict):
    of = [(form, f"anthropic.{model}" if form == "messages" else f"openai.{model}") for form in STREAMED]
    calls = [asked(world, form, model=model, **body, num_retries=0) for form, model in of]
    assert [outcome["bad"] for outcome in told(world, *calls)] == [["error"]] * len(STREAMED)


def test_a_stream_lasts_as_long_as_it_takes_and_not_only_until_it_begins(world):
    (outcome,) = told(world, asked(world, "chat", model="openai.slow", stream=True))
    assert outcome["latency_ms"] > 600


def test_a_client_that_leaves_in_the_middle_is_told_and_is_no_error(world):
    path, body = FORMS["chat"]
    headers = {"authorization": f"Bearer {KEY}"}
    sent = {**body, "model": f"feature:{plain('openai.slow')}", "stream": True}
    with world.proxy.http.stream("POST", path, json=sent, headers=headers) as said:
        next(said.iter_bytes())
        call = said.headers["x-leverframe-call"]
    (outcome,) = told(world, call)
    assert outcome["bad"] == []


def test_what_is_tried_again_is_one_error_and_not_one_each_time(world):
    call = asked(world, "chat", model="openai.fails", num_retries=1)
    assert world.upstream.models() == ["fails"] * 2
    (outcome,) = told(world, call)
    assert outcome["bad"] == ["error"]


def test_a_refusal_is_no_outcome(world):
    world.publish(table(thrown_features=frozenset({SEARCH})))
    said = world.ask(FEATURE)
    world.settled()
    assert world.plane.outcomes_of(said.headers["x-leverframe-call"]) == []


def test_what_the_proxys_own_limits_refuse_is_no_outcome(world):
    """The key may make one request a minute: the second is refused after the unit was chosen."""
    limited = {"rpm_limit": 1, "token": "limited", "user_id": "limited"}
    answers = [world.ask(FEATURE, key=limited) for _ in range(3)]
    assert [said.status_code for said in answers] == [200, 429, 429]
    served = answers[0].headers["x-leverframe-call"]
    world.outcomes(served)
    world.settled()
    calls = {said.headers.get("x-leverframe-call") for said in answers[1:]}
    assert not [outcome for outcome in world.plane.outcomes if outcome["call"] in calls]


def test_a_call_that_names_no_feature_is_no_outcome(world):
    before = len(world.plane.outcomes)
    world.ask("openai.gpt-4o")
    world.settled()
    assert len(world.plane.outcomes) == before + 1


def test_two_calls_under_one_decision_of_an_embedded_service_are_two_outcomes(world):
    world.publish(table(route(candidate=replace(V8, prompt="policy-search@v9"), percent=100)))
    call = world.ask(FEATURE, subject="ana").headers["x-leverframe-call"]
    world.outcomes(call)
    world.ask(FEATURE, subject="ana", decision=call)
    assert len(world.outcomes(call, count=2)) == 2
