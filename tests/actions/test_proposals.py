"""Is a change filed from a pull request alone, with who said what of it?"""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.world import ACME, faults_of, no_of

from leverframe.actions.changes import amend_change
from leverframe.actions.proposals import check_pull_request, file_from_pull_request
from leverframe.nouns.changes import Kind
from leverframe.nouns.verdicts import Conflict, Invalid
from leverframe.rules.sign_offs import authors
from leverframe.store import pull_requests

NOTES = json.loads((ACME / "pull-requests" / "notes-311.json").read_text())
SUPPORT = json.loads((ACME / "pull-requests" / "support-1482.json").read_text())


def told(document: dict[str, Any] = NOTES, **other: Any) -> bytes:
    return json.dumps({**document, **other}).encode()


def block(text: str) -> str:
    return f"Words.\n```leverframe\n{text}\n```\n"


def test_a_low_change_needs_no_other_word(world):
    running = world.adopt("meeting-notes")
    change = file_from_pull_request(world.house, world.cass, told())
    assert change.target == "meeting-notes"
    assert change.candidate["meeting-notes"].prompt == "meeting-notes@v2"
    assert change.candidate["meeting-notes"].model == running.model
    assert change.kind is Kind.PROMPT
    assert change.title == NOTES["title"]
    assert change.artefacts == {"pull_request": NOTES["url"], "prompt_version": "meeting-notes@v2"}
    assert change.rollback_plan
    assert change.kill_switch == "feature/meeting-notes"
    assert world.verdict(change, "complete").outcome == "met"
    sources = {name: (p.by, p.source) for name, p in change.provenance.items()}
    assert sources["candidate"] == ("cass", "pull request")
    assert sources["kind"] == ("auto", "what differs")
    assert sources["targets"] == ("auto", "pull request")
    assert sources["rollback_plan"] == ("auto", "catalog")
    assert sources["kill_switch"] == ("auto", "switch file")
    assert sources["release_manager"] == ("auto", "policy")


def test_who_wrote_the_pull_request_is_an_author_whoever_files_it(world):
    world.adopt()
    change = file_from_pull_request(world.house, world.remi, told(SUPPORT))
    assert authors(change) == {"ana", "remi"}
    assert no_of(lambda: world.sign("remi", change, "release_manager"))


def test_of_who_wrote_it_its_reviews_are_not_taken_but_a_pipelines_word_is(world):
    world.adopt()
    own = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    with world.store.read() as db:
        assert pull_requests.newest(db, own.id) is None
    by_pipeline = file_from_pull_request(world.house, world.token("cass", "change", "evidence"), told(SUPPORT))
    with world.store.read() as db:
        assert pull_requests.newest(db, by_pipeline.id).told.commit == SUPPORT["headRefOid"]
    assert world.change(by_pipeline).commit == SUPPORT["headRefOid"]
    assert world.verdict(by_pipeline, "checks").outcome == "met"
    assert "pull_request.told" in world.acts(by_pipeline.id)


def test_a_medium_ticket_lacks_but_what_the_release_manager_adds(world):
    """The handbook's example: filed by itself; the release manager adds the rollback plan and confirms the switch."""
    world.adopt()
    change = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    answer = world.verdict(change, "complete")
    assert answer.because == "rollback plan is empty"
    assert change.bridge == "https://meet.acme.example/ai-releases"
    assert change.release_manager == "remi"


def test_the_block_in_its_body_fills_any_field_and_the_riskier_kind_stands(world):
    world.adopt("meeting-notes")
    body = block("title: Shorter notes\ncandidate: {model: bedrock.anthropic.claude-sonnet-4-5}\nkind: config")
    change = file_from_pull_request(world.house, world.cass, told(body=body))
    assert change.title == "Shorter notes"
    assert change.candidate["meeting-notes"].model == "bedrock.anthropic.claude-sonnet-4-5"
    assert change.candidate["meeting-notes"].prompt == "meeting-notes@v2"
    assert change.kind is Kind.MODEL_SWAP


@pytest.mark.parametrize(
    ("parts", "place", "words"),
    [
        ({"files": [{"path": "README.md"}]}, "target", "changes no prompt"),
        ({"files": [{"path": "prompts/meeting-notes/v1.md"}]}, "candidate.prompt", "rewrites meeting-notes@v1"),
        ({"files": [{"path": "rollouts/meeting-notes.yaml"}]}, "candidate", "changes no part of the unit"),
        ({"body": block("colour: blue")}, "body:1", "colour"),
        ({"files": None}, "files", "files is missing"),
        ({"title": ""}, "title", "the title is empty"),
    ],
)
def test_what_it_does_not_tell_is_a_fault_and_nothing_is_filed(world, parts, place, words):
    world.adopt("meeting-notes")
    faults = faults_of(lambda: file_from_pull_request(world.house, world.cass, told(**parts)))
    assert words in faults[place], faults
    assert "change.filed" not in world.acts()


def test_all_faults_are_told_at_once(world):
    world.adopt("meeting-notes")
    files = [{"path": "prompts/meeting-notes/v2.md"}, {"path": "prompts/customer-support/v8.md"}]
    body = block("colour: blue")
    assert set(faults_of(lambda: file_from_pull_request(world.house, world.cass, told(files=files, body=body)))) == {
        "target",
        "body:1",
    }


def test_a_named_feature_decides_and_one_that_is_not_there_is_told(world):
    world.adopt("meeting-notes")
    files = [{"path": "prompts/meeting-notes/v2.md"}, {"path": "prompts/customer-support/v8.md"}]
    change = file_from_pull_request(world.house, world.cass, told(files=files), "meeting-notes")
    assert change.target == "meeting-notes"
    assert change.provenance["targets"].by == "cass"
    with pytest.raises(Invalid, match="there is no target moon"):
        file_from_pull_request(world.house, world.cass, told(), "moon")


def test_where_nothing_runs_yet_the_candidate_is_asked_for(world):
    faults = faults_of(
        lambda: file_from_pull_request(world.house, world.cass, told(files=[{"path": "src/a.py"}]), "meeting-notes")
    )
    assert "no unit runs yet" in faults["candidate"]


def test_a_check_says_what_filing_would_need_and_writes_nothing(world):
    world.adopt()
    checked = check_pull_request(world.house, world.ana, told(SUPPORT))
    assert {v.gate for v in checked.verdicts if v.refuses} >= {"complete", "evals", "sign_offs"}
    assert "change.filed" not in world.acts()


def test_who_may_not_file_files_nothing_from_a_pull_request_either(world):
    world.adopt("meeting-notes")
    assert no_of(lambda: file_from_pull_request(world.house, world.vic, told()))


def test_the_release_manager_adds_the_way_back_and_still_signs_and_runs_it(world):
    world.adopt()
    change = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    added = {
        "rollback_plan": "Remi aborts the ramp. Sol looks at the lever frame.",
        "kill_switch": change.kill_switch,
    }
    edited = amend_change(world.house, world.remi, change.id, added, change.version)
    wrote = {
        name: edited.provenance[name].by for name in ("rollback_plan", "kill_switch", "blast_radius", "candidate")
    }
    assert wrote == {"rollback_plan": "remi", "kill_switch": "remi", "blast_radius": "auto", "candidate": "ana"}
    assert authors(edited) == {"ana"}
    assert world.verdict(edited, "complete").outcome == "met"


def test_a_release_manager_who_alters_what_is_released_is_an_author(world):
    world.adopt()
    change = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    edited = amend_change(world.house, world.remi, change.id, {"candidate": {"prompt": "customer-support@v9"}}, 0)
    assert authors(edited) == {"ana", "remi"}
    assert edited.candidate[change.target].model == change.candidate[change.target].model


def test_what_an_amendment_does_not_name_stays_with_whoever_filled_it(world):
    world.adopt()
    change = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    edited = amend_change(
        world.house, world.ana, change.id, {"title": "Know Acme Home", "artefacts": {"model_card": "https://x"}}, 0
    )
    before, after = ({n: (p.by, p.source) for n, p in c.provenance.items()} for c in (change, edited))
    assert {name for name in after if after[name] != before.get(name)} == {"title", "artefacts"}
    assert edited.artefacts == {**change.artefacts, "model_card": "https://x"}


def test_an_amendment_of_what_is_not_there_is_a_fault_and_writes_nothing(world):
    world.adopt()
    change = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    faults = faults_of(
        lambda: amend_change(world.house, world.ana, change.id, {"colour": "blue", "kind": "magic"}, 0)
    )
    assert len(faults) == 2
    assert world.change(change) == change


def test_who_amends_what_somebody_else_has_written_since_is_told(world):
    world.adopt()
    change = file_from_pull_request(world.house, world.ana, told(SUPPORT))
    amend_change(world.house, world.remi, change.id, {"rollback_plan": "Remi aborts it. Sol looks."}, change.version)
    with pytest.raises(Conflict):
        amend_change(world.house, world.ana, change.id, {"title": "Know Acme Home"}, change.version)
