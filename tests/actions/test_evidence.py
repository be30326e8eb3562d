"""How do eval results get onto a ticket?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, eval_run, no_of

from leverframe.actions import changes, evidence
from leverframe.nouns.changes import Change, State
from leverframe.nouns.evidence import Comparison, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.store import units

pytestmark = ON_SQLITE


@pytest.fixture
def change(world: World) -> Change:
    world.adopt()
    filed = world.file()
    world.pull_request(filed)
    return filed


def add(world: World, actor, change: Change, body: bytes | None = None):
    told = eval_run(change) if body is None else body
    return evidence.add_evidence(world.house, actor, change.id, "promptfoo.json", told).deltas


def test_results_are_compared_with_the_deployed_units_and_the_change_is_ready(world: World, change: Change):
    deltas = add(world, world.ana, change)
    assert {delta.suite for delta in deltas} >= {"production", "adversarial", "locale-fairness"}
    assert world.change(change).state is State.AUTHORIZE
    view = evidence.list_evidence(world.house, change.id)
    assert (view.deltas, view.staging) == (deltas, ())
    assert [(v.gate, v.outcome.value) for v in view.answers] == [
        ("checks", "met"),
        ("code_review", "met"),
        ("evals", "met"),
        ("staging", "not_needed"),
    ]
    entry = world.entries("evidence.added")[0]
    assert (entry.actor, entry.because) == ("ana", "promptfoo.json, written by promptfoo")
    assert entry.decided_digest.startswith("sha256:")


JUNIT = (
    "<testsuites><testsuite><properties><property name='scorer_version' value='3'/></properties>"
    "<testcase name='a'/><testcase name='b'>{}</testcase></testsuite></testsuites>"
)


def post(world: World, change: Change, inside: str, of: str):
    body = JUNIT.format(inside).encode()
    return evidence.add_evidence(world.house, world.ana, change.id, f"{of}.xml", body, Said(of)).deltas


def test_files_of_one_unit_each_are_compared_once_both_are_there(world: World, change: Change):
    (alone,) = post(world, change, "<failure/>", "candidate")
    assert (alone.comparison, alone.because) == ("not_comparable", "the deployed unit has no result for it")
    (beside,) = post(world, change, "", "deployed")
    assert (beside.metric, beside.value, beside.deployed) == ("pass_rate", 0.5, 1.0)
    assert beside.comparison is Comparison.UNCHANGED
    assert world.entries("evidence.added")[0].because == "deployed.xml, written by junit"


def test_one_file_cannot_be_both_units(world: World, change: Change):
    post(world, change, "", "candidate")
    with pytest.raises(Invalid, match="this very file is on the ticket as the candidate's results"):
        post(world, change, "", "deployed")
    post(world, change, "", "candidate")
    assert len(world.entries("evidence.added")) == 1


def test_a_candidate_that_is_worse_is_not_ready(world: World, change: Change):
    world.evals(change, groundedness=0.5)
    assert world.change(change).state is State.ASSESS
    assert "production groundedness" in world.verdict(change, "evals").because
    assert "is worse: 0.500 against 1.000, n = 30" in world.verdict(change, "evals").because


def test_new_results_void_the_sign_offs_and_the_same_file_twice_does_not(world: World, change: Change):
    add(world, world.ana, change)
    world.sign_all(change)
    add(world, world.ana, change)
    assert world.verdict(change, "sign_offs").outcome == "met"
    world.evals(change, nonce="again")
    assert world.entries("evidence.added")[0].facts["voided"] == 3
    assert world.verdict(change, "sign_offs").refuses
    assert len(world.entries("evidence.added")) == 2


def test_a_scorer_that_was_renamed_proves_nothing(world: World, change: Change):
    told = json.loads(eval_run(change))
    for row in told["results"]["results"]:
        if row["promptIdx"] == 0:
            row["namedScores"] = {"grounded_v2": row["namedScores"]["groundedness"]}
    add(world, world.ana, change, json.dumps(told).encode())
    verdict = world.verdict(change, "evals")
    assert verdict.refuses
    assert "production groundedness was measured by promptfoo for the deployed unit, and not so" in verdict.because
    add(world, world.ana, change)
    assert not world.verdict(change, "evals").refuses


def told_by(tool: str, candidate: float) -> bytes:
    suites = ("production", "adversarial", "locale-fairness")
    results = [
        {"of": of, "suite": suite, "metric": "tone", "n": 400, "value": value, "standard_error": 0.01}
        | {"direction": "higher", "dataset_digest": "sha256:aa"}
        for suite in suites
        for of, value in (("candidate", candidate), ("deployed", 0.9))
    ]
    return json.dumps(
        {"format": "leverframe-evals/1", "tool": tool, "tool_version": "1", "results": results}
    ).encode()


def test_what_one_tool_has_found_is_not_hidden_by_another(world: World, change: Change):
    add(world, world.ana, change)
    for tool, candidate in (("strict", 0.6), ("lax", 0.95)):
        add(world, world.ana, change, told_by(tool, candidate))
        assert "production tone is worse: 0.600 against 0.900" in world.verdict(change, "evals").because
    add(world, world.ana, change, told_by("strict", 0.9))
    assert not world.verdict(change, "evals").refuses


EDITS = [{"code_ref": "deadbeef"}, {"config_digest": "sha256:other"}, {"index": "policy-index@2026-06"}]


def edit(world: World, change: Change, **parts: str) -> Change:
    form = world.form()
    edited = replace(form, candidate=replace(form.candidate or Unit(), **parts))
    return changes.edit_change(world.house, world.ana, change.id, edited, world.change(change).version)


@pytest.mark.parametrize("parts", EDITS, ids=lambda parts: next(iter(parts)))
def test_results_prove_nothing_of_a_candidate_that_was_edited_since(world: World, change: Change, parts):
    add(world, world.ana, change)
    after = edit(world, change, **parts)
    assert after.state is State.ASSESS
    verdict, (part,) = world.verdict(change, "evals"), parts
    assert verdict.refuses
    assert f"of an earlier candidate, which differs in {part.replace('_', ' ')}" in verdict.because
    assert f"again on {after.candidate[after.target].name}" in verdict.remedy
    shown = world.view(change).deltas
    assert {(delta.comparison, delta.deployed, delta.differs) for delta in shown} == {
        (Comparison.NOT_COMPARABLE, None, (part,))
    }
    world.evals(change, nonce="again")
    assert not world.verdict(change, "evals").refuses
    assert {delta.differs for delta in world.view(change).deltas} == {()}


def test_an_earlier_candidates_good_numbers_do_not_hide_this_ones_worse(world: World, change: Change):
    add(world, world.ana, change)
    edit(world, change, code_ref="deadbeef")
    world.evals(change, groundedness=0.5, nonce="again")
    assert "is worse: 0.500 against 1.000" in world.verdict(change, "evals").because


def test_a_candidate_that_is_put_back_has_its_results_again(world: World, change: Change):
    add(world, world.ana, change)
    edit(world, change, code_ref="deadbeef")
    edit(world, change)
    assert not world.verdict(change, "evals").refuses


def test_results_beside_a_unit_that_runs_no_more_are_run_again(world: World, change: Change):
    add(world, world.ana, change)
    with world.store.write() as db:
        settled = replace(world.running[change.target], code_ref="other")
        units.adopt(db, change.target, settled, "clock", "", world.now)
    changes.refresh_change(world.house, world.ana, change.id)
    assert "cannot be compared with the deployed unit's results" in world.verdict(change, "evals").because
    assert "of an earlier one, which differs in code ref" in world.view(change).deltas[0].because
    world.evals(change, nonce="again")
    assert not world.verdict(change, "evals").refuses


def test_who_may_not_file_may_not_add_evidence_either(world: World, change: Change):
    assert set(no_of(lambda: add(world, world.vic, change))) == {"may"}
    assert world.entries("evidence.added") == []


def test_a_token_adds_evidence_with_its_scope_only(world: World, change: Change):
    assert set(no_of(lambda: add(world, world.token("ana", "change"), change))) == {"may"}
    add(world, world.token("ana", "evidence"), change)
    assert world.entries("evidence.added")[0].actor == "token:ana"


def test_a_file_that_cannot_be_read_is_imported_not_at_all(world: World, change: Change):
    with pytest.raises(Invalid) as wrong:
        add(world, world.ana, change, b'{"results": {"version": 2, "prompts": 7}, "evalId": "x"}')
    assert wrong.value.faults
    assert evidence.list_evidence(world.house, change.id).deltas == ()


def test_what_was_signed_for_a_ramp_is_not_added_to(world: World):
    change = world.ramping()
    assert set(no_of(lambda: add(world, world.ana, change))) == {"state"}


def passes(good: int, cases: int = 40) -> str:
    inside = "".join(f"<testcase name='{n}'>{'' if n < good else '<failure/>'}</testcase>" for n in range(cases))
    version = "<properties><property name='scorer_version' value='3'/></properties>"
    return f"<testsuites><testsuite>{version}{inside}</testsuite></testsuites>"


def test_files_of_one_unit_each_are_compared_case_by_case(world: World, change: Change):
    for of, good in (("deployed", 38), ("candidate", 28)):
        body = passes(good).encode()
        view = evidence.add_evidence(world.house, world.ana, change.id, f"{of}.xml", body, Said(of))
    (delta,) = view.deltas
    assert (delta.comparison, delta.n) == (Comparison.WORSE, 40)
    assert "paired over 40 same cases: 0 got better, 10 worse, exact p = 0.002" in delta.because
    (answer,) = (v for v in view.answers if v.gate == "evals")
    assert "production pass_rate is worse: 0.700 against 0.950, n = 40" in answer.because


def test_one_file_of_both_units_is_compared_case_by_case(world: World, change: Change):
    wanted = ("production", "groundedness", "")
    (delta,) = (d for d in add(world, world.ana, change) if (d.suite, d.metric, d.slice) == wanted)
    assert delta.paired is not None
    assert (delta.paired.cases, delta.paired.better, delta.paired.worse, delta.paired.p) == (30, 0, 0, 1.0)


def test_results_grow_old_and_the_same_file_again_does_not_make_them_new(world: World, change: Change):
    world.evals(change)
    world.clock.advance(timedelta(days=90))
    assert not world.verdict(change, "evals").refuses
    world.clock.advance(timedelta(minutes=1))
    world.evals(change)
    assert world.verdict(change, "evals").because == "production is of Tue 12 May 2026, and may be 90 days old"
    world.evals(change, nonce="again")
    assert not world.verdict(change, "evals").refuses


def test_too_few_cases_are_said(world: World, change: Change):
    for of, end in (("deployed", ""), ("candidate", "\n")):
        body = (passes(4, cases=4) + end).encode()
        evidence.add_evidence(world.house, world.ana, change.id, f"{of}.xml", body, Said(of))
    assert "production has 4 cases of at least 20" in world.verdict(change, "evals").because
