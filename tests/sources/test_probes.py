"""Does a probe come back with an answer, whatever is on the other side?"""

from __future__ import annotations

import itertools
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from leverframe.nouns.exercises import Asked
from leverframe.sources.probes import Probes

ASKED = Asked("feature:support", "leverframe-exercise", "leverframe-exercise", "Say something.")


class Site:
    """A server that answers every request with one body and the headers that it is given, and notes what it heard."""

    def __init__(self) -> None:
        self.body: bytes = b"{}"
        self.status, self.told, self.heard, self.endless = 200, {}, [], False
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.do_GET()

            def do_GET(self) -> None:
                site.heard.append(self.headers)
                self.send_response(site.status)
                for name, value in site.told.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(site.body)
                try:
                    while site.endless:
                        self.wfile.write(b" " * 1000)
                except OSError:
                    pass

            def log_message(self, *_) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.endless = False
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site():
    one = Site()
    yield one
    one.close()


def test_what_a_gateway_says_of_itself_is_read_as_it_was_meant(site):
    """In a header what is not ASCII is percent-encoded; compared as it is, a right fallback would look wrong."""
    site.status = 503
    site.told = {"x-leverframe-fallback": "hilfe-f%C3%BCr-alle", "x-leverframe-reason": "feature_thrown"}
    said = Probes({}).ask(site.address, "", ASKED)
    assert (said.status, said.reason, said.fallback) == (503, "feature_thrown", "hilfe-für-alle")


def test_a_tenant_whose_name_is_not_ascii_is_asked_for(site):
    said = Probes({}).ask(site.address, "", Asked("feature:support", "münchen", "s", "t"))
    assert said.status == 200
    assert site.heard[0]["x-leverframe-tenant"].encode("latin-1").decode() == "münchen"


def test_an_answer_that_is_nested_without_end_is_an_answer(site):
    site.body = b"[" * 100_000
    assert Probes({}).ask(site.address, "", ASKED).excerpt.startswith("[[")


@pytest.mark.parametrize("fetched", [False, True])
def test_an_answer_that_never_ends_is_a_fault_and_keeps_no_switch_thrown(site, fetched):
    """The switch stays thrown on its slice while a gateway is asked: what trickles must not hold it for ever."""
    site.endless = True
    seconds = itertools.count(step=3.0)
    probes = Probes({}, monotonic=lambda: next(seconds))
    said = probes.fetch(site.address) if fetched else probes.ask(site.address, "", ASKED)
    assert "did not end" in said.fault


def test_of_a_long_page_its_beginning_is_read(site):
    site.endless, site.body = True, b"Here you are."
    said = Probes({}).fetch(site.address)
    assert (said.status, said.fault) == (200, "")
    assert said.excerpt.startswith("Here you are.")


def test_a_command_that_writes_what_is_no_text_has_answered(tmp_path):
    command = tmp_path / "probe"
    command.write_bytes(b"#!/bin/sh\nprintf 'caf\\351'\nexit 1\n")
    command.chmod(0o755)
    said = Probes({}, tmp_path).run("probe", {})
    assert (said.status, said.fault) == (500, "")
    assert said.excerpt.startswith("caf")


@pytest.mark.parametrize("command", ["../outside", "inside/../../outside", "link", "", ".", "gone"])
def test_a_command_is_an_executable_of_its_folder_and_nothing_else(tmp_path, command):
    folder = tmp_path / "probes"
    (folder / "inside").mkdir(parents=True)
    outside = tmp_path / "outside"
    outside.write_text("#!/bin/sh\necho ran\n")
    outside.chmod(0o755)
    (folder / "link").symlink_to(outside)
    said = Probes({}, folder).run(command, {})
    assert "there is no probe" in said.fault


def test_a_gateway_that_is_asked_with_a_key_gets_the_one_that_it_names(site):
    probes = Probes({"EDGE_PROBE_KEY": "sk-edge"})
    assert probes.ask(site.address, "EDGE_PROBE_KEY", ASKED).status == 200
    assert site.heard[0]["authorization"] == "Bearer sk-edge"
    assert "holds no key" in probes.ask(site.address, "CORE_PROBE_KEY", ASKED).fault


def test_a_completion_is_excerpted_by_what_the_model_has_said(site):
    site.body = json.dumps({"choices": [{"message": {"content": "Here you are."}}], "reason": "current"}).encode()
    said = Probes({}).ask(site.address, "", ASKED)
    assert (said.excerpt, said.reason) == ("Here you are.", "current")
