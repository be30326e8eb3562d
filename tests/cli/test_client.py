"""Does the command line speak to a server as it should, and say kindly what went wrong?"""

from __future__ import annotations

import json

import httpx2
import pytest
from fake_server import Answer, FakeServer
from hypothesis import example, given
from hypothesis import strategies as st

from leverframe.cli.credentials import keep
from leverframe.client import Credentials, Problem, Server, Unreachable, at

VERDICT = {
    "gate": "sign_offs",
    "outcome": "not_met",
    "because": "CHG-2026-00001 needs a sign-off from AI Risk",
    "remedy": "ask AI Risk",
    "who": "rita",
    "mode": "enforce",
}
FAULT = {"place": "change.yaml:4", "because": "`kind` is nope", "remedy": "write prompt", "severity": "error"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 503])
def test_a_problem_carries_everything_that_the_server_says(server: FakeServer, status: int):
    server.refuses("GET /x", status, detail="no", remedy="do", verdicts=[VERDICT], faults=[FAULT], differs=["title"])
    with pytest.raises(Problem) as caught, Server(server.address) as one:
        one.get("/x")
    problem = caught.value
    assert (problem.status, problem.title, problem.detail, problem.remedy) == (status, "The rules say no", "no", "do")
    assert (problem.verdicts, problem.faults, problem.differs) == ([VERDICT], [FAULT], ["title"])


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"<html>Bad gateway</html>", 502, "text/html"),
        Answer(b"<html>Welcome to the portal</html>", 200, "text/html"),
        Answer(b"", 500),
        Answer(b'["not", "a problem"]', 400),
        Answer(b"", 302, headers={"location": "https://elsewhere.example"}),
    ],
    ids=["proxy", "portal", "empty", "list", "redirect"],
)
def test_an_answer_that_no_server_of_ours_gives_is_a_problem_with_a_way_on(server: FakeServer, answer: Answer):
    server.routes["GET /x"] = answer
    with pytest.raises(Problem) as caught, Server(server.address) as one:
        one.get("/x")
    assert caught.value.status == answer.status
    assert "--server" in caught.value.remedy


def test_an_empty_yes_is_no_document(server: FakeServer):
    server.routes["PUT /x"] = Answer(b"", 204)
    with Server(server.address) as one:
        assert one.put("/x") is None


def test_parameters_that_are_empty_are_left_out(server: FakeServer):
    server.gives("GET /x", {})
    with Server(server.address) as one:
        one.get("/x", state="", before=None, leaf=0, target="claims-summary")
    assert server.last.query == {"leaf": "0", "target": "claims-summary"}


def test_a_session_sends_its_cookie_always_and_its_csrf_only_with_what_writes(server: FakeServer):
    for method in ("GET", "POST", "PUT", "DELETE"):
        server.gives(f"{method} /x", {})
    with Server(server.address, Credentials("ana", "key", "secret", "")) as one:
        for method in ("GET", "POST", "PUT", "DELETE"):
            one.ask(method, "/x")
    assert [asked.headers["cookie"] for asked in server.asked] == ["leverframe_session=key"] * 4
    assert [asked.headers.get("x-leverframe-csrf") for asked in server.asked] == [None, "secret", "secret", "secret"]
    assert all(asked.headers["accept"] == "application/json" for asked in server.asked)


def test_a_token_goes_alone(server: FakeServer):
    server.gives("POST /x", {})
    with Server(server.address, Credentials("ana", "key", "secret", "", token="lft_1")) as one:
        one.post("/x", {"a": 1})
    assert server.last.headers["authorization"] == "Bearer lft_1"
    assert not {"cookie", "x-leverframe-csrf"} & server.last.headers.keys()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "http://nowhere.invalid", "http://[", "ftp://x", "http://"]
)
def test_nobody_at_an_address_is_unreachable(address: str):
    with pytest.raises(Unreachable, match="No server answers at"), Server(address) as one:
        one.get("/x")


@example(parts=["changes", ".."])
@example(parts=["changes", ".", "ramp"])
@given(parts=st.lists(st.text(min_size=1, alphabet=st.characters(exclude_categories=("Cs",))), min_size=1))
def test_what_is_typed_never_names_another_resource(parts: list[str]):
    sent = httpx2.URL("http://server" + at(*parts)).raw_path
    assert sent.count(b"/") == len(parts)
    assert not set(b"?#\\ \n") & set(sent)


def test_a_refusal_ends_with_2_and_says_each_verdict_with_its_remedy(run, ana: FakeServer):
    ana.refuses("PUT /changes/CHG-2026-00001/ramp", 409, detail="no", verdicts=[VERDICT])
    ran = run("change", "ramp", "CHG-2026-00001", "--server", ana.address)
    assert (ran.code, ran.out) == (2, "")
    for said in ("The rules say no", VERDICT["because"], "Remedy: ask AI Risk", "Who: rita"):
        assert said in ran.err


def test_a_refusal_under_json_is_the_problem_on_standard_output(run, ana: FakeServer):
    ana.refuses("PUT /changes/CHG-2026-00001/ramp", 409, detail="no", verdicts=[VERDICT])
    ran = run("change", "ramp", "CHG-2026-00001", "--server", ana.address, "--json")
    assert (ran.code, ran.err) == (2, "")
    assert json.loads(ran.out)["verdicts"] == [VERDICT]


def test_all_faults_are_said_with_their_lines(run, ana: FakeServer, home):
    (home / "change.yaml").write_text("kind: nope\n")
    ana.refuses("POST /changes", 422, faults=[FAULT, FAULT | {"place": "change.yaml:9"}])
    ran = run("change", "file", home / "change.yaml", "--server", ana.address)
    assert ran.code == 2
    assert "change.yaml:4: error: `kind` is nope" in ran.err
    assert "change.yaml:9" in ran.err
    assert "Remedy: write prompt" in ran.err


def test_a_conflict_says_what_differs(run, ana: FakeServer):
    ana.refuses("POST /changes/CHG-1/sign-offs", 412, detail="it has changed", remedy="read it", differs=["content"])
    ran = run("change", "sign", "CHG-1", "--role", "ai_risk", "--digest", "sha256:1", "--server", ana.address)
    assert ran.code == 2
    for said in ("it has changed", "Differs: content", "Remedy: read it"):
        assert said in ran.err


def test_no_connection_ends_with_3_and_says_where_and_how_to_name_another(run):
    ran = run("change", "list", "--server", "127.0.0.1:1")
    assert ran.code == 3
    for said in ("http://127.0.0.1:1", "leverframe serve", "--server", "LEVERFRAME_SERVER"):
        assert said in ran.err
    assert json.loads(run("change", "list", "--server", "127.0.0.1:1", "--json").out)["type"] == "no-connection"


@pytest.mark.parametrize(
    "arguments",
    [
        ("change", "sign", "CHG-1", "--role", "ai_risk"),
        ("change", "promote", "CHG-1", "--role", "ai_risk"),
        ("change", "withdraw", "CHG-1"),
        ("switch", "set", "model/a.b", "--role", "ai_risk"),
        ("policy", "sign", "sha256:1", "--role", "ai_risk"),
        ("token", "add", "ci", "--scope", "read"),
    ],
)
def test_signing_never_uses_a_token(run, server: FakeServer, monkeypatch: pytest.MonkeyPatch, arguments):
    monkeypatch.setenv("LEVERFRAME_TOKEN", "lft_1")
    ran = run(*arguments, "--server", server.address)
    assert ran.code == 2
    assert f"leverframe login --server {server.address}" in ran.err
    assert not server.asked


def test_a_token_from_a_file_or_the_environment_is_used_for_the_rest(run, ana: FakeServer, home, monkeypatch):
    ana.gives("GET /changes", {"changes": [], "before": None})
    (home / "token").write_text("lft_file\n")
    run("change", "list", "--server", ana.address, "--token-file", home / "token")
    assert ana.last.headers["authorization"] == "Bearer lft_file"
    monkeypatch.setenv("LEVERFRAME_TOKEN", "lft_environment")
    run("change", "list", "--server", ana.address)
    assert ana.last.headers["authorization"] == "Bearer lft_environment"


def test_a_token_file_that_is_missing_is_a_fault(run, server: FakeServer, home):
    ran = run("change", "list", "--server", server.address, "--token-file", home / "none")
    assert ran.code == 2
    assert "--token-file" in ran.err


def test_a_session_never_reaches_another_server(run, ana: FakeServer):
    keep("http://127.0.0.1:1", Credentials("ana", "other-cookie", "other-csrf", ""))
    ana.gives("GET /changes", {"changes": [], "before": None})
    run("change", "list", "--server", ana.address)
    assert ana.last.headers["cookie"] == "leverframe_session=a-cookie"
    with FakeServer() as stranger:
        run("change", "list", "--server", stranger.address)
        assert "cookie" not in stranger.last.headers
