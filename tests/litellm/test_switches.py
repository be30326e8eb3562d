"""Does a switch stop what it names, by whatever way a call reaches it?"""

from __future__ import annotations

import json
import time

import pytest
from tests.litellm.proxy import a_key
from tests.litellm.world import FALLBACK, FORMS, HELP, KEY, SEARCH, ramping, table

FEATURE = f"feature:{SEARCH}"
GPT = {"openai.gpt-4o": ("openai.gpt-4.1",)}
GPT_OFF: dict[str, tuple[str, ...]] = {"openai.gpt-4o": ()}
QUICK_SECONDS = 2.0
"""LiteLLM waits some seconds before it tries again what has failed in its router."""


def problem(said) -> dict:
    """Read the problem document, which LiteLLM wraps as every error's own fields."""
    return said.json()["error"]["provider_specific_fields"]


@pytest.mark.parametrize("form", FORMS)
def test_a_killed_feature_is_a_503_with_its_fallback_on_every_route(world, form: str):
    world.publish(table(thrown_features=frozenset({SEARCH})))
    said = world.ask(FEATURE, form, subject="ana")
    assert said.status_code == 503
    assert said.headers["x-leverframe-fallback"] == FALLBACK
    assert said.headers["x-should-retry"] == "false"
    assert (said.headers["x-leverframe-variant"], said.headers["x-leverframe-reason"]) == ("off", "feature_thrown")
    assert said.headers["x-leverframe-number"] == str(world.plane.table.number)
    body = problem(said)
    assert (body["type"], body["fallback"], body["feature"]) == ("feature-off", FALLBACK, SEARCH)
    assert not world.upstream.asked


@pytest.mark.parametrize("form", FORMS)
def test_a_thrown_tenant_gets_no_model_at_all(world, form: str):
    world.publish(table(thrown_tenants=frozenset({"acme"})))
    for model in (FEATURE, "openai.gpt-4.1"):
        said = world.ask(model, form, tenant="acme")
        assert (said.status_code, problem(said)["reason"]) == (503, "tenant_thrown")
    assert not world.upstream.asked
    assert world.ask("openai.gpt-4.1", form, tenant="contoso").status_code == 200


def test_a_thrown_tenant_cannot_leave_out_the_header_where_its_key_is_bound(world):
    world.publish(table(thrown_tenants=frozenset({"acme"})))
    for bound in ({"metadata": {"leverframe_tenant": "acme"}}, {"team_metadata": {"leverframe_tenant": "acme"}}):
        assert problem(world.ask("openai.gpt-4.1", key=bound))["reason"] == "tenant_thrown"
        assert problem(world.ask("openai.gpt-4.1", key=bound, tenant="contoso"))["reason"] == "tenant_thrown"


@pytest.mark.parametrize("form", FORMS)
def test_a_thrown_model_gives_way_to_its_fallback_on_every_route(world, form: str):
    world.publish(table(thrown_models=GPT))
    said = world.ask("openai.gpt-4o", form)
    assert said.status_code == 200, said.text
    assert world.upstream.models() == ["gpt-4.1"]
    assert (said.headers["x-leverframe-served"], said.headers["x-leverframe-reason"]) == (
        "openai.gpt-4.1",
        "model_fallback",
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_thrown_model_without_a_fallback_is_a_503_on_every_route(world, form: str):
    world.publish(table(thrown_models=GPT_OFF))
    said = world.ask("openai.gpt-4o", form)
    assert (said.status_code, problem(said)["reason"]) == (503, "model_off")
    assert said.headers["x-leverframe-variant"] == "off"
    assert not world.upstream.asked


@pytest.mark.parametrize("form", [form for form in FORMS if form != "embeddings"])
def test_a_stream_meets_every_switch_as_a_whole_answer_does(world, form: str):
    thrown = {"thrown_tenants": frozenset({"acme"}), "thrown_features": frozenset({SEARCH}), "thrown_models": GPT_OFF}
    for layer, value in thrown.items():
        world.publish(table(**{layer: value}))
        said = world.ask(FEATURE, form, body={"stream": True}, tenant="acme")
        assert (said.status_code, said.headers["x-leverframe-variant"]) == (503, "off"), layer
    assert not world.upstream.asked


def test_a_fallback_that_the_proxy_has_not_got_is_no_fallback(world):
    world.publish(table(thrown_models={"openai.gpt-4o": ("mistral.large",)}))
    assert problem(world.ask("openai.gpt-4o"))["reason"] == "model_off"


def test_a_feature_follows_the_switches_of_its_models(world):
    world.publish(table(thrown_models=GPT))
    assert world.ask(FEATURE).headers["x-leverframe-reason"] == "model_fallback"
    assert world.upstream.models() == ["gpt-4.1"]
    world.publish(ramping(100, thrown_models={"openai.gpt-4o": ()}))
    assert problem(world.ask(FEATURE, subject="ana"))["fallback"] == FALLBACK


def test_a_switch_acts_without_a_restart_and_is_set_again_without_one(world):
    assert world.ask("openai.gpt-4o").status_code == 200
    began = time.monotonic()
    world.publish(table(thrown_models=GPT_OFF))
    assert world.ask("openai.gpt-4o").status_code == 503
    assert time.monotonic() - began < QUICK_SECONDS
    world.publish(table())
    assert world.ask("openai.gpt-4o").status_code == 200


WAYS_ROUND = {
    "another name of the model": ("gpt-4o-eu", {}, {"azure.gpt-4o": ()}),
    "an alias": ("fast", {}, GPT_OFF),
    "a wildcard": ("claude-opus-4", {}, {"anthropic.claude-opus-4": ()}),
    "one of several": ("openai.gpt-4.1,openai.gpt-4o", {}, GPT_OFF),
    "a deployment's id": ("the-first-deployment", {}, GPT_OFF),
}


@pytest.mark.parametrize(("model", "body", "thrown"), WAYS_ROUND.values(), ids=WAYS_ROUND.keys())
def test_there_is_no_way_round_a_thrown_model(world, model: str, body: dict, thrown: dict):
    world.publish(table(thrown_models=thrown))
    began = time.monotonic()
    said = world.ask(model, body=body)
    assert (said.status_code, problem(said)["reason"]) == (503, "model_off")
    assert said.json()["error"]["message"].startswith("The model of this feature is switched off")
    assert said.headers["x-leverframe-variant"] == "off"
    assert time.monotonic() - began < QUICK_SECONDS
    assert not world.upstream.asked


def test_an_alias_of_a_thrown_model_follows_the_fallback_too(world):
    world.publish(table(thrown_models=GPT))
    assert world.ask("fast").headers["x-leverframe-served"] == "openai.gpt-4.1"
    assert world.upstream.models() == ["gpt-4.1"]


def test_several_models_at_once_are_each_asked_for(world):
    world.publish(table(thrown_models=GPT))
    said = world.ask("openai.gpt-4.1,openai.gpt-4o")
    assert said.status_code == 200
    assert world.upstream.models() == ["gpt-4.1", "gpt-4.1"]


def test_a_group_keeps_the_deployments_that_are_not_thrown(world):
    world.publish(table(thrown_models=GPT_OFF))
    assert [world.ask("pool").status_code for _ in range(8)] == [200] * 8
    assert set(world.upstream.models()) == {"gpt-4.1"}


def test_a_group_of_which_every_deployment_is_thrown_is_off(world):
    world.publish(table(thrown_models={"openai.gpt-4o": (), "openai.gpt-4.1": ()}))
    assert problem(world.ask("pool"))["reason"] == "model_off"
    assert not world.upstream.asked


def test_litellms_own_fallbacks_pass_over_a_thrown_model(world):
    """Its config says: if openai.fails fails, ask openai.gpt-4o, then openai.gpt-4.1."""
    world.publish(table(thrown_models=GPT_OFF))
    said = world.ask("openai.fails", body={"num_retries": 0})
    assert said.status_code == 200
    assert set(world.upstream.models()) == {"fails", "gpt-4.1"}
    assert said.headers["x-leverframe-served"] == "openai.gpt-4.1"


def test_a_client_cannot_ask_for_a_thrown_model_as_its_own_fallback(world):
    world.publish(table(thrown_models=GPT_OFF))
    said = world.ask("openai.fails", body={"fallbacks": ["openai.gpt-4o"], "num_retries": 0})
    assert said.status_code in (500, 503)
    assert set(world.upstream.models()) == {"fails"}


def test_a_refusal_inside_the_router_keeps_no_deployment_from_serving_later(world):
    world.publish(table(thrown_models=GPT_OFF))
    world.ask("openai.fails", body={"fallbacks": ["openai.gpt-4o"], "num_retries": 0})
    world.publish(table())
    assert world.ask("openai.gpt-4o").status_code == 200


def test_a_pass_through_obeys_and_is_passed_on_as_it_came(world):
    def ask(path: str, **known):
        body = {"model": "gpt-4o", "max_tokens": 50, "messages": [{"role": "user", "content": "Where?"}]}
        return world.proxy.http.post(path, json=body, headers={"authorization": f"Bearer {a_key(**known)}"})

    paths = {
        "/openai-raw": "openai-raw.gpt-4o",
        "/openai/v1/chat/completions": "openai.gpt-4o",
        "/anthropic/v1/messages": "anthropic.gpt-4o",
    }
    for path, key in paths.items():
        world.publish(table(thrown_tenants=frozenset({"acme"})))
        said = ask(path)
        assert (said.status_code, said.headers["x-leverframe-number"]) == (200, str(world.plane.table.number)), path
        assert "leverframe" not in json.dumps(world.upstream.last)
        assert ask(path, metadata={"leverframe_tenant": "acme"}).status_code == 503, path
        world.publish(table(thrown_models={key: ("openai.gpt-4.1",)}))
        assert ask(path).status_code == 503, path
        assert not world.upstream.asked


def test_a_record_of_a_batch_file_obeys(world):
    def upload(model: str):
        body = {"model": model, "messages": [{"role": "user", "content": "Where?"}]}
        line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": body}
        return world.proxy.http.post(
            "/v1/files",
            data={"purpose": "batch", "custom_llm_provider": "openai"},
            files={"file": ("batch.jsonl", json.dumps(line).encode(), "application/jsonl")},
            headers={"authorization": f"Bearer {KEY}"},
        )

    world.publish(table(thrown_models=GPT_OFF))
    assert upload("openai.gpt-4o").status_code == 503
    assert "neither through a pass-through nor in a batch file" in upload(f"feature:{HELP}").text
    assert "switched off" not in upload("openai.gpt-4.1").text


def test_what_asks_for_no_model_asks_the_tenants_switch(world):
    world.publish(table(thrown_tenants=frozenset({"acme"})))
    headers = {"authorization": f"Bearer {KEY}", "x-leverframe-tenant": "acme"}
    assert world.proxy.http.get("/v1/responses/resp_1", headers=headers).status_code == 503


def test_a_killed_feature_leaves_the_others_and_plain_models_alone(world):
    world.publish(table(thrown_features=frozenset({SEARCH})))
    assert world.ask(f"feature:{HELP}").status_code == 200
    assert world.ask("openai.gpt-4o", key={"models": ["openai.gpt-4o"]}).status_code == 200


@pytest.mark.parametrize("form", FORMS)
def test_any_answer_tells_the_number_of_the_table_that_is_obeyed(world, form: str):
    """So that a game day finds a stale gateway by asking it."""
    said = world.ask("openai.gpt-4o", form).headers
    assert said["x-leverframe-number"] == str(world.plane.table.number)
    assert (said["x-leverframe-served"], said["x-leverframe-reason"]) == ("openai.gpt-4o", "current")
    assert "x-leverframe-call" not in said
