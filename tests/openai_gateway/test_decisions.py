"""Is a decision that an embedded service has made honoured, and only while it may be?"""

from __future__ import annotations

from dataclasses import replace

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.openai_gateway.control_plane import CALL_KEY
from tests.openai_gateway.world import CHANGE, SEARCH, V8, V9, ramping

from leverframe.gateway.calls import sign_call
from leverframe.gateway.decisions import honoured
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import Decision, Reason, RouteTable, Variant
from leverframe.rules.routing import Router
from leverframe.rules.sampling import is_sampled

FACTS = CallFacts(
    "edge", SEARCH, CHANGE, 1, "candidate", "1.1", V9.name, "salted", "eu", "everyone", "", "candidate", "7"
)
DECIDED = sign_call(FACTS, CALL_KEY)
KEPT = sign_call(replace(FACTS, arm="current", unit=V8.name, reason="not_exposed"), CALL_KEY)


def served(edge, decision: str) -> tuple[str, str]:
    said = edge.ask(subject="ana", decision=decision).headers
    return said["x-leverframe-variant"], said["x-leverframe-call"]


def test_a_decision_is_honoured_while_its_change_and_stage_are_open(run_edge):
    edge = run_edge(ramping(0))
    assert served(edge, DECIDED) == ("candidate", DECIDED)
    assert len(edge.outcomes(DECIDED)) == 1


def test_a_decision_for_current_is_honoured_where_we_would_serve_the_candidate(run_edge):
    assert served(run_edge(ramping(100)), KEPT) == ("current", KEPT)


def test_a_decision_ends_with_its_stage(run_edge):
    edge = run_edge(ramping(0))
    edge.publish(ramping(0, generation=2, stage=2))
    variant, call = served(edge, DECIDED)
    assert variant == "current"
    assert edge.gateway.read_call(call).stage == 2


def test_a_decision_does_not_pass_a_switch(run_edge):
    edge = run_edge(replace(ramping(0), thrown_models={V9.model: ("anthropic.claude",)}))
    assert edge.ask(subject="ana", decision=DECIDED).headers["x-leverframe-reason"] == "model_fallback"
    edge.publish(replace(ramping(0, generation=2), thrown_features=frozenset({SEARCH})))
    with pytest.raises(openai.InternalServerError) as refusal:
        edge.ask(subject="ana", decision=DECIDED)
    assert refusal.value.response.headers["x-leverframe-reason"] == "feature_thrown"


def test_each_answer_says_whether_its_call_is_to_be_scored(run_edge):
    edge = run_edge(replace(ramping(50), scored_percent=30.0))
    said = [edge.ask(subject=f"user {n}").headers for n in range(40)]
    for headers in said:
        is_drawn = is_sampled(headers["x-leverframe-call"], 30)
        assert headers["x-leverframe-score"] == ("yes" if is_drawn else "no")
    assert len({headers["x-leverframe-score"] for headers in said}) == 2
    edge.publish(ramping(50, generation=2))
    assert edge.ask(subject="ana").headers["x-leverframe-score"] == "yes"


NOT_OURS = {
    "forged by another key": sign_call(FACTS, bytes(32)),
    "altered in its payload": DECIDED.replace(".", ".A", 1),
    "without a seal": DECIDED.rpartition(".")[0],
    "of another gateway": sign_call(replace(FACTS, gateway="elsewhere"), CALL_KEY),
    "of another feature": sign_call(replace(FACTS, target="underwriting-decision-v2"), CALL_KEY),
    "of another change": sign_call(replace(FACTS, change="CHG-2026-00002"), CALL_KEY),
    "of an arm that is none": sign_call(replace(FACTS, arm="off"), CALL_KEY),
    "of no kind at all": "candidate, please",
}


@pytest.mark.parametrize("decision", NOT_OURS.values(), ids=NOT_OURS.keys())
def test_what_is_not_a_decision_of_ours_is_passed_over(run_edge, decision: str):
    variant, call = served(run_edge(ramping(0)), decision)
    assert variant == "current"
    assert call != decision


ARMS = st.sampled_from(["current", "candidate", "off", "", "nonsense"])
TABLES = st.builds(
    lambda percent, stage, model, features: replace(
        ramping(percent, stage=stage, candidate=replace(V9, model=model)),
        thrown_features=features,
        thrown_models={"anthropic.claude": (), "openai.gpt-4o": ("bedrock.nova",)},
    ),
    percent=st.sampled_from([0, 50, 100]),
    stage=st.integers(1, 3),
    model=st.sampled_from(["anthropic.claude", "openai.gpt-4o", "openai.gpt-5"]),
    features=st.sampled_from([frozenset(), frozenset({SEARCH})]),
)


@given(TABLES, ARMS, st.integers(0, 4), st.text(max_size=8), st.booleans())
def test_no_decision_brings_back_what_is_thrown(table: RouteTable, arm: str, stage: int, who: str, lease_ok: bool):
    ours = Router(table).route(SEARCH, who, None, "eu", None, lease_ok)
    theirs = honoured(replace(FACTS, arm=arm, stage=stage), SEARCH, ours, table)
    if theirs is not None:
        assert ours.serve
        assert ours.reason is not Reason.LEASE_EXPIRED
        assert theirs.unit.model not in table.thrown_models
        assert (theirs.stage, theirs.change, theirs.number) == (stage, CHANGE, table.number)
        assert theirs.variant.value == arm


def test_an_expired_lease_is_not_overruled():
    expired = Decision(True, V8, Variant.CURRENT, Reason.LEASE_EXPIRED, change=CHANGE, stage=1)
    assert honoured(FACTS, SEARCH, expired, ramping(100)) is None
