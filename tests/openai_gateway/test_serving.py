"""Does a client of the OpenAI API get the unit that was released, and is it told so?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openai
import pytest
from tests.openai_gateway.world import SEARCH, V8, V9, ramping, route, table

from leverframe.gateway.headers import read_caller
from leverframe.nouns.tables import BUCKETS, Number, RouteTable
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import parts_of

FEATURE = f"feature:{SEARCH}"


def content(raw) -> str:
    return raw.parse().choices[0].message.content


def test_the_released_prompt_is_visible_in_the_answer(run_edge):
    edge = run_edge(table())
    raw = edge.ask(text="Where is order 7?")
    assert content(raw).startswith("(cites the policy) ")
    assert "[policy-index@2026-05 " in content(raw)
    assert raw.parse().model == "openai.gpt-4o"


def test_the_headers_say_what_was_served_and_why(run_edge):
    edge = run_edge(ramping(100))
    said = edge.ask(subject="ana").headers
    assert said["x-leverframe-served"] == "policy-search@v9; openai.gpt-4o; policy-index@2026-05; 9f31c2e"
    assert (said["x-leverframe-variant"], said["x-leverframe-reason"]) == ("candidate", "candidate")
    assert said["x-leverframe-number"] == "1.1"
    facts = edge.gateway.read_call(said["x-leverframe-call"])
    assert (facts.target, facts.change, facts.stage, facts.arm) == (SEARCH, "CHG-2026-00001", 1, "candidate")
    assert (facts.region, facts.unit) == ("eu", V9.name)


def test_a_new_table_is_obeyed_by_the_next_request(run_edge):
    edge = run_edge(ramping(0))
    assert content(edge.ask(subject="ana")).startswith("(cites the policy)")
    edge.publish(ramping(100, generation=2))
    assert content(edge.ask(subject="ana")).startswith("(cheerful)")


def test_the_user_field_is_the_subject_where_no_header_names_one(run_edge):
    edge = run_edge(ramping(50))
    create = edge.openai.chat.completions.with_raw_response.create
    message = [{"role": "user", "content": "Where?"}]
    region = {"x-leverframe-region": "eu"}
    for person in ("ana", "remi", "rita", "sol", "sam", "vic"):
        by_field = create(model=FEATURE, messages=message, user=person, extra_headers=region)
        by_header = edge.ask(subject=person)
        assert by_field.headers["x-leverframe-variant"] == by_header.headers["x-leverframe-variant"]
        assert by_field.headers["x-leverframe-reason"] != "no_subject"


def test_a_header_names_the_feature_for_a_client_that_cannot_name_the_model(run_edge):
    said = run_edge(table()).ask(model="gpt-4o", feature=SEARCH).headers
    assert said["x-leverframe-served"].startswith("policy-search@v8; ")


def test_a_header_that_names_another_feature_than_the_model_is_refused(run_edge):
    with pytest.raises(openai.BadRequestError) as refusal:
        run_edge(table()).ask(feature="underwriting-decision-v2")
    assert refusal.value.param == "x-leverframe-feature"


def test_the_same_question_gets_the_same_answer(run_edge):
    edge = run_edge(table())
    assert content(edge.ask(text="Where is order 8?")) == content(edge.ask(text="Where is order 8?"))


def test_a_stream_says_the_same_as_a_whole_answer(run_edge):
    edge = run_edge(table())
    whole = content(edge.ask(text="Where is order 9?"))
    raw = edge.openai.chat.completions.with_raw_response.create(
        model=FEATURE,
        messages=[{"role": "user", "content": "Where is order 9?"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(raw.parse())
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert chunks[-1].usage.completion_tokens > 0
    assert raw.headers["x-leverframe-served"].startswith("policy-search@v8; ")
    assert len(edge.outcomes(raw.headers["x-leverframe-call"])) == 1


def test_an_outcome_carries_the_mocks_latency_and_cost(run_edge):
    edge = run_edge(ramping(100))
    raw = edge.ask(subject="ana")
    said = json.loads(raw.content)["mock"]
    (outcome,) = edge.outcomes(raw.headers["x-leverframe-call"])
    assert outcome["cost_usd"] == 0.01
    assert said["latency_ms"] - 1 < outcome["latency_ms"] < said["latency_ms"] + 5000
    assert outcome["bad"] == []


def test_models_lists_the_features_and_the_models_behind_them(run_edge):
    listed = [model.id for model in run_edge(ramping(10)).openai.models.list()]
    assert listed == [FEATURE, "openai.gpt-4o"]


def test_a_model_may_be_asked_for_by_its_own_name_and_obeys_its_switch(run_edge):
    edge = run_edge(table())
    assert edge.ask(model="openai.gpt-4o").headers["x-leverframe-served"] == "openai.gpt-4o"
    thrown = replace(table(2), thrown_models={"openai.gpt-4o": ("anthropic.claude-sonnet-4-5",)})
    edge.publish(thrown)
    said = edge.ask(model="openai.gpt-4o").headers
    assert (said["x-leverframe-served"], said["x-leverframe-reason"]) == (
        "anthropic.claude-sonnet-4-5",
        "model_fallback",
    )


@pytest.mark.parametrize("model", ["feature:nobody-has-this", "nobody.has-this", "feature:", "feature:\x00"])
def test_an_unknown_model_is_a_404_in_openais_shape(run_edge, model: str):
    edge = run_edge(table())
    with pytest.raises(openai.NotFoundError) as refusal:
        edge.ask(model=model)
    assert (refusal.value.code, refusal.value.param) == ("model_not_found", "model")
    assert refusal.value.response.headers["x-leverframe-number"] == "1.1", "who asks may see how old its table is"


# the header -> the cohorts that are told, and what serves
TOLD = [
    ("internal", ("internal",), "candidate"),
    ("free , internal ,, internal", ("free", "internal"), "candidate"),
    ("free", ("free",), "current"),
    ("", (), "current"),
]


@pytest.mark.parametrize(("header", "cohorts", "variant"), TOLD)
def test_a_client_tells_in_which_cohorts_its_user_is_and_the_call_counts_there(run_edge, header, cohorts, variant):
    feature = route(candidate=V9, percent=0)
    ramp = replace(feature.candidate, cohorts={"internal": {"eu|everyone": BUCKETS}})
    edge = run_edge(table(policy_search_v1=replace(feature, candidate=ramp)))
    assert read_caller({"x-leverframe-cohorts": header}).cohorts == cohorts
    said = edge.ask(subject="vic", cohorts=header).headers
    assert said["x-leverframe-variant"] == variant
    facts = edge.gateway.read_call(said["x-leverframe-call"])
    assert facts.cohort == ("internal" if variant == "candidate" else "")


KILLED = {
    "feature_thrown": replace(table(), thrown_features=frozenset({SEARCH})),
    "tenant_thrown": replace(table(), thrown_tenants=frozenset({"acme"})),
    "model_off": replace(table(), thrown_models={V8.model: ()}),
    "no_unit": table(policy_search_v1=route(current=None)),
}


@pytest.mark.parametrize(("reason", "killed"), KILLED.items())
def test_a_feature_that_is_off_answers_503_with_its_fallback(run_edge, reason: str, killed: RouteTable):
    edge = run_edge(killed)
    with pytest.raises(openai.InternalServerError) as refusal:
        edge.ask(tenant="acme")
    response = refusal.value.response
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-leverframe-fallback"] == "keyword-search-v3"
    assert response.headers["x-leverframe-variant"] == "off"
    body = response.json()
    assert (body["type"], body["fallback"], body["reason"]) == ("feature-off", "keyword-search-v3", reason)


def test_a_client_does_not_try_a_feature_that_is_off_again(run_edge):
    edge = run_edge(KILLED["feature_thrown"])
    eager = edge.openai.with_options(max_retries=3)
    with pytest.raises(openai.InternalServerError):
        eager.chat.completions.create(model=FEATURE, messages=[{"role": "user", "content": "x"}])
    assert 'answers_total{status="503"} 1.0\n' in edge.http.get("/metrics").text


def test_without_a_table_the_feature_is_off_unless_current_was_declared(run_edge):
    off, on = run_edge(), run_edge(current={SEARCH: V8})
    with pytest.raises(openai.InternalServerError) as refusal:
        off.ask()
    assert refusal.value.response.json()["reason"] == "no_table"
    assert refusal.value.response.headers["x-leverframe-fallback"] == "keyword-search-v3"
    said = on.ask().headers
    assert (said["x-leverframe-variant"], said["x-leverframe-reason"]) == ("current", "no_table")


def test_a_snapshot_file_serves_without_any_control_plane(run_edge, tmp_path: Path):
    snapshot = tmp_path / "table.ndjson"
    snapshot.write_bytes(write_frame(Number(1, 7), None, parts_of(table(7))).text)
    said = run_edge(snapshot=snapshot).ask().headers
    assert (said["x-leverframe-number"], said["x-leverframe-reason"]) == ("1.7", "current")


def test_a_missing_prompt_is_a_503_and_counts_as_an_error(run_edge):
    edge = run_edge(table(policy_search_v1=route(current=replace(V8, prompt="policy-search@v77"))))
    with pytest.raises(openai.InternalServerError) as refusal:
        edge.ask()
    response = refusal.value.response
    assert (response.status_code, response.json()["type"]) == (503, "prompt-missing")
    assert "policy-search/v77.md" in response.json()["detail"]
    (outcome,) = edge.outcomes(response.headers["x-leverframe-call"])
    assert outcome["bad"] == ["error"]


def test_a_unit_without_a_prompt_leaves_the_conversation_as_it_is(run_edge):
    edge = run_edge(table(policy_search_v1=route(current=replace(V8, prompt=""))))
    assert content(edge.ask()).startswith("About “Where is order 7?”")


def test_thumbs_and_scores_reach_the_control_plane_by_call_id(run_edge):
    edge = run_edge(table(), lockstep=True)
    call = edge.ask().headers["x-leverframe-call"]
    assert edge.http.post("/v1/feedback", json={"call": call, "negative": True}).json() == {"accepted": 1}
    scores = [{"call": call, "metric": "groundedness", "value": 0.5}] * 2
    assert edge.http.post("/v1/feedback", json=scores).json() == {"accepted": 2}
    assert edge.http.post("/flush").json() == {"flushed": True}
    told = edge.control_plane.feedback
    assert [entry["negative"] for entry in told] == [True, None, None]
    assert {entry["call"] for entry in told} == {call}
    assert len(edge.control_plane.outcomes_of(call)) == 1


def test_flush_is_not_there_outside_lockstep(run_edge):
    assert run_edge(table()).http.post("/flush").status_code == 404


def test_metrics_and_health_tell_number_age_and_connection(run_edge):
    edge = run_edge(table(5))
    assert edge.http.get("/health/live").json() == {"status": "live", "number": "1.5", "connected": True}
    lines = dict(line.rsplit(" ", 1) for line in edge.http.get("/metrics").text.splitlines() if line[0] != "#")
    assert lines["leverframe_gateway_table_generation"] == "5.0"
    assert lines["leverframe_gateway_connected"] == "1.0"
    assert 0 <= float(lines["leverframe_gateway_table_age_seconds"]) < 60


def test_alone_the_age_is_infinite(run_edge):
    assert "table_age_seconds +Inf\n" in run_edge().http.get("/metrics").text
