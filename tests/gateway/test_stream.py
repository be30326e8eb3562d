"""Does the raw writer reach those who read, and drop those who do not?"""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import ExitStack

import pytest

from leverframe.gateway import Gateway
from leverframe.nouns.tables import Number
from leverframe.rules.framing import write_frame
from leverframe.stream.newest import Newest, event_of


@pytest.fixture(autouse=True)
def _quiet(caplog):
    caplog.set_level(logging.CRITICAL)


class Line:
    """A raw connection to the stream."""

    def __init__(self, plane, receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(20.0)
        self.socket.connect(("127.0.0.1", int(plane.stream.url.rsplit(":", 1)[1])))
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_) -> None:
        self.file.close()
        self.socket.close()

    def ask(self, head: str, body: bytes = b"", token: str = "token-edge") -> Line:
        known = f"Content-Length: {len(body)}\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "")
        self.socket.sendall(f"{head} HTTP/1.1\r\nHost: x\r\n{known}\r\n".encode() + body)
        return self

    def status(self) -> int:
        status = int(self.file.readline().split()[1])
        while self.file.readline() not in (b"\r\n", b""):
            pass
        return status

    def event(self) -> tuple[str, dict]:
        """Return an event and its first line: of a table, the head."""
        name, data = self.file.readline().decode(), self.file.readline()
        while self.file.readline() != b"\n":
            pass
        return name.removeprefix("event: ").strip(), json.loads(data.removeprefix(b"data: "))

    def head(self) -> dict:
        while True:
            name, document = self.event()
            if name == "table":
                return document

    def table(self) -> list[int]:
        return self.head()["number"]


STREAM = "GET /stream?instance=edge-1&boot=b1&number=0.0"
REPORT = {"instance": "edge-1", "boot": "b1", "number": "1.1", "traffic": True, "goodbye": False}


def _report(**parts) -> bytes:
    return json.dumps({**REPORT, **parts}).encode()


def test_a_line_gets_the_table_at_once_then_beats_then_each_new_table(plane, a_table):
    with Line(plane).ask(STREAM) as line:
        assert line.status() == 200
        whole = line.event()[1]
        assert (whole["number"], whole["after"]) == ([1, 1], None)
        assert line.event() == ("beat", {"number": "1.1"})
        assert line.event() == ("beat", {"number": "1.1"})
        plane.publish(a_table(2))
        change = line.head()
        assert (change["number"], change["after"]) == ([1, 2], [1, 1])
        assert line.event() == ("beat", {"number": "1.2"})


def test_who_comes_back_hears_only_what_has_changed_meanwhile(plane, a_table):
    for generation in (2, 3):
        plane.publish(a_table(generation, rings={"acme": f"ring-{generation}"}))
    with Line(plane).ask(STREAM.replace("0.0", "1.1")) as line:
        line.status()
        change = line.head()
        assert (change["number"], change["after"], change["body"][0]) == ([1, 3], [1, 1], 1)


def test_who_holds_the_newest_hears_a_beat_and_no_table(plane):
    with Line(plane).ask(STREAM.replace("0.0", "1.1")) as line:
        line.status()
        assert line.event() == ("beat", {"number": "1.1"})


def test_who_asks_for_the_whole_gets_it_although_nothing_has_changed(plane):
    with Line(plane).ask(STREAM.replace("0.0", "1.1&whole=1")) as line:
        line.status()
        assert line.head()["after"] is None


def test_who_holds_a_table_of_another_epoch_gets_a_whole_one(plane, a_table):
    plane.publish(a_table(2, epoch=2))
    with Line(plane).ask(STREAM.replace("0.0", "1.1")) as line:
        line.status()
        assert (line.head()["after"], plane.stream.number) == (None, Number(2, 2))


def test_a_new_epoch_reaches_open_lines_whole(plane, a_table):
    with Line(plane).ask(STREAM) as line:
        line.status()
        assert line.table() == [1, 1]
        plane.publish(a_table(2, epoch=2))
        head = line.head()
        assert (head["number"], head["after"]) == ([2, 2], None)


def test_what_lies_between_two_frames_is_asked_for(plane, a_table):
    """Two processes of the control plane: the other one has published a table that was never broadcast here."""
    with Line(plane).ask(STREAM) as line:
        line.status()
        assert line.table() == [1, 1]
        elsewhere, here = (
            a_table(2, rings={"a": "b"}),
            a_table(3, rings={"a": "b"}, thrown_features=frozenset({"search"})),
        )
        plane.published += [elsewhere, here]
        plane.stream.publish(plane.frame(here, elsewhere))
        head = line.head()
        assert (head["number"], head["after"]) == ([1, 3], [1, 1])
        assert (head["overlay"][0], head["body"][0]) == (1, 1)


def test_what_is_broadcast_while_a_line_waits_for_its_table_comes_behind_it(plane, a_table, eventually):
    asked, goes_on, since = threading.Event(), threading.Event(), plane.since

    def slow(number):
        found = since(number)
        asked.set()
        goes_on.wait(20.0)
        return found

    plane.stream._newest._since = slow
    with Line(plane).ask(STREAM) as line:
        line.status()
        assert asked.wait(20.0)
        for generation in (2, 3):
            plane.publish(a_table(generation))
        eventually(lambda: plane.stream.number == Number(1, 3))
        goes_on.set()
        heads = [line.head() for _ in range(3)]
        assert [(head["after"], head["number"]) for head in heads] == [
            (None, [1, 1]),
            ([1, 1], [1, 2]),
            ([1, 2], [1, 3]),
        ]


def test_gateways_that_come_back_together_ask_once(plane):
    asked, since = [], plane.since

    def counted(number):
        asked.append(number)
        return since(number)

    plane.stream._newest._since = counted
    with Line(plane).ask(STREAM) as first:
        first.status()
        first.head()
        lines = [Line(plane).ask(f"GET /stream?instance=e{place}&boot=b&number=0.0") for place in range(20)]
        for line in lines:
            line.status()
            assert line.table() == [1, 1]
            line.__exit__()
    assert len(asked) == 1


def test_a_kill_is_pushed_itself_and_no_gateway_comes_to_fetch_it(a_plane, a_table, eventually):
    """To notify, and let all fetch, would send the whole fleet to the database at the worst moment."""
    with ExitStack() as stack:
        plane = stack.enter_context(a_plane(beat=5.0))
        plane.publish(a_table(1))
        gateways = [stack.enter_context(Gateway(plane.url, "token-edge", instance=f"e{n}")) for n in range(5)]
        eventually(lambda: all(gateway.connected and gateway.number == Number(1, 1) for gateway in gateways))
        asked, since, told = [], plane.since, plane.me
        plane.stream._newest._since = lambda number: asked.append(number) or since(number)
        plane.since = lambda number: asked.append(number) or since(number)
        plane.me = lambda name: asked.append(name) or told(name)
        plane.publish(a_table(2, thrown_features=frozenset({"search"})))
        eventually(lambda: plane.fleet.receipt(Number(1, 2), 0.0).applied == len(gateways))
        assert all(not gateway.route("search").serve for gateway in gateways)
        assert asked == []


def test_a_store_that_does_not_answer_closes_the_line_which_comes_back(plane):
    def fails(number):
        raise OSError("the store is away")

    plane.stream._newest._since = fails
    with Line(plane).ask(STREAM) as line:
        assert line.status() == 200
        assert line.file.read() == b""


def test_before_the_first_table_there_are_only_beats(a_plane):
    with a_plane() as plane, Line(plane).ask(STREAM) as line:
        assert line.status() == 200
        assert line.event() == ("beat", {"number": "0.0"})


def test_an_older_number_is_never_written_after_a_newer_one(plane, a_table):
    with Line(plane).ask(STREAM) as line:
        line.status()
        seen = [line.table()]
        for generation in (5, 3, 6):
            plane.stream.publish(plane.frame(a_table(generation)))
        seen += [line.table(), line.table()]
    assert seen == [[1, 1], [1, 5], [1, 6]]


def test_many_threads_may_publish_at_once_and_every_line_ends_at_the_newest(plane, a_table):
    lines = [Line(plane).ask(f"GET /stream?instance=e{place}&boot=b&number=0.0") for place in range(20)]
    threads = [threading.Thread(target=plane.publish, args=(a_table(2 + place),)) for place in range(30)]
    for thread in threads:
        thread.start()
    for line in lines:
        line.status()
        numbers = [line.table()]
        while numbers[-1] != [1, 31]:
            numbers.append(line.table())
        assert numbers == sorted(numbers)
        line.__exit__()


def test_reports_reach_the_fleet_one_after_another_on_one_connection(plane, eventually):
    with Line(plane) as line:
        assert line.ask("POST /report", _report()).status() == 204
        assert line.ask("POST /report", _report(number="1.2")).status() == 204
        (seen,) = plane.fleet.seen()
        assert (seen.gateway, seen.instance, seen.boot, seen.number) == ("edge", "edge-1", "b1", "1.2")
        assert seen.had_traffic
        assert plane.fleet.highest() == Number(1, 2)
        assert line.ask("POST /report", _report(goodbye=True)).status() == 204
        assert plane.fleet.seen() == []


def test_two_reports_sent_at_once_are_both_answered(plane):
    body = _report()
    head = (
        f"POST /report HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-edge\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with Line(plane) as line:
        line.socket.sendall((head.encode() + body) * 2)
        assert [line.status(), line.status()] == [204, 204]


@pytest.mark.parametrize("number", ["9" * 25 + ".1", "1.2147483648", "-1.1"])
def test_a_number_that_cannot_be_is_refused_and_reaches_nobody(plane, number):
    with Line(plane).ask("POST /report", _report(number=number)) as line:
        assert line.status() == 400
    with Line(plane).ask(f"GET /stream?instance=e&boot=b&number={number}") as line:
        assert line.status() == 400
    assert plane.fleet.seen() == []


@pytest.mark.parametrize("token", ["", "token-of-nobody"])
@pytest.mark.parametrize("head", [STREAM, "POST /report"])
def test_who_has_no_token_gets_nothing(plane, head, token):
    with Line(plane).ask(head, _report(), token=token) as line:
        assert line.status() == 401
    assert plane.fleet.seen() == []
    assert not plane.stream.readers


@pytest.mark.parametrize(
    ("head", "body", "status"),
    [
        ("GET /stream", b"", 400),
        ("GET /stream?instance=e&boot=b&number=seven", b"", 400),
        (f"GET /stream?instance={'e' * 300}&boot=b&number=1.1", b"", 400),
        ("GET /tables", b"", 404),
        ("DELETE /stream", b"", 404),
        ("POST /report", b"", 400),
        ("POST /report", b"[]", 400),
        ("POST /report", b"{", 400),
        ("POST /report", b"[" * 30000, 400),
        ("POST /report", _report(number="7"), 400),
        ("POST /report", _report(number="-1.x"), 400),
        ("POST /report", _report(instance=7), 400),
        ("POST /report", _report(boot="a\nb"), 400),
        ("POST /report", b" " * 70000, 413),
        ("EAT /it all \x00", b"", 400),
    ],
)
def test_what_is_malformed_gets_a_problem_and_the_others_read_on(plane, a_table, head, body, status):
    with Line(plane).ask(STREAM) as reader:
        with Line(plane).ask(head, body) as line:
            assert line.status() == status
        reader.status()
        assert reader.table() == [1, 1]
        plane.publish(a_table(2))
        assert reader.table() == [1, 2]


def test_a_token_is_asked_again_only_after_some_seconds_and_a_failing_question_is_no_answer(a_plane, eventually):
    with a_plane() as plane:
        asked = []

        def names_of(tokens: frozenset[str]) -> dict[str, str]:
            asked.append(tokens)
            if len(asked) == 1:
                raise OSError("the store is busy")
            return dict.fromkeys(tokens, "edge")

        now = [100.0]
        plane.stream.tokens._names_of, plane.stream.monotonic = names_of, lambda: now[0]
        assert Line(plane).ask("POST /report", _report()).status() == 503
        for _ in range(3):
            assert Line(plane).ask("POST /report", _report()).status() == 204
        assert len(asked) == 2
        now[0] += 6.0
        assert Line(plane).ask("POST /report", _report()).status() == 204
        assert len(asked) == 3


def test_who_reports_while_a_token_is_asked_for_waits_for_one_question_together(a_plane, eventually):
    with a_plane(beat=60.0) as plane, ExitStack() as lines:
        asked, answer = [], threading.Event()

        def names_of(tokens: frozenset[str]) -> dict[str, str]:
            asked.append(tokens)
            assert answer.wait(10.0)
            return {"token-edge": "edge", "token-core": "core"}

        plane.stream.tokens._names_of = names_of
        reports = [lines.enter_context(Line(plane)) for _ in range(40)]
        for place, line in enumerate(reports):
            token = ("token-edge", "token-core", "token-of-nobody", "token-of-none")[place % 4]
            line.ask("POST /report", _report(instance=f"e{place}"), token=token)
        eventually(lambda: sum(len(waiting) for waiting in plane.stream.tokens._waiting.values()) == 39)
        answer.set()
        assert [line.status() for line in reports] == [204, 204, 401, 401] * 10
        assert [len(each) for each in asked] == [1, 4], "the first alone, and all who came meanwhile with the second"
        assert len(plane.fleet.seen()) == 20


def test_a_fault_in_one_answer_keeps_nobody_else_from_theirs(a_plane, eventually):
    with a_plane(beat=60.0) as plane:
        told, tokens = [], plane.stream.tokens

        def fail(name: str | None) -> None:
            raise RuntimeError("this answer is broken")

        def ask() -> None:
            for then in (fail, told.append, told.append):
                tokens.name_of("token-core", then, lambda: None)

        plane.stream._loop.call_soon_threadsafe(ask)
        eventually(lambda: told == ["core", "core"])


def test_a_revoked_token_closes_its_line_with_the_next_beat_though_its_gateway_says_nothing(a_plane, eventually):
    with a_plane(beat=0.05) as plane, Line(plane).ask(STREAM) as line, Line(plane) as other:
        other.ask(STREAM.replace("edge-1", "core-1"), token="token-core")
        assert (line.status(), other.status()) == (200, 200)
        plane.stream.tokens._names_of = lambda tokens: {"token-core": "core"}
        eventually(lambda: [each.token for each in plane.stream.readers] == ["token-core"])


def test_a_slow_reader_is_dropped_and_the_others_are_not(a_plane, a_table, eventually):
    with a_plane(unsent_limit=64 * 1024) as plane:
        big = {f"tenant-{place:05}" for place in range(20_000)}
        with Line(plane, receive_buffer=4096).ask(STREAM.replace("edge-1", "slow")) as slow, Line(plane) as quick:
            quick.ask(STREAM.replace("edge-1", "quick"))
            assert (slow.status(), quick.status()) == (200, 200)
            for generation in range(2, 40):
                rings = dict.fromkeys(big, f"ring-{generation}")
                plane.publish(a_table(generation, rings=rings))
                assert quick.table() == [1, generation]
                if len(plane.stream.readers) == 1:
                    break
            eventually(lambda: [each.instance for each in plane.fleet.seen() if each.connected] == ["quick"])
            assert len(plane.stream.readers) == 1


def test_closing_says_goodbye_to_every_line(a_plane):
    with a_plane() as plane:
        line = Line(plane).ask(STREAM)
        line.status()
        line.event()
    assert line.event()[0] in ("beat", "bye")
    assert line.file.read() in (b"", b"event: bye\ndata: {}\n\n")


def test_a_connection_on_which_nothing_is_asked_is_closed(a_plane):
    with a_plane() as plane, Line(plane) as line:
        assert line.ask("POST /report", _report()).status() == 204
        later = plane.stream.monotonic() + 61.0
        plane.stream.monotonic = lambda: later
        assert line.file.read() == b""


def test_a_report_is_told_after_the_fleet_has_it_and_a_failing_callback_hurts_no_one(a_plane, eventually):
    told = []

    def tell(reports) -> None:
        told.extend((seen.number, plane.fleet.highest()) for seen in reports)
        raise RuntimeError("this callback is broken")

    with a_plane(on_reports=tell) as plane, Line(plane) as line:
        for generation in (1, 2, 3):
            assert line.ask("POST /report", _report(number=f"1.{generation}")).status() == 204
        eventually(lambda: len(told) == 3)
    assert all(highest >= Number.parse(number) for number, highest in told)


def test_what_is_reported_while_the_callback_works_is_told_together_and_in_order(a_plane, eventually):
    told, go_on = [], threading.Event()

    def tell(reports) -> None:
        told.append([seen.number for seen in reports])
        assert go_on.wait(10.0)

    with a_plane(on_reports=tell) as plane, Line(plane) as line:
        for generation in (1, 2, 3, 4):
            assert line.ask("POST /report", _report(number=f"1.{generation}")).status() == 204
        go_on.set()
        eventually(lambda: told == [["1.1"], ["1.2", "1.3", "1.4"]])


def test_who_asks_while_a_table_is_published_is_told_of_it_at_once(plane, a_table):
    """The question was answered before the kill was committed, and the line was not among the readers after it."""
    since = plane.stream._newest._since

    def published_meanwhile(number):
        plane.stream._newest._since = since
        plane.publish(a_table(2, thrown_features=frozenset({"search"})))
        return

    plane.stream._newest._since = published_meanwhile
    with Line(plane).ask(STREAM.replace("0.0", "1.0")) as line:
        line.status()
        assert line.event()[0] == "table"


def test_whole_tables_are_kept_once_however_many_numbers_of_an_ended_epoch_ask_for_them(plane, a_table):
    """After a restore every gateway comes back with a number of its own: sixty-four whole tables are gigabytes."""
    plane.publish(a_table(3, epoch=2))
    for generation in range(1, 6):
        with Line(plane).ask(STREAM.replace("0.0", f"1.{generation}")) as line:
            line.status()
            assert line.head()["after"] is None
    assert len(plane.stream._newest._kept) == 1


def test_of_what_was_broadcast_only_so_much_is_kept(a_table):
    newest = Newest(lambda number: None, most_bytes=10_000)
    frame, events = write_frame(Number(1, 1), None, {}), []
    for generation in range(2, 40):
        frame = write_frame(Number(1, generation), Number(1, generation - 1), {})
        events.append(event_of(frame) + b" " * 3_000)
        newest.note(frame, events[-1])
    assert newest.later(Number(1, 37)) == events[-2:]
    assert newest.later(Number(1, 20)) is None
    newest.note(write_frame(Number(1, 40), Number(1, 39), {}), b" " * 50_000)
    assert newest.later(Number(1, 39)) == [b" " * 50_000]
