"""Is a promptfoo run read whole, for the right units, or not at all?"""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import Comparison, Direction, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.evals import compare
from leverframe.sources.eval_cases import standard_error
from leverframe.sources.evals import formats, read_evals
from leverframe.sources.evals.promptfoo import read as read_promptfoo
from leverframe.sources.evals.promptfoo import recognise

V7 = Unit(prompt="customer-support@v7", model="openai.gpt-4o-2024-11")
V8 = Unit(prompt="customer-support@v8", model="openai.gpt-4o-2024-11")
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "evals" / "promptfoo" / "results.json"

needs_real_output = pytest.mark.skipif(
    not REAL.exists(), reason="../shared/data is not here: no real promptfoo output"
)


def row(column, test, scores, *, success=True, metadata=None, **more):
    case = {"vars": {"q": f"question {test}"}, "assert": [{"type": "contains", "value": "30"}]}
    if metadata is not None:
        case["metadata"] = metadata
    return {"promptIdx": column, "testIdx": test, "testCase": case, "success": success, "namedScores": scores, **more}


def run(rows, labels=("v7: Answer.", "v8: Answer and cite."), provider="openai:gpt-4o-2024-11-20", **more):
    prompts = [{"label": label, "raw": label, "provider": provider} for label in labels]
    results = {"version": 3, "prompts": prompts, "results": rows}
    return {"evalId": "eval-1", "results": results, "metadata": {"promptfooVersion": "0.121.20"}, **more}


def two_columns(n=40):
    """v8 is grounded everywhere, v7 in three of four; every fourth case is French."""
    rows = []
    for test in range(n):
        metadata = {"locale": "fr-FR"} if test % 4 == 0 else {"locale": "en-US"}
        rows.append(
            row(0, test, {"groundedness": 0 if test % 4 == 1 else 1}, metadata=metadata, latencyMs=900 + test)
        )
        rows.append(row(1, test, {"groundedness": 1}, metadata=metadata, latencyMs=400 + test, cost=0.01))
    return run(rows)


def read(document, candidate=V8, deployed: Unit | None = V7):
    return read_evals(json.dumps(document).encode(), candidate=candidate, deployed=deployed)


def faults_of(document):
    with pytest.raises(Invalid) as caught:
        read_promptfoo(json.dumps(document).encode(), V8, V7, Said())
    return [str(fault) for fault in caught.value.faults]


def by_key(results):
    return {(result.suite, result.metric, result.slice): result for result in results}


def test_each_unit_gets_its_column_by_suite_metric_and_locale():
    found = read(two_columns())
    mine, theirs = by_key(found.candidate), by_key(found.deployed)
    assert theirs["production", "groundedness", ""].value == 0.75
    assert theirs["production", "groundedness", ""].n == 40
    assert theirs["production", "groundedness", "fr-FR"].value == 1.0
    assert theirs["production", "groundedness", "en-US"].value == pytest.approx(2 / 3)
    assert mine["production", "latency_ms", ""].direction is Direction.LOWER
    assert mine["production", "cost_usd", ""].value == pytest.approx(0.01)
    assert ("production", "cost_usd", "") not in theirs
    assert mine["production", "pass_rate", ""].value == 1.0
    assert mine["production", "groundedness", ""].subject == {"prompt": V8.prompt, "model": V8.model}


def test_what_is_read_can_be_compared():
    found = read(two_columns())
    deltas = {(d.metric, d.slice): d for d in compare(found.candidate, found.deployed)}
    assert deltas["groundedness", ""].comparison is Comparison.BETTER
    assert deltas["latency_ms", ""].comparison is Comparison.BETTER
    assert deltas["groundedness", "fr-FR"].comparison is Comparison.UNCHANGED
    assert deltas["cost_usd", ""].comparison is Comparison.NOT_COMPARABLE


def test_another_question_or_another_assertion_is_another_dataset():
    asked, scored = copy.deepcopy(two_columns()), copy.deepcopy(two_columns())
    for entry in asked["results"]["results"][:2]:
        entry["testCase"]["vars"] = {"q": "another"}
    scored["results"]["results"][0]["testCase"]["assert"][0]["value"] = "31"
    digests = {read(two_columns()).candidate[0].dataset_digest, read(asked).candidate[0].dataset_digest}
    assert len(digests) == 2
    found = read(scored)
    (delta,) = (d for d in compare(found.candidate, found.deployed) if (d.metric, d.slice) == ("groundedness", ""))
    assert delta.comparison is Comparison.NOT_COMPARABLE
    assert delta.because.startswith("the dataset differs")


def test_a_file_may_test_one_unit_only():
    found = read(two_columns(), deployed=None)
    assert found.deployed == ()
    assert found.ignored == ("v7: Answer. with openai:gpt-4o-2024-11-20",)
    alone = read(run([row(0, 1, {"groundedness": 1})], labels=("v7",)))
    assert alone.candidate == ()
    assert alone.deployed


def test_a_file_that_tests_neither_unit_is_refused_by_name():
    (fault,) = faults_of(run([row(0, 1, {"groundedness": 1})], labels=("v3: Answer.",)))
    assert "no column tests the candidate customer-support@v8" in fault
    assert "v3: Answer. with openai:gpt-4o-2024-11-20" in fault


def test_all_faults_are_told_at_once_and_nothing_is_imported():
    document = two_columns(4)
    rows = document["results"]["results"]
    rows[0]["namedScores"]["groundedness"] = "high"
    rows[1]["promptIdx"] = 9
    rows[2]["testCase"]["metadata"]["suite"] = 7
    rows[3]["latencyMs"] = True
    del rows[4]["testCase"]
    rows[5] = None
    rows[6]["namedScores"]["groundedness"] = 10**400
    del document["results"]["prompts"][0]["provider"]
    found = faults_of(document)
    for place in (
        "results.prompts[0]: error: it has no provider",
        "results.results[0].namedScores.groundedness: error: 'high' is not a number",
        "results.results[1].promptIdx: error: it is 9, and there are 2 prompts",
        "results.results[2].testCase.metadata.suite: error: 7 is not a text",
        "results.results[3].latencyMs: error: True is not a number",
        "results.results[4]: error: testCase is missing",
        "results.results[5]: error: promptIdx is missing",
        "results.results[6].namedScores.groundedness: error: 1",
    ):
        assert any(fault.startswith(place) for fault in found), place


def test_a_row_that_ended_in_an_error_has_measured_nothing():
    """Counted as failures, the errors of the deployed unit would make any candidate look better."""
    document = two_columns(4)
    failed, broken = document["results"]["results"][0], document["results"]["results"][2]
    failed |= {"success": False, "failureReason": 1, "error": "Expected output to contain 30"}
    assert read(document).deployed
    broken |= {"success": False, "failureReason": 2, "error": "API error: 429 Too Many Requests"}
    said = "error: it ended in an error, and has measured nothing: API error: 429 Too Many Requests run it again"
    assert faults_of(document) == [f"results.results[2]: {said}"]


def test_a_file_with_fewer_results_than_it_counts_is_not_whole():
    document = two_columns(4)
    document["results"]["stats"] = {"successes": 6, "failures": 2, "errors": 0}
    assert read(document).candidate
    document["results"]["results"].pop()
    said = "results.results: error: it holds 7 where the file's own summary counts 8 send the whole file"
    assert faults_of(document) == [said]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it is not JSON"),
        (b"\xff\xfe\x00", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b'{"results": {"version": NaN}}', "NaN is not a number"),
        (b"[]", "results is missing"),
        (b"{}", "results is missing"),
        (b'{"results": 3}', "results is not an object"),
        (b'{"results": {}}', "results.version: error: it is None"),
        (b'{"results": {"version": 3, "prompts": [], "results": []}}', "it holds no result"),
    ],
)
def test_malformed_input_is_told_and_never_half_read(body, said):
    with pytest.raises(Invalid) as caught:
        read_promptfoo(body, V8, V7, Said())
    assert any(said in str(fault) for fault in caught.value.faults)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.data())
def test_whatever_is_broken_in_a_file_is_a_fault_and_no_crash(data):
    document = two_columns(2)
    prompts, rows = document["results"]["prompts"], document["results"]["results"]
    cases = [entry["testCase"] for entry in rows]
    holder = data.draw(st.sampled_from([document, document["results"], *prompts, *rows, *cases]))
    holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(JSON)
    try:
        found = read_promptfoo(json.dumps(document).encode(), V8, V7, Said())
    except Invalid as invalid:
        outcome = bool(invalid.faults)
    else:
        outcome = bool(found.candidate or found.deployed)
    assert outcome


def test_scores_that_are_all_alike_still_have_a_spread_and_single_times_have_none():
    assert standard_error([1.0, 1.0, 1.0], is_score=True) == pytest.approx(0.1707, abs=1e-3)
    assert standard_error([0.4], is_score=True) is not None
    assert standard_error([7.0, 7.0], is_score=True) is None
    assert standard_error([0.4], is_score=False) is None
    assert standard_error([0.0, 1.0], is_score=True) == pytest.approx(0.5)


def test_a_format_is_known_by_its_file():
    assert "promptfoo" in formats()
    assert recognise(json.dumps(two_columns()).encode())
    assert not recognise(b'{"results": {"hle": 1}}')
    with pytest.raises(Invalid, match=r"not the output of a known eval tool.*promptfoo"):
        read_evals(b'{"status": "success", "eval": {}}', candidate=V8, deployed=V7)
    with pytest.raises(Invalid, match="excel is not a known eval format"):
        read_evals(b"{}", candidate=V8, deployed=V7, format="excel")


@needs_real_output
def test_the_real_output_of_promptfoo_is_read():
    found = read_evals(REAL.read_bytes(), candidate=V8, deployed=V7)
    assert {result.suite for result in found.candidate} == {"production", "adversarial", "locale-fairness"}
    assert {result.tool_version for result in found.candidate} == {"0.121.20"}
    assert by_key(found.candidate)["locale-fairness", "groundedness", "fr-FR"].value == 1.0
    assert len(found.ignored) == 2
    scores = [
        d for d in compare(found.candidate, found.deployed) if d.metric in ("groundedness", "refusal_correctness")
    ]
    assert {delta.comparison for delta in scores} == {Comparison.UNCHANGED}


@needs_real_output
def test_the_means_agree_with_the_sums_that_promptfoo_prints():
    swap = Unit(prompt="customer-support@v8", model="anthropic.claude-sonnet-4-6")
    found = read_evals(REAL.read_bytes(), candidate=swap, deployed=V8)
    document = json.loads(REAL.read_bytes())
    for results, column in ((found.candidate, 3), (found.deployed, 1)):
        metrics = document["results"]["prompts"][column]["metrics"]
        for metric, total in metrics["namedScores"].items():
            whole = [r for r in results if r.metric == metric and not r.slice]
            assert sum(r.value * r.n for r in whole) == pytest.approx(total)
            assert sum(r.n for r in whole) == metrics["namedScoresCount"][metric]
