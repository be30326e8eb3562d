"""What does one gateway's connection ask, and how is it answered?"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httptools

from leverframe.nouns.tables import NO_NUMBER, Number

if TYPE_CHECKING:
    from leverframe.stream import Stream

log = logging.getLogger("leverframe.stream")

LARGEST_REQUEST = 64 * 1024
LONGEST_NAME = 200
IDLE_SECONDS = 60.0


@dataclass(slots=True)
class _Asked:
    """One request, as far as it has been read."""

    method: str = ""
    url: bytes = b""
    token: str = ""
    body: bytearray = field(default_factory=bytearray)
    size: int = 0
    keep_alive: bool = True


class Line(asyncio.Protocol):
    """One connection of one gateway: a stream for as long as it lasts, or reports one after another."""

    def __init__(self, stream: Stream) -> None:
        self.token = ""
        self._stream = stream
        self._parser = httptools.HttpRequestParser(self)
        self._asked = _Asked()
        self._waiting: deque[_Asked] = deque()
        self._busy = False
        self._transport: Any = None
        self._instance: tuple[str, str, str] | None = None
        self._begun_with = 0
        self._heard_at = stream.monotonic()

    @property
    def is_closing(self) -> bool:
        """Say whether nothing more can be written."""
        return self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to listen."""
        self._transport = transport
        self._stream.lines.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the fleet where this was a gateway's line."""
        self._stream.lines.discard(self)
        self._stream.readers.discard(self)
        if self._instance is not None:
            self._stream.fleet.disconnected(*self._instance)

    def data_received(self, data: bytes) -> None:
        """Read on; whoever speaks no HTTP, or too much of it, is shown the door."""
        self._heard_at = self._stream.monotonic()
        self._asked.size += len(data)
        if self._instance is not None:
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, UnicodeError):
            self._problem(400, "Bad request", "this is not HTTP")
            return
        if self._asked.size > LARGEST_REQUEST or len(self._waiting) > 16:
            self._too_large()

    def on_message_begin(self) -> None:
        """Begin a request (httptools)."""
        self._asked = _Asked(size=0)

    def on_url(self, url: bytes) -> None:
        """Take its path and query (httptools)."""
        self._asked.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take its token (httptools)."""
        if name.lower() == b"authorization" and value[:7].lower() == b"bearer ":
            self._asked.token = value[7:].strip().decode()

    def on_body(self, body: bytes) -> None:
        """Take a part of its body (httptools)."""
        self._asked.body += body

    def on_message_complete(self) -> None:
        """Answer when those before it are answered (httptools)."""
        self._asked.method = self._parser.get_method().decode()
        self._asked.keep_alive = self._parser.should_keep_alive()
        self._waiting.append(self._asked)
        self._next()

    def begin(self, event: bytes) -> None:
        """Write what the gateway lacks, however much that is."""
        self._begun_with = len(event)
        self.send(event)

    def send(self, event: bytes) -> None:
        """Write an event if this is a stream; drop it if it does not read."""
        if self._instance is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > self._stream.unsent_limit + self._begun_with:
            log.warning("%s reads too slowly; its line is dropped", "/".join(self._instance[:2]))
            self._transport.abort()
            return
        self._transport.write(event)

    def beat(self, event: bytes, now: float) -> None:
        """Write a beat to a stream that has what it lacked; close a connection on which nothing is asked any more."""
        if self in self._stream.readers:
            self.send(event)
        elif self._instance is not None:
            return
        elif now - self._heard_at > IDLE_SECONDS:
            self.close()

    def close(self) -> None:
        """Close when what was written has been sent."""
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def _next(self) -> None:
        if self._busy or not self._waiting or self._transport.is_closing():
            return
        self._busy = True
        asked = self._waiting.popleft()
        busy = partial(self._problem, 503, "Not now", "the token could not be checked; ask again")
        if len(asked.body) > LARGEST_REQUEST:
            self._too_large()
        elif not asked.token:
            self._answer(asked, None)
        else:
            self._stream.tokens.name_of(asked.token, partial(self._answer, asked), busy)

    def _answer(self, asked: _Asked, gateway: str | None) -> None:
        if self._transport.is_closing():
            return
        try:
            parts = urlsplit(asked.url.decode())
            known = {("GET", "/stream"): self._open, ("POST", "/report"): self._take}.get((asked.method, parts.path))
            if gateway is None:
                self._problem(401, "Unauthorized", "this token belongs to no enrolled gateway")
            elif known is None:
                self._problem(404, "Not found", "there are GET /stream and POST /report")
            else:
                known(asked, gateway, parts.query)
        except (ValueError, RecursionError) as fault:
            self._problem(400, "Bad request", str(fault))
        self._busy = False
        self._next()

    def _open(self, asked: _Asked, gateway: str, query: str) -> None:
        given = {name: values[0] for name, values in parse_qs(query).items()}
        instance, boot = _name(given.get("instance")), _name(given.get("boot"))
        number = _number(given.get("number", str(NO_NUMBER)))
        seen = self._stream.fleet.connected(gateway, instance, boot, number, self._stream.monotonic())
        self.token, self._instance = asked.token, (gateway, instance, boot)
        self._transport.write(STREAM_HEAD)
        self._stream.bring(self, NO_NUMBER if given.get("whole") == "1" else number)
        self._stream.tell(seen)

    def _take(self, asked: _Asked, gateway: str, query: str) -> None:
        report = json.loads(bytes(asked.body))
        if not isinstance(report, dict):
            raise ValueError("a report is an object")
        seen = self._stream.fleet.report(
            gateway,
            _name(report.get("instance")),
            _name(report.get("boot")),
            _number(report.get("number")),
            traffic=report.get("traffic") is True,
            goodbye=report.get("goodbye") is True,
            at=self._stream.monotonic(),
        )
        self._transport.write(NO_CONTENT)
        if not asked.keep_alive:
            self.close()
        self._stream.tell(seen)

    def _too_large(self) -> None:
        self._problem(413, "Too large", f"a request has at most {LARGEST_REQUEST} bytes")

    def _problem(self, status: int, title: str, detail: str) -> None:
        """Answer with a problem document (RFC 9457) and close."""
        body = json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail}).encode()
        head = f"HTTP/1.1 {status} {title}\r\nContent-Type: application/problem+json\r\nConnection: close\r\n"
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        self.close()


STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n"
)
NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def _name(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or not value.isprintable():
        raise ValueError("instance and boot are names of at most 200 printable characters")
    return value


def _number(value: Any) -> Number:
    return Number.parse(str(value))
