"""Are sessions opened, kept safely and ended?"""

from __future__ import annotations

import io
import json
import os
import stat

import pytest
from fake_server import FakeServer

from leverframe.cli.credentials import DEFAULT_SERVER, address_of, keep, saved, session_file
from leverframe.client import Credentials

OPENED = {"name": "ana", "csrf": "a-csrf", "expires_at": "2026-05-12T20:00:00Z"}


@pytest.fixture
def opens(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """A server that opens sessions, and a password in the pipe."""
    server.gives("POST /sessions", OPENED, 201, set_cookie="leverframe_session=a-cookie; HttpOnly; Path=/")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\nmore\n"))
    return server


def test_login_keeps_the_session_for_its_owner_alone(run, opens: FakeServer):
    ran = run("login", "--name", "ana", "--password-stdin", "--server", opens.address)
    assert ran.code == 0
    assert f"ana is logged in at {opens.address} until" in ran.out
    assert opens.last.json == {"name": "ana", "password": "correct horse"}
    assert stat.S_IMODE(os.stat(session_file()).st_mode) == 0o600
    assert saved().sessions[opens.address] == Credentials("ana", "a-cookie", "a-csrf", OPENED["expires_at"])
    assert "correct horse" not in session_file().read_text()


def test_a_file_that_others_could_read_is_replaced_by_one_that_they_cannot(run, opens: FakeServer):
    session_file().parent.mkdir(parents=True)
    session_file().write_text("{}")
    session_file().chmod(0o644)
    run("login", "--name", "ana", "--password-stdin", "--server", opens.address)
    assert stat.S_IMODE(os.stat(session_file()).st_mode) == 0o600


def test_login_shows_no_secret_under_json_either(run, opens: FakeServer):
    ran = run("login", "--name", "ana", "--password-stdin", "--server", opens.address, "--json")
    assert json.loads(ran.out) == {"name": "ana", "server": opens.address, "expires_at": OPENED["expires_at"]}


def test_the_server_of_the_last_login_is_asked_from_then_on(run, opens: FakeServer, monkeypatch):
    assert address_of("") == DEFAULT_SERVER
    run("login", "--name", "ana", "--password-stdin", "--server", opens.address)
    assert address_of("") == opens.address
    monkeypatch.setenv("LEVERFRAME_SERVER", "https://leverframe.acme.example/")
    assert address_of("") == "https://leverframe.acme.example"
    assert address_of("other:8700") == "http://other:8700"


def test_a_wrong_password_leaves_nothing_behind(run, server: FakeServer, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    server.refuses("POST /sessions", 403, detail="name or password is wrong", remedy="try again")
    ran = run("login", "--name", "ana", "--password-stdin", "--server", server.address)
    assert ran.code == 2
    assert "name or password is wrong" in ran.err
    assert not session_file().exists()


def test_an_answer_without_a_cookie_is_no_session(run, server: FakeServer, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    server.gives("POST /sessions", OPENED, 201)
    ran = run("login", "--name", "ana", "--password-stdin", "--server", server.address)
    assert ran.code == 2
    assert "opened no session" in ran.err


def test_logout_ends_the_session_there_and_here(run, ana: FakeServer):
    ana.gives("POST /sessions/end", {"ended": True})
    keep("http://other", Credentials("ana", "x", "y", ""))
    ran = run("logout", "--server", ana.address)
    assert ran.code == 0
    assert ana.last.headers["x-leverframe-csrf"] == "a-csrf"
    assert list(saved().sessions) == ["http://other"]


def test_logout_forgets_a_session_that_the_server_has_ended_already(run, ana: FakeServer):
    ana.refuses("POST /sessions/end", 401)
    assert run("logout", "--server", ana.address).code == 0
    assert not saved().sessions


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"server": "x"}', '{"server": "x", "sessions": {"a": 1}}'])
def test_a_session_file_that_cannot_be_read_counts_as_none(text: str):
    session_file().parent.mkdir(parents=True)
    session_file().write_text(text)
    assert not saved().sessions
