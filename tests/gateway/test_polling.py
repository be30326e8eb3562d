"""Does a gateway hear of a kill where no stream reaches it?"""

from __future__ import annotations

import logging
import socket
import threading

import pytest

from leverframe.gateway import Gateway, asking, listening
from leverframe.gateway.held import Held, NoTable
from leverframe.gateway.listening import Identity, Listening
from leverframe.nouns.tables import NO_NUMBER, Number, Reason


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def no_stream(plane, free_ports):
    """Tell gateways an address of the stream at which nobody listens."""
    known, (port,) = plane.me("edge"), free_ports(1)
    plane.me = lambda name: {**known, "stream_url": f"http://127.0.0.1:{port}"}
    return plane


def test_without_a_stream_a_kill_arrives_by_polling_and_is_reported(no_stream, a_gateway, a_table, eventually):
    gateway = a_gateway()
    eventually(lambda: gateway.number == Number(1, 1))
    no_stream.publish(a_table(2, thrown_features=frozenset({"search"})))
    eventually(lambda: gateway.route("search").reason is Reason.FEATURE_THROWN)
    assert not gateway.connected
    eventually(lambda: no_stream.fleet.receipt(Number(1, 2), 0.0).confirmed)


def test_a_poll_is_a_heartbeat_it_renews_the_lease_of_the_candidate(no_stream, a_gateway, eventually):
    gateway = a_gateway()
    eventually(lambda: gateway.number == Number(1, 1))
    gateway._held.lease_until = 0.0
    eventually(lambda: gateway.route("support", subject="vic").reason is Reason.CANDIDATE)
    assert gateway.age_seconds < 20.0


def test_polling_ends_when_the_stream_is_back(plane, a_gateway, a_table, free_ports, eventually):
    known, (port,) = plane.me("edge"), free_ports(1)
    plane.me = lambda name: {**known, "stream_url": f"http://127.0.0.1:{port}"}
    gateway = a_gateway()
    eventually(lambda: plane.polls)
    plane.me = lambda name: known
    eventually(lambda: gateway.connected)
    polled = len(plane.polls)
    for generation in (2, 3, 4):
        plane.publish(a_table(generation))
        eventually(lambda number=Number(1, generation): gateway.number == number)
    assert len(plane.polls) == polled


@pytest.mark.parametrize("answers", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"])
def test_a_stream_that_a_proxy_holds_back_is_given_up_and_polled_around(
    plane, a_gateway, a_table, eventually, answers: bytes
):
    """The proxy takes the connection, answers or not even that, and not one event comes through."""
    proxy = socket.create_server(("127.0.0.1", 0))

    def swallow() -> None:
        while True:
            line, _ = proxy.accept()
            line.recv(65536)
            line.sendall(answers)
            held.append(line)

    held: list[socket.socket] = []
    threading.Thread(target=swallow, daemon=True).start()
    known = plane.me("edge")
    plane.me = lambda name: {**known, "stream_url": f"http://127.0.0.1:{proxy.getsockname()[1]}"}
    gateway = a_gateway()
    plane.publish(a_table(2, thrown_features=frozenset({"search"})))
    eventually(lambda: gateway.route("search").reason is Reason.FEATURE_THROWN)
    assert held
    plane.me = lambda name: known
    eventually(lambda: gateway.connected)


def test_a_stream_that_has_failed_many_times_is_tried_on_and_obeyed_when_it_is_back(
    plane, a_gateway, a_table, free_ports, eventually, monkeypatch
):
    """Between the tries it polls; that must not become the only way for good."""
    monkeypatch.setattr(asking, "LONGEST_WAIT_SECONDS", 0.01)
    known, (port,) = plane.me("edge"), free_ports(1)
    plane.me = lambda name: {**known, "stream_url": f"http://127.0.0.1:{port}"}
    gateway = a_gateway()
    eventually(lambda: gateway._hands.listening._waits.tries > 40)
    assert not gateway.connected
    plane.me = lambda name: known
    eventually(lambda: gateway.connected)
    plane.publish(a_table(2, thrown_features=frozenset({"search"})))
    eventually(lambda: gateway.route("search").reason is Reason.FEATURE_THROWN)


def test_the_wait_between_two_tries_never_grows_beyond_five_seconds_and_never_ends():
    waits = asking.Waits()
    longest = [waits.next() for _ in range(2000)]
    assert all(0 < wait <= 5.0 for wait in longest)
    assert len({round(wait, 6) for wait in longest[100:]}) > 1000, "a thousand gateways do not come back as one"


def test_a_late_answer_to_a_poll_never_brings_back_an_older_table(plane, a_table):
    """A poll that was asked before the stream came back may be answered after it has brought something newer."""
    held = Held(NoTable({}, {}, {}))
    listening = Listening(plane.url, "token-edge", Identity("e", "b"), held, lambda: 1.0, lambda: None)
    late = plane.frame(a_table(1)).text
    held.offer(plane.frame(a_table(3, thrown_features=frozenset({"search"}))).text.splitlines())
    listening._poll_answered(late)
    assert held.number == Number(1, 3)
    assert held.router.route("search").reason is Reason.FEATURE_THROWN


def test_whoever_only_polls_asks_for_a_whole_table_when_its_file_has_grown_long(
    no_stream, a_gateway, a_table, eventually, tmp_path, monkeypatch
):
    """Else its file would hold every change for ever, and a cold start read them all."""
    monkeypatch.setattr(listening, "WHOLE_WITHIN_SECONDS", 0.0)
    gateway = a_gateway(state_dir=tmp_path)
    file = tmp_path / "table.ndjson"
    eventually(file.exists)
    gateway._held._journal._long_bytes = 2 * file.stat().st_size
    for generation in range(2, 12):
        no_stream.publish(a_table(generation, thrown_features=frozenset({f"f{generation}"})))
        eventually(lambda number=Number(1, generation): gateway.number == number)
    eventually((tmp_path / "table.previous.ndjson").exists)
    assert gateway.route("f11").reason is Reason.FEATURE_THROWN


def test_while_the_api_is_away_as_well_nothing_is_polled(free_ports, tmp_path, eventually):
    (port,) = free_ports(1)
    gateway = Gateway(f"http://127.0.0.1:{port}", "token-edge", state_dir=tmp_path).start()
    asked = gateway._hands.listening._asker
    tried = []
    known = asked.ask_text
    asked.ask_text = lambda method, path, document=None: tried.append(path) or known(method, path, document)
    eventually(lambda: len(tried) > 2)
    gateway.close()
    assert set(tried) == {"/gateways/me"}


@pytest.fixture
def an_address(plane, a_table):
    """Serve a snapshot at an address, and count who asks."""
    asked, server = [], socket.create_server(("127.0.0.1", 0))
    text = plane.frame(a_table(9)).text

    def serve() -> None:
        while True:
            line, _ = server.accept()
            asked.append(line.recv(65536))
            line.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text) + text)
            line.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}/table.ndjson", asked


def test_a_cold_start_without_disk_or_control_plane_takes_the_snapshot_at_an_address(
    an_address, free_ports, eventually
):
    address, asked = an_address
    (port,) = free_ports(1)
    with Gateway(f"http://127.0.0.1:{port}", "token-edge", snapshot=address) as gateway:
        eventually(lambda: gateway.number == Number(1, 9))
        assert gateway.route("search").serve
        assert gateway.route("support", subject="vic").reason is Reason.LEASE_EXPIRED
    assert len(asked) == 1


def test_a_snapshot_at_an_address_that_does_not_answer_stops_nothing(free_ports, eventually):
    ports = free_ports(2)
    address = f"http://127.0.0.1:{ports[1]}/table.ndjson"
    with Gateway(f"http://127.0.0.1:{ports[0]}", "token-edge", snapshot=address) as gateway:
        eventually(lambda: gateway._hands.listening._waits.tries > 2)
        assert gateway.number == NO_NUMBER
        assert gateway.route("search").reason is Reason.NO_TABLE
