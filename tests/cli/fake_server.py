"""How does a server look from the outside? A second implementation of the wire, for a handful of routes."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What a route answers."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class FakeServer:
    """Answers `METHOD /path` as it was told and keeps what was asked; anything else is a 404 problem."""

    def __init__(self) -> None:
        self.routes: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    def gives(self, route: str, document: Any, status: int = 200, **headers: str) -> None:
        """Answer a route with a document."""
        kind = "application/json" if status < 400 else "application/problem+json"
        body = json.dumps(document).encode()
        self.routes[route] = Answer(body, status, kind, {k.replace("_", "-"): v for k, v in headers.items()})

    def refuses(self, route: str, status: int, **parts: Any) -> None:
        """Answer a route with a problem."""
        self.gives(route, {"type": "refused", "title": "The rules say no", "status": status, **parts}, status)

    @property
    def written(self) -> Asked:
        """Return the newest request that was to write something."""
        return next(asked for asked in reversed(self.asked) if asked.method != "GET")

    @property
    def last(self) -> Asked:
        return self.asked[-1]

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _take(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        found = self.routes.get(f"{asked.method} {asked.path}")
        missing = {"type": "not-found", "title": "There is no such page", "status": 404, "detail": asked.path}
        return found or Answer(json.dumps(missing).encode(), 404, "application/problem+json")

    def _handler(fake) -> type[BaseHTTPRequestHandler]:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
                answer = fake._take(asked)
                self.send_response(answer.status)
                for name, value in {"content-type": answer.kind, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                return

        return Handler
