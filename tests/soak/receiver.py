"""Who listens to the webhook, and what has arrived?

A receiver as the outside has it: it checks the signature, and drops what repeats a `webhook-id` that it knows.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + "c29hay1zb2FrLXNvYWstc29haw=="


class Receiver:
    """A local listener; `messages` are by webhook-id, `arrivals` counts how often each came."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self.arrivals: Counter[str] = Counter()
        self.contradictions: list[str] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Return the address."""
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Take one delivery; raises WebhookVerificationError for one that is not signed by our secret."""
        Webhook(SECRET).verify(body, headers)
        id, message = headers["webhook-id"], json.loads(body)
        with self._lock:
            self.arrivals[id] += 1
            if self.messages.setdefault(id, message) != message:
                self.contradictions.append(id)


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.take(body, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    return Handler
