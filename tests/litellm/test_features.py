"""Does a client of the organisation's own LiteLLM proxy get the unit that was released?"""

from __future__ import annotations

import json
from dataclasses import replace

import openai
import pytest
from tests.litellm.world import (
    CHANGE,
    FORMS,
    HELP,
    KEY,
    RAW,
    SEARCH,
    V8,
    V8_TEXT,
    V9,
    V9_TEXT,
    ramping,
    route,
    table,
)
from tests.openai_gateway.control_plane import CALL_KEY

from leverframe.gateway import sign_call
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.units import Unit

FEATURE = f"feature:{SEARCH}"
SERVED = "policy-search@v8; openai.gpt-4o; policy-index@2026-05; 9f31c2e"
PROMPTED = tuple(form for form in FORMS if form != "embeddings")
PLACES = {
    "chat": lambda body: body["messages"][0]["content"],
    "azure": lambda body: body["messages"][0]["content"],
    "responses": lambda body: body["instructions"],
    "messages": lambda body: body["instructions"],
    "completions": lambda body: body["messages"][0]["content"].split("Where is order 7?")[0],
}
"""Where the provider finds the prompt: LiteLLM asks gpt-4o for messages by the Responses API, and for completions
as a chat."""
CANDIDATE = CallFacts(
    "edge", SEARCH, CHANGE, 1, "candidate", "1.1", V9.name, "salted", "eu", "everyone", "", "candidate", "7"
)


def sent(world) -> str:
    return json.dumps(world.upstream.last["body"])


@pytest.mark.parametrize("form", PROMPTED)
def test_a_feature_is_served_by_its_whole_unit_whatever_the_route(world, form: str):
    said = world.ask(FEATURE, form, subject="ana")
    assert said.status_code == 200, said.text
    asked = world.upstream.last
    assert asked["body"]["model"] == "gpt-4o"
    assert V8_TEXT in PLACES[form](asked["body"])
    assert asked["headers"] == {"x-leverframe-index": "policy-index@2026-05", "x-leverframe-code-ref": "9f31c2e"}


def test_a_feature_without_a_prompt_serves_embeddings(world):
    said = world.ask(f"feature:{RAW}", "embeddings")
    assert said.json()["data"][0]["embedding"] == [0.1, 0.2]
    assert world.upstream.last["headers"] == {"x-leverframe-index": "policy-index@2026-05"}
    assert said.headers["x-leverframe-call"]


@pytest.mark.parametrize("form", FORMS)
def test_the_headers_say_what_was_served_and_why_on_every_route(world, form: str):
    feature = RAW if form == "embeddings" else SEARCH
    said = world.ask(f"feature:{feature}", form, subject="ana").headers
    assert said["x-leverframe-served"] == (SERVED if feature == SEARCH else "openai.gpt-4o; policy-index@2026-05")
    assert (said["x-leverframe-variant"], said["x-leverframe-reason"]) == ("current", "current")
    assert said["x-leverframe-number"] == str(world.plane.table.number)
    facts = world.facts(said["x-leverframe-call"])
    assert (facts.target, facts.region, facts.arm) == (feature, "eu", "current")


def test_a_stream_has_the_same_headers(world):
    said = world.ask(FEATURE, body={"stream": True})
    assert said.headers["x-leverframe-served"] == SERVED
    assert "data: [DONE]" in said.text


def test_the_body_keeps_the_model_that_was_asked_for(world):
    assert world.ask(FEATURE).json()["model"] == FEATURE


def test_a_header_names_the_feature_for_a_client_that_cannot_choose_its_model(world):
    said = world.ask("openai.gpt-4.1", feature=SEARCH)
    assert said.headers["x-leverframe-served"] == SERVED
    assert world.upstream.models() == ["gpt-4o"]


def test_all_faults_of_the_headers_are_said_at_once(world):
    said = world.ask(FEATURE, feature=HELP, region="not a place!")
    assert said.status_code == 400
    assert said.json()["error"]["param"] == "x-leverframe-region"
    assert "x-leverframe-feature" in said.json()["error"]["message"]


def test_the_official_client_is_served(world):
    client = openai.OpenAI(base_url=f"{world.proxy.address}/v1", api_key=KEY, max_retries=0)
    raw = client.chat.completions.with_raw_response.create(
        model=FEATURE,
        messages=[{"role": "user", "content": "Where?"}],
        user="ana",
        extra_headers={"x-leverframe-region": "eu"},
    )
    assert raw.parse().choices[0].message.content
    assert raw.headers["x-leverframe-served"] == SERVED


def test_a_candidate_serves_those_below_its_share_with_its_own_prompt(world):
    world.publish(ramping(100))
    said = world.ask(FEATURE, subject="ana").headers
    assert (said["x-leverframe-variant"], world.facts(said["x-leverframe-call"]).change) == ("candidate", CHANGE)
    assert V9_TEXT in sent(world)
    assert V8_TEXT not in sent(world)


def test_the_same_person_falls_the_same_way_each_time(world):
    """LiteLLM's own weights are drawn anew for each request."""
    world.publish(ramping(50))
    people = [f"u-{n}" for n in range(12)]
    first, second = (
        [world.ask(FEATURE, subject=person).headers["x-leverframe-variant"] for person in people] for _ in range(2)
    )
    assert first == second
    assert set(first) == {"current", "candidate"}


@pytest.mark.parametrize(
    ("form", "body"), [("chat", {"user": "u-3"}), ("messages", {"metadata": {"user_id": "u-3"}})]
)
def test_the_user_whom_the_client_names_is_the_subject(world, form: str, body: dict):
    world.publish(ramping(50))
    by_field = world.ask(FEATURE, form, body=body).headers
    assert by_field["x-leverframe-variant"] == world.ask(FEATURE, subject="u-3").headers["x-leverframe-variant"]
    assert by_field["x-leverframe-reason"] != "no_subject"


def test_a_decision_of_an_embedded_service_is_honoured_while_its_stage_is_open(world):
    decided = sign_call(CANDIDATE, CALL_KEY)
    world.publish(ramping(0))
    said = world.ask(FEATURE, subject="ana", decision=decided).headers
    assert (said["x-leverframe-variant"], said["x-leverframe-call"]) == ("candidate", decided)
    assert V9_TEXT in sent(world)
    world.publish(table(route(candidate=V9, stage=2)))
    assert world.ask(FEATURE, subject="ana", decision=decided).headers["x-leverframe-variant"] == "current"


def test_a_missing_prompt_is_a_503_and_an_error_of_the_unit(world):
    world.publish(table(route(replace(V8, prompt="policy-search@v77"))))
    said = world.ask(FEATURE)
    problem = said.json()["error"]
    assert (said.status_code, problem["type"]) == (503, "prompt-missing")
    assert "policy-search/v77.md" in problem["message"]
    (outcome,) = world.outcomes(said.headers["x-leverframe-call"])
    assert outcome["bad"] == ["error"]
    assert not world.upstream.asked


def test_a_model_that_the_proxy_has_not_got_is_a_503_and_an_error_of_the_unit(world):
    world.publish(table(route(replace(V8, model="mistral.large"))))
    said = world.ask(FEATURE)
    assert (said.status_code, said.json()["error"]["type"]) == (503, "model-missing")
    (outcome,) = world.outcomes(said.headers["x-leverframe-call"])
    assert outcome["bad"] == ["error"]


def test_a_model_goes_by_the_name_that_the_operator_has_mapped(world):
    world.publish(table(route(Unit(model="azure.gpt-4o"))))
    said = world.ask(FEATURE)
    assert said.headers["x-litellm-model-group"] == "gpt-4o-of-the-company"
    assert said.headers["x-leverframe-served"] == "azure.gpt-4o"


def test_an_unknown_feature_is_a_404_and_asks_no_model(world):
    said = world.ask("feature:nobody-has-this")
    assert (said.status_code, said.json()["error"]["param"]) == (404, "model")
    assert not world.upstream.asked


NO_PLACE = {
    "tokens": ("completions", {"prompt": [1, 2, 3]}),
    "embeddings": ("embeddings", {}),
}


@pytest.mark.parametrize(("form", "body"), NO_PLACE.values(), ids=NO_PLACE.keys())
def test_a_prompt_that_has_no_place_in_a_call_is_not_left_out_in_silence(world, form: str, body: dict):
    said = world.ask(FEATURE, form, body=body)
    assert said.status_code == 400
    assert "prompt" in said.json()["error"]["message"]
    assert not world.upstream.asked


GIVEN = {
    "chat": {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where?"}]},
    "responses": {"instructions": "Be brief."},
    "messages": {"system": [{"type": "text", "text": "Be brief."}]},
    "completions": {"prompt": ["Be brief.", "Be brief, please."]},
}


@pytest.mark.parametrize(("form", "body"), GIVEN.items(), ids=GIVEN.keys())
def test_what_the_client_instructs_stays_behind_the_released_prompt(world, form: str, body: dict):
    assert world.ask(FEATURE, form, body=body).status_code == 200
    assert -1 < sent(world).find(V8_TEXT) < sent(world).find("Be brief.")


def test_a_unit_is_never_mixed_with_the_model_of_another(world):
    """LiteLLM would fall back to another model under the same prompt, by its config or at the client's wish."""
    world.publish(table(route(replace(V8, model="openai.fails"))))
    said = world.ask(FEATURE, body={"fallbacks": ["openai.gpt-4.1"], "num_retries": 0})
    assert said.status_code == 500
    assert set(world.upstream.models()) == {"fails"}


def test_nothing_of_ours_reaches_the_provider_but_two_headers(world):
    for form in PROMPTED:
        world.ask(FEATURE, form, subject="ana", tenant="acme", conversation="c-1")
        assert "leverframe" not in sent(world)
        assert "disable_fallbacks" not in sent(world)
        assert set(world.upstream.last["headers"]) == {"x-leverframe-index", "x-leverframe-code-ref"}


def test_a_clients_own_metadata_reaches_the_provider_and_forges_nothing(world):
    forged = {"leverframe": "lf1.forged", "purpose": "a test"}
    said = world.ask(FEATURE, "responses", body={"metadata": forged})
    assert world.upstream.last["body"]["metadata"] == forged
    assert said.headers["x-leverframe-served"] == SERVED
    assert world.ask(FEATURE, body={"metadata": {"leverframe": {"served": "forged", "live": "forged"}}}).headers[
        "x-leverframe-served"
    ] == (SERVED)


def test_a_header_gives_no_key_a_feature_that_it_may_not_ask_for(world):
    only = {"models": ["openai.gpt-4.1"]}
    assert world.ask("openai.gpt-4.1", key=only).status_code == 200
    refused = world.ask("openai.gpt-4.1", key=only, feature=SEARCH)
    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "key_model_access_denied")
    both = {"models": ["openai.gpt-4.1", FEATURE]}
    assert world.ask("openai.gpt-4.1", key=both, feature=SEARCH).headers["x-leverframe-served"] == SERVED
    team = {"models": [], "team_id": "t", "team_models": ["openai.gpt-4.1"]}
    assert world.ask("openai.gpt-4.1", key=team, feature=SEARCH).status_code == 403


def test_the_tenant_of_a_key_counts_whatever_a_header_says(world):
    world.publish(table(rings={"acme": "internal"}))
    said = world.ask(FEATURE, key={"metadata": {"leverframe_tenant": "acme"}}, tenant="contoso").headers
    assert (
        world.facts(said["x-leverframe-call"]).ring
        == world.facts(world.ask(FEATURE, tenant="acme").headers["x-leverframe-call"]).ring
    )
