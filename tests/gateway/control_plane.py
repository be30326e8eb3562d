"""What does a gateway need of a control plane? The real stream, and the three API routes, on 127.0.0.1.

In a test it runs in the same process; as a script in one of its own, which can be killed: it then publishes each
line of its input as a table, and prints each report that it hears.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from leverframe.actions.fleet import Fleet
from leverframe.gateway import gateway_key
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.frames import Frame, Sign
from leverframe.nouns.gateways import Seen
from leverframe.nouns.tables import NO_NUMBER, Number, RouteTable
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import changed, parts_of
from leverframe.stream import Stream

MASTER = b"a master key"
TOKENS = {"token-edge": "edge", "token-core": "core"}


class ControlPlane:
    """A stream with its fleet, and an API that counts batches as the control plane must: each number once."""

    def __init__(
        self, *, api_port: int = 0, stream_port: int = 0, beat: float = 0.1, on_reports=None, **stream
    ) -> None:
        self.fleet, self.beat = Fleet(), beat
        self.published: list[RouteTable] = []
        self.sign: Sign | None = None
        self.asked: list[str] = []
        self.polls: list[str] = []
        told = {"heartbeat_seconds": beat, "on_reports": on_reports, **stream}
        self.stream = Stream(self.names_of, self.fleet, self.since, port=stream_port, **told)
        self.batches: list[dict] = []
        self.tries: list[tuple[str, int]] = []
        self.feedback: list[dict] = []
        self.troubles: deque[int | str] = deque()
        self.refuses = 0
        self._counted: dict[str, int] = {}
        self._api = ThreadingHTTPServer(("127.0.0.1", api_port), _handler(self))
        self._api.daemon_threads = True
        self._serving = threading.Thread(target=self._api.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._api.server_port}"

    @property
    def outcomes(self) -> list[dict]:
        return [outcome for batch in self.batches for outcome in batch["outcomes"]]

    def __enter__(self) -> ControlPlane:
        self.stream.start()
        self._serving.start()
        return self

    def __exit__(self, *_) -> None:
        self.stream.close()
        self._api.shutdown()
        self._api.server_close()

    def names_of(self, tokens: frozenset[str]) -> dict[str, str]:
        self.asked += tokens
        return {token: TOKENS[token] for token in tokens if token in TOKENS}

    def publish(self, table: RouteTable) -> None:
        """Publish a table as what has changed since the last; a table of a new epoch whole."""
        before = self.published[-1] if self.published else None
        self.published.append(table)
        self.stream.publish(self.frame(table, before))

    def since(self, number: Number) -> Frame | None:
        newest = max(self.published, key=lambda table: table.number, default=None)
        if newest is None or number >= newest.number:
            return None
        held = next((each for each in self.published if each.number == number), None)
        return self.frame(newest, held)

    def frame(self, table: RouteTable, before: RouteTable | None = None) -> Frame:
        if before is None or before.number.epoch != table.number.epoch:
            return write_frame(table.number, None, parts_of(table), self.sign)
        changes = changed(parts_of(before), parts_of(table))
        return write_frame(table.number, before.number, changes, self.sign)

    def me(self, name: str) -> dict:
        return {
            "name": name,
            "stream_url": self.stream.url,
            "call_key": base64.b64encode(gateway_key(MASTER, name)).decode(),
            "heartbeat_seconds": self.beat,
            "candidate_lease_seconds": 300,
        }

    def take(self, batch: dict) -> dict:
        self.tries.append((batch["boot"], batch["sequence"]))
        if batch["sequence"] > self._counted.get(batch["boot"], 0):
            self._counted[batch["boot"]] = batch["sequence"]
            self.batches.append(batch)
        return {"acknowledged": self._counted[batch["boot"]]}


def _handler(plane: ControlPlane) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = TOKENS.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            self.answer(200, plane.me(name)) if name else self.answer(401, {"title": "Unauthorized"})

        def do_POST(self) -> None:
            document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/gateways/me/poll":
                self.polled(document)
                return
            trouble = plane.troubles.popleft() if plane.troubles else None
            if isinstance(trouble, int):
                self.answer(trouble, {"title": "trouble"})
                return
            if self.path == "/feedback":
                plane.feedback += document
                answer = {"recorded": len(document), "late": 0, "unknown": 0}
            else:
                answer = plane.take(document)
            answer["refused"] = plane.refuses
            if trouble == "silence":
                self.close_connection = True
                return
            self.answer(200, answer)

        def polled(self, report: dict) -> None:
            name = TOKENS[self.headers.get("Authorization", "").removeprefix("Bearer ")]
            plane.fleet.report(name, report["instance"], report["boot"], report["number"], report["traffic"])
            frame = plane.since(NO_NUMBER if report["whole"] else Number.parse(report["number"]))
            plane.polls.append(report["number"])
            body = frame.text if frame else b""
            self.send_response(200 if frame else 204)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def answer(self, status: int, document: dict) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_) -> None:
            pass

    return Handler


def main() -> None:
    api_port, stream_port, first = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    with ControlPlane(api_port=api_port, stream_port=stream_port, on_reports=_print) as plane:
        _publish(plane, first.read_text())
        print(json.dumps({"ready": plane.url}), flush=True)
        for line in sys.stdin:
            _publish(plane, line)


def _publish(plane: ControlPlane, line: str) -> None:
    plane.publish(from_document(RouteTable, json.loads(line)))


def _print(told: list[Seen]) -> None:
    for seen in told:
        sys.stdout.write(json.dumps(to_document(seen)) + "\n")  # one write: several lines of gateways tell at once
        sys.stdout.flush()


if __name__ == "__main__":
    main()
