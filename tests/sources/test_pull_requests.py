"""Is what a git host tells of a pull request read whole, or refused with every fault?"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from leverframe.nouns.proposals import Proposal
from leverframe.nouns.pull_requests import CheckState, Opinion, PullState
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.pull_requests import formats, read_proposal, read_pull_request

ROOT = Path(__file__).resolve().parents[2]
ACME = ROOT / "examples" / "acme" / "pull-requests"
SCHEMA = json.loads((ROOT / "docs" / "reference" / "pull-request.schema.json").read_bytes())
TAKES = jsonschema_rs.Draft202012Validator(SCHEMA).is_valid
GH = json.loads((ACME / "support-1482.json").read_bytes())
COMMIT = GH["headRefOid"]
OURS: dict[str, Any] = {
    "format": "leverframe-pull-request/1",
    "url": "https://git.example/7",
    "commit": "4f1c2ab",
    "state": "open",
    "author": "ana-git",
    "wrote": ["ana-git", "sam-git"],
    "checks": [{"name": "policy-lint", "state": "running", "url": "https://ci.example/1"}],
    "reviews": [{"login": "cleo-git", "opinion": "approved", "commit": "4f1c2ab"}],
}


def read(document: Any):
    return read_pull_request(json.dumps(document).encode())


def gh(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GH), **parts}


def run(name: str = "policy-lint", **parts: Any) -> dict[str, Any]:
    known = {"__typename": "CheckRun", "name": name, "status": "COMPLETED", "conclusion": "SUCCESS"}
    return {**known, "workflowName": "gates", "startedAt": "2026-05-11T15:00:00Z", "detailsUrl": "", **parts}


def review(login: str | None, state: str, commit: str = COMMIT) -> dict[str, Any]:
    return {"author": login and {"login": login}, "state": state, "commit": {"oid": commit}}


def places(document: Any) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read(document)
    assert all(fault.because for fault in caught.value.faults)
    return [fault.place for fault in caught.value.faults]


def test_what_gh_prints_is_read():
    told = read(GH)
    assert (told.state, told.commit, told.author, told.wrote) == (PullState.MERGED, COMMIT, "ana-acme", ("ana-acme",))
    assert told.url == "https://git.acme.example/support-assistant/pull/1482"
    assert {check.name: check.state for check in told.checks}["policy-lint"] is CheckState.PASSED
    assert [(one.login, one.opinion, one.commit) for one in told.reviews] == [
        ("cleo-acme", Opinion.APPROVED, COMMIT),
        ("cass-acme", Opinion.APPROVED, COMMIT),
    ]


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (run(), "passed"),
        (run(conclusion="FAILURE"), "failed"),
        (run(conclusion="TIMED_OUT"), "failed"),
        (run(conclusion="ACTION_REQUIRED"), "failed"),
        (run(conclusion="A_WORD_OF_TOMORROW"), "failed"),
        (run(conclusion="NEUTRAL"), "skipped"),
        (run(conclusion="SKIPPED"), "skipped"),
        (run(status="IN_PROGRESS", conclusion=""), "running"),
        (run(status="QUEUED", conclusion="SUCCESS"), "running"),
        ({"__typename": "StatusContext", "context": "policy-lint", "state": "SUCCESS", "targetUrl": ""}, "passed"),
        ({"__typename": "StatusContext", "context": "policy-lint", "state": "ERROR"}, "failed"),
        ({"__typename": "StatusContext", "context": "policy-lint", "state": "PENDING"}, "running"),
    ],
)
def test_a_check_has_passed_only_where_the_host_says_success(given: dict[str, Any], state: str):
    (check,) = read(gh(statusCheckRollup=[given])).checks
    assert (check.name, check.state) == ("policy-lint", state)


def test_of_several_runs_of_one_workflows_check_the_newest_counts_and_other_workflows_stand_beside():
    earlier = run(conclusion="FAILURE", startedAt="2026-05-11T14:00:00Z")
    other = run(conclusion="FAILURE", workflowName="nightly")
    told = read(gh(statusCheckRollup=[run(), earlier, other]))
    assert [check.state for check in told.checks] == [CheckState.PASSED, CheckState.FAILED]


@pytest.mark.parametrize(
    ("given", "stands"),
    [
        ([review("cleo", "APPROVED"), review("cleo", "COMMENTED")], [("cleo", "approved")]),
        ([review("cleo", "CHANGES_REQUESTED"), review("cleo", "APPROVED")], [("cleo", "approved")]),
        ([review("cleo", "APPROVED"), review("cleo", "CHANGES_REQUESTED")], [("cleo", "changes_requested")]),
        ([review("cleo", "APPROVED"), review("cleo", "DISMISSED")], []),
        ([review(None, "APPROVED")], []),
        ([review("cleo", "PENDING")], []),
    ],
)
def test_a_reviewers_last_opinion_counts(given: list[Any], stands: list[tuple[str, str]]):
    assert [(one.login, one.opinion) for one in read(gh(reviews=given)).reviews] == stands


def test_what_gh_leaves_null_is_nothing_and_a_deleted_author_has_no_login():
    told = read(gh(statusCheckRollup=None, reviews=None, author=None))
    assert (told.checks, told.reviews, told.author) == ((), (), "")


def test_every_fault_of_what_gh_printed_is_told_at_once():
    wrong = gh(state="OPENED", commits=[{}], statusCheckRollup=[{"status": 7}], reviews=[review("cleo", "APPROVED")])
    del wrong["url"], wrong["reviews"][0]["commit"]
    found = places(wrong)
    for place in ("url", "state", "commits[0]", "statusCheckRollup[0]", "reviews[0]"):
        assert place in found


def test_a_field_that_was_not_asked_of_gh_is_a_fault_and_not_an_empty_list():
    asked_too_little = gh()
    del asked_too_little["reviews"]
    assert places(asked_too_little) == ["reviews"]


def test_our_own_words_are_read_and_fit_the_published_schema():
    assert TAKES(OURS)
    told = read(OURS)
    assert (told.commit, told.wrote, told.state) == ("4f1c2ab", ("ana-git", "sam-git"), PullState.OPEN)
    assert (told.checks[0].state, told.reviews[0].opinion) == (CheckState.RUNNING, Opinion.APPROVED)


TWICE = {"checks": [{"name": "lint", "state": "passed"}, {"name": "lint", "state": "failed"}]}
WRONG = [
    ({"format": "leverframe-pull-request/9"}, "format"),
    ({"url": ""}, "url"),
    ({"state": "opened"}, "state"),
    ({"wrote": [""]}, "wrote[0]"),
    ({"wrote": "ana"}, ""),
    ({"mood": "fine"}, "mood"),
    ({"checks": [{"name": "lint", "state": "green"}]}, "checks[0].state"),
    ({"checks": [{"name": "lint", "state": "passed", "colour": "green"}]}, "checks[0].colour"),
    (TWICE, "checks"),
    ({"reviews": [{"login": "cleo", "opinion": "approved"}]}, "reviews[0]"),
    ({"reviews": [{"login": "cleo", "opinion": "liked", "commit": "1"}]}, "reviews[0].opinion"),
]


@pytest.mark.parametrize(("parts", "place"), WRONG)
def test_a_fault_of_our_own_words_is_told_with_its_place(parts: dict[str, Any], place: str):
    assert place in places({**OURS, **parts})
    assert parts == TWICE or not TAKES({**OURS, **parts})  # a schema cannot say that names differ


@pytest.mark.parametrize("member", [name for name in OURS if name != "format"])
def test_a_member_that_is_missing_is_told(member: str):
    assert places({name: value for name, value in OURS.items() if name != member})


def test_all_faults_are_told_at_once():
    assert len(places({**OURS, "url": "", "state": "opened", "checks": [{}], "mood": 1})) == 5


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"{", b'{"results": []}', b"\xff"])
def test_what_tells_of_no_pull_request_is_refused(body: bytes):
    with pytest.raises(Invalid):
        read_pull_request(body)


def test_the_examples_are_read():
    assert sorted(formats()) == ["gh", "leverframe"]
    states = {file.stem: read_pull_request(file.read_bytes()).state for file in ACME.glob("*.json")}
    assert set(states.values()) == {PullState.MERGED, PullState.OPEN}
    assert [name for name, state in states.items() if state is PullState.OPEN] == ["notes-311"]
    assert read_proposal((ACME / "notes-311.json").read_bytes()).files == ("prompts/meeting-notes/v2.md",)


OF_GH = {"title": "Know Acme Home", "body": "Words.", "files": [{"path": "a.md"}, {"path": "b.py"}]}
OF_OURS = {"title": "Know Acme Home", "body": "Words.", "files": ["a.md", "b.py"]}


@pytest.mark.parametrize(
    ("document", "commit", "author"),
    [
        (gh(**OF_GH, mergeCommit={"oid": "5d0e9a1"}), "5d0e9a1", "ana-acme"),
        (gh(**OF_GH, mergeCommit=None), COMMIT, "ana-acme"),
        (gh(**OF_GH, mergeCommit=None, author=None), COMMIT, ""),
        ({**OURS, **OF_OURS}, "4f1c2ab", "ana-git"),
    ],
)
def test_what_a_ticket_is_filled_from_is_read(document: dict[str, Any], commit: str, author: str):
    expected = Proposal(document["url"], "Know Acme Home", author, commit, ("a.md", "b.py"), "Words.")
    assert read_proposal(json.dumps(document).encode()) == expected


@pytest.mark.parametrize(
    ("document", "places"),
    [
        (
            gh(title=7, files=[{"path": 1}, {}], mergeCommit={"oid": 2}),
            {"title", "files[0]", "files[1]", "mergeCommit"},
        ),
        (OURS, {"title", "files"}),
        ({**OURS, **OF_OURS, "files": ["", 3]}, {"files[0]", "files[1]"}),
        ({**OURS, "format": "leverframe-pull-request/9"}, {"format"}),
    ],
)
def test_every_fault_of_what_a_ticket_is_filled_from_is_told(document: dict[str, Any], places: set[str]):
    with pytest.raises(Invalid) as caught:
        read_proposal(json.dumps(document).encode())
    assert {fault.place for fault in caught.value.faults} == places
