"""Does a gateway find its way back to the control plane?"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leverframe.gateway import Gateway
from leverframe.gateway.amending import without_collecting
from leverframe.gateway.asking import Denied
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.documents import to_document
from leverframe.nouns.tables import Number, Reason
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import parts_of

HERE = Path(__file__).parent


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def a_process(tmp_path, free_ports):
    """Start a control plane in a process of its own, on the same ports each time."""
    ports, started = free_ports(2), []

    def start(table) -> subprocess.Popen[str]:
        first = tmp_path / "first.json"
        first.write_text(json.dumps(to_document(table)))
        command = [sys.executable, str(HERE / "control_plane.py"), *map(str, ports), str(first)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert "ready" in process.stdout.readline()
        return process

    start.url = f"http://127.0.0.1:{ports[0]}"
    yield start
    for process in started:
        process.kill()
        process.communicate()


def _hears(process: subprocess.Popen[str], number: str) -> dict:
    """Read the control plane's reports up to the first at a number."""
    assert process.stdout is not None
    reports = (json.loads(line) for line in process.stdout)
    return next(report for report in reports if report["number"] == number)


def test_a_gateway_serves_on_and_comes_back_when_the_control_plane_is_killed(a_process, a_table, eventually):
    first = a_process(a_table(1))
    with Gateway(a_process.url, "token-edge", instance="edge-1") as gateway:
        eventually(lambda: gateway.number == Number(1, 1))
        first.send_signal(signal.SIGKILL)
        first.wait()
        eventually(lambda: not gateway.connected)
        assert gateway.route("search", subject="vic").serve
        second = a_process(a_table(2, thrown_features=frozenset({"search"})))
        eventually(lambda: gateway.number == Number(1, 2))
        assert gateway.route("search", subject="vic").reason is Reason.FEATURE_THROWN
        assert _hears(second, "1.2")["instance"] == "edge-1"


def test_a_restored_control_plane_with_an_older_table_is_heard_and_not_obeyed(a_process, a_table, eventually):
    first = a_process(a_table(9))
    with Gateway(a_process.url, "token-edge", instance="edge-1") as gateway:
        eventually(lambda: gateway.number == Number(1, 9))
        first.kill()
        first.wait()
        restored = a_process(a_table(4))
        assert _hears(restored, "1.9")["gateway"] == "edge"
        assert gateway.number == Number(1, 9)
        assert restored.stdin is not None
        restored.stdin.write(json.dumps(to_document(a_table(1, epoch=2))) + "\n")
        restored.stdin.flush()
        eventually(lambda: gateway.number == Number(2, 1))


def test_a_gateway_comes_back_after_the_control_plane_said_goodbye(a_plane, a_table, free_ports, eventually):
    api_port, stream_port = free_ports(2)
    with a_plane(api_port=api_port, stream_port=stream_port) as plane:
        plane.publish(a_table(1))
        gateway = Gateway(plane.url, "token-edge").start()
        eventually(lambda: gateway.connected)
    eventually(lambda: not gateway.connected)
    with a_plane(api_port=api_port, stream_port=stream_port) as plane:
        plane.publish(a_table(2))
        eventually(lambda: gateway.number == Number(1, 2) and gateway.connected)
        gateway.close()


def test_the_table_on_disk_is_obeyed_before_the_control_plane_has_answered_at_all(a_table, tmp_path):
    """It takes the connection and says nothing: start() waits for nobody, and the first request is decided."""
    held = Held(NoTable({}, {}, {}), tmp_path)
    table = a_table(3, thrown_features=frozenset({"search"}))
    held.offer(write_frame(table.number, None, parts_of(table)).text.splitlines())
    held.keep()
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with Gateway(address, "token-edge", state_dir=tmp_path) as gateway:
            assert gateway.route("search").reason is Reason.FEATURE_THROWN
            assert gateway.route("support", subject="vic").serve
            assert (gateway.connected, gateway.age_seconds) == (False, float("inf"))


def test_a_line_without_three_beats_is_opened_again(a_plane, a_table, eventually):
    with a_plane(beat=0.05) as plane:
        plane.publish(a_table(1))
        plane.stream._heartbeat_seconds = 3600.0
        with Gateway(plane.url, "token-edge", instance="edge-1") as gateway:
            eventually(lambda: gateway.connected)
            lines = {id(line) for line in plane.stream.readers}
            eventually(lambda: lines and {id(line) for line in plane.stream.readers} - lines)


def test_a_line_that_trickles_but_carries_no_beat_is_opened_again(a_plane, a_table, eventually):
    """A proxy that sends comments to keep a dead line open must not hide that the control plane is gone."""
    opened = []
    server = socket.create_server(("127.0.0.1", 0))

    def trickle(line: socket.socket) -> None:
        line.recv(65536)
        try:
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            while True:
                line.sendall(b": still here\n\n")
                threading.Event().wait(0.01)
        except OSError:
            line.close()

    def accept() -> None:
        while True:
            line, _ = server.accept()
            opened.append(line)
            threading.Thread(target=trickle, args=(line,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    with a_plane(beat=0.05) as plane:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        known = plane.me("edge")
        plane.me = lambda name: {**known, "stream_url": address}
        with Gateway(plane.url, "token-edge") as gateway:
            eventually(lambda: len(opened) >= 3)
            assert not gateway.route("search").serve


def test_a_revoked_token_leaves_the_gateway_with_its_last_table(plane, a_gateway, eventually, caplog):
    caplog.set_level(logging.WARNING)
    gateway = Gateway(plane.url, "token-of-nobody").start()
    eventually(lambda: gateway._hands.listening._waits.tries >= 3)
    assert not gateway.connected
    assert "token-of-nobody" not in plane.asked
    assert gateway.route("search").reason is Reason.NO_TABLE
    gateway.close()
    said = "HTTP 401: the token is of no enrolled gateway; leverframe gateway enrol NAME prints one"
    assert [said in record.getMessage() for record in caplog.records] == [True], "once, however often it is tried"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            b'{"title": "No", "detail": "the server restarts", "remedy": "ask again"}',
            "the server restarts; ask again",
        ),
        (b'{"title": "This is not yours to do"}', "This is not yours to do"),
        (b"<html>Bad Gateway</html>", "<html>Bad Gateway</html>"),
        (b"[1]", "[1]"),
        (b"", "nothing was said"),
    ],
)
def test_why_a_request_was_denied_is_said_in_the_answers_own_words(body: bytes, said: str):
    assert str(Denied(503, body)) == f"HTTP 503: {said}"


FORKING = """
import json, os, sys, time
from leverframe.gateway import Gateway

gateway = Gateway(sys.argv[1], "token-edge", instance="forking", flush_seconds=0.02).start()
deadline = time.monotonic() + 20
while gateway.number.generation < 1:
    assert time.monotonic() < deadline
    time.sleep(0.005)
gateway.record("of-the-parent", latency_ms=1.0)
child = os.fork()
who = "parent" if child else "child"
gateway.record("of-the-" + who + "-after-the-fork", latency_ms=1.0)
while gateway.number.generation < 2:
    assert time.monotonic() < deadline
    time.sleep(0.005)
assert gateway.flush(10.0)
said = json.dumps({"who": who, "obeys": str(gateway.number), "off": not gateway.route("search").serve})
os.write(1, said.encode() + b"\\n")
gateway.close()
if child:
    os.waitpid(child, 0)
else:
    os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_worker_is_a_boot_of_its_own_with_its_own_line(plane, a_table, eventually):
    command = [sys.executable, "-c", FORKING, plane.url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        eventually(lambda: len({seen.boot for seen in plane.fleet.seen() if seen.connected}) == 2)
        plane.publish(a_table(2, thrown_features=frozenset({"search"})))
        printed, faults = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, faults
    said = [json.loads(line) for line in printed.splitlines()]
    obeying = {each["who"]: (each["obeys"], each["off"]) for each in said}
    assert obeying == {"parent": ("1.2", True), "child": ("1.2", True)}
    told = sorted(outcome["call"] for outcome in plane.outcomes)
    assert told == ["of-the-child-after-the-fork", "of-the-parent", "of-the-parent-after-the-fork"]


def test_a_killed_parent_leaves_no_line_open_in_its_child(plane, a_table, eventually, tmp_path):
    """The child must not hold a copy of the parent's line: the control plane would count a dead boot as connected."""
    script = (
        "import os, sys, threading\n"
        "from leverframe.gateway import Gateway\n"
        "gateway = Gateway(sys.argv[1], 'token-edge', instance='forking').start()\n"
        "while not gateway.connected: threading.Event().wait(0.005)\n"
        "child = os.fork()\n"
        "os.write(1, b'%d\\n' % os.getpid())\n"
        "threading.Event().wait(60)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script, plane.url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    pids = {int(process.stdout.readline()) for _ in range(2)}
    (child,) = pids - {process.pid}
    try:
        eventually(lambda: len(plane.stream.readers) == 2)
        process.kill()
        process.wait()
        eventually(lambda: len(plane.stream.readers) == 1)
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdout.close()


def test_a_file_that_has_grown_long_is_begun_again_while_the_line_stands(
    plane, a_table, tmp_path, eventually, monkeypatch
):
    """A line may stand for months: the file must not grow until it breaks."""
    monkeypatch.setattr("leverframe.gateway.listening.WHOLE_WITHIN_SECONDS", 0.0)
    plane.publish(a_table(1))
    with Gateway(plane.url, "token-edge", state_dir=tmp_path) as gateway:
        gateway._held._journal._long_bytes = 2_000
        for generation in range(2, 30):
            plane.publish(a_table(generation, rings={"acme": f"ring-{generation}"}))
            eventually(lambda number=generation: gateway.number == Number(1, number))
        eventually(lambda: b'"after":null' in (tmp_path / "table.ndjson").read_bytes().split(b"\n", 1)[0])
        eventually(lambda: (tmp_path / "table.ndjson").stat().st_size < 4_000)


def test_a_table_that_was_altered_on_its_way_is_asked_for_once_more(plane, a_table, eventually):
    """What was refused may have been a kill: it is not left until the next table or the next lost line."""
    plane.publish(a_table(1))
    with Gateway(plane.url, "token-edge") as gateway:
        eventually(lambda: gateway.number == Number(1, 1))
        killed = a_table(2, thrown_features=frozenset({"search"}))
        frame = plane.frame(killed, a_table(1))
        plane.published.append(killed)
        altered = frame.text.replace(b'"search":true', b'"xearch":true')
        plane.stream.publish(type(frame)(frame.number, frame.after, altered))
        eventually(lambda: gateway.route("search", subject="vic").reason is Reason.FEATURE_THROWN)


def test_a_worker_that_is_forked_while_a_table_is_being_read_collects_its_garbage(a_table):
    """The thread that reads has put the collector off, and does not run in the child: nobody else would put it on."""
    reading, forked = threading.Event(), threading.Event()

    def read() -> None:
        with without_collecting():
            reading.set()
            forked.wait(20)

    gateway = Gateway().start()
    thread = threading.Thread(target=read)
    thread.start()
    reading.wait(20)
    assert not gc.isenabled()
    child = os.fork()
    if child == 0:
        os._exit(0 if gc.isenabled() else 1)
    forked.set()
    thread.join()
    gateway.close()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert gc.isenabled()
