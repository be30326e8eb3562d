"""Does each verb of evidence send what it is told, and end as a pipeline needs?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_server import FakeServer
from test_change import ADVISED, CHG, DELTA, MET, UNMET, VIEW, flat

from leverframe.client import at

WHERE = f"/changes/{CHG}/evidence"
WORSE = UNMET | {"gate": "evals", "because": "production groundedness is worse", "remedy": "mend the candidate"}
ROW = {
    "state": "rolled_back", "at": "2026-05-12T08:00:00Z", "by": "ana", "because": "it answers nonsense", "unit": "",
    "url": "https://ci.acme.example/81", "earlier": False,
}  # fmt: skip


@pytest.fixture
def asks(run, ana: FakeServer, home: Path):
    """Run a command of evidence against the server, on which the change is."""
    (home / "v7.xml").write_bytes(b"<seven/>")
    (home / "v8.xml").write_bytes(b"<eight/>")
    ana.gives(f"GET /changes/{CHG}", VIEW)
    ana.gives(f"POST {WHERE}", {}, 201)
    evidence(ana)
    return lambda verb, *arguments: run("evidence", verb, *arguments, "--change", CHG, "--server", ana.address)


def evidence(
    ana: FakeServer, *answers: object, deltas: object = (DELTA,), staging: object = (), pull_request: object = None
) -> None:
    laid = {"deltas": list(deltas), "answers": list(answers), "staging": list(staging), "pull_request": pull_request}  # type: ignore
    ana.gives(f"GET {WHERE}", laid)


def test_each_file_is_sent_as_it_is_under_its_name(asks, ana: FakeServer, home: Path):
    ran = asks("add", home / "v7.xml", home / "v8.xml", "--of", "candidate", "--tool-version", "3")
    assert (ran.code, ran.err) == (0, "")
    sent = [one for one in ana.asked if one.method == "POST"]
    assert [(one.body, one.query["name"]) for one in sent] == [(b"<seven/>", "v7.xml"), (b"<eight/>", "v8.xml")]
    assert sent[0].query == {"name": "v7.xml", "of": "candidate", "tool_version": "3"}
    assert f"1 unchanged: leverframe evidence list --change {CHG}" in flat(ran.out)


def test_a_pipelines_token_comes_from_its_environment(asks, ana: FakeServer, home: Path, monkeypatch):
    monkeypatch.setenv("LEVERFRAME_TOKEN", "a-pipelines-own")
    assert asks("add", home / "v7.xml").code == 0
    assert ana.written.headers["authorization"] == "Bearer a-pipelines-own"


def test_without_the_gate_a_refusal_is_no_failure(asks, ana: FakeServer, home: Path):
    evidence(ana, WORSE)
    assert asks("add", home / "v7.xml").code == 0


@pytest.mark.parametrize("verb", ["add", "list"])
def test_with_the_gate_every_reason_is_told_and_the_job_fails(asks, ana: FakeServer, home: Path, verb):
    evidence(ana, WORSE, UNMET | {"gate": "staging", "because": "it was rolled back on staging"}, ADVISED)
    files = [home / "v7.xml"] if verb == "add" else []
    ran = asks(verb, *files, "--gate")
    assert ran.code == 2
    told = flat(ran.err)
    for part in ("production groundedness is worse", "Remedy: mend the candidate", "it was rolled back on staging"):
        assert part in told
    assert "no results" not in told
    as_document = asks(verb, *files, "--gate", "--json")
    assert as_document.code == 2
    assert json.loads(as_document.out)["answers"][0] == WORSE


def test_with_the_gate_what_is_met_or_only_advised_passes(asks, ana: FakeServer, home: Path):
    evidence(ana, MET, ADVISED)
    assert asks("add", home / "v7.xml", "--gate").code == 0


def test_the_faults_of_all_files_are_told_at_once_and_the_others_are_sent(asks, ana: FakeServer, home: Path):
    fault = {"place": "file", "because": "it is not JSON", "remedy": "send the whole file", "severity": "error"}
    ana.gives(f"POST {WHERE}", {"type": "invalid", "title": "", "status": 422, "faults": [fault]}, 422)
    ran = asks("add", home / "v7.xml", home / "v8.xml", "--gate")
    assert ran.code == 2
    assert len([one for one in ana.asked if one.method == "POST"]) == 2
    for name in ("v7.xml: file", "v8.xml: file"):
        assert name in ran.err
    assert "it is not JSON" in ran.err


def test_files_that_cannot_be_opened_are_all_named_and_nobody_is_asked(asks, ana: FakeServer, home: Path):
    ran = asks("add", home / "no.xml", home / "none.xml")
    assert ran.code == 2
    assert "no.xml" in flat(ran.err).replace(" ", "")
    assert "none.xml" in flat(ran.err).replace(" ", "")
    assert not ana.asked


def test_another_no_is_told_as_it_is(asks, ana: FakeServer, home: Path):
    problem = {"type": "forbidden", "title": "this token lacks the scope evidence", "status": 403, "detail": ""}
    ana.gives(f"POST {WHERE}", problem, 403)
    ran = asks("add", home / "v7.xml")
    assert (ran.code, "lacks the scope evidence" in ran.err) == (2, True)


def test_list_says_what_became_of_it_on_staging(asks, ana: FakeServer):
    evidence(ana, staging=[ROW, ROW | {"state": "deployed", "earlier": True}])
    said = flat(asks("list").out)
    assert "by ana: it answers nonsense https://ci.acme.example/81" in said
    assert "deployed Tue 12 May 2026" in said
    assert said.endswith("(of an earlier candidate)")


SEEN = {
    "read": {
        "told": {
            "url": "https://git.acme.example/7", "commit": "8c1f0b7e5a9d", "state": "merged", "author": "ana-acme",
            "wrote": [], "checks": [{"name": "policy-lint", "state": "failed", "url": ""}], "reviews": [],
        },
        "at": "2026-05-12T08:00:00Z",
        "by": "pipeline",
    },
    "reviewers": [
        {"login": "cleo-acme", "person": "cleo", "opinion": "approved", "counts": True,
         "because": "cleo has approved 8c1f0b7", "roles": ["prompt_reviewer"]},
    ],
    "asked": ["policy-lint", "adversarial"],
}  # fmt: skip


def test_a_pull_request_is_told_and_what_of_it_counts_is_said(asks, ana: FakeServer, home: Path):
    (home / "pr.json").write_bytes(b'{"headRefOid": "8c1f0b7e5a9d"}')
    ana.gives("PUT " + at("changes", CHG, "pull-request"), SEEN)
    ran = asks("pull-request", home / "pr.json")
    assert ran.code == 0, ran.err
    assert ana.written.body == b'{"headRefOid": "8c1f0b7e5a9d"}'
    for part in (
        "https://git.acme.example/7: merged at 8c1f0b7",
        "policy-lint failed asked for",
        "adversarial not run asked for",
        "cleo prompt reviewer cleo has approved 8c1f0b7",
    ):
        assert part in flat(ran.out)


def test_its_gate_answers_for_reviews_and_the_others_do_not(asks, ana: FakeServer, home: Path):
    (home / "pr.json").write_bytes(b"{}")
    ana.gives("PUT " + at("changes", CHG, "pull-request"), SEEN)
    evidence(ana, UNMET | {"gate": "code_review", "because": "1 of 2 code reviewers"}, pull_request=SEEN)
    ran = asks("pull-request", home / "pr.json", "--gate")
    assert (ran.code, "1 of 2 code reviewers" in ran.err) == (2, True)
    listed = asks("list", "--gate")
    assert (listed.code, "cleo has approved 8c1f0b7" in flat(listed.out)) == (0, True)


def test_staging_is_recorded_with_its_reason_and_its_run(asks, ana: FakeServer):
    ana.gives("POST " + at("changes", CHG, "staging"), ROW, 201)
    ran = asks("staging", "rolled-back", "--because", "it answers nonsense", "--url", "https://ci.acme.example/81")
    assert ran.code == 0
    assert json.loads(ana.written.body) == {
        "state": "rolled-back", "because": "it answers nonsense", "url": "https://ci.acme.example/81",
    }  # fmt: skip
    assert f"{CHG}: rolled back Tue 12 May 2026" in flat(ran.out)
