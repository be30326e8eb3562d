"""How do thousands of virtual minutes of HTTP fit into one real one?

A lean transport for the `openai` client's own `http_client`: kept connections, one write and one parse a request,
no pool logic in Python. It speaks plain HTTP/1.1 to one address, and reads each answer whole, streams too. The
default transport costs about as much processor time as all the rest of the client.
"""

from __future__ import annotations

import asyncio
from typing import cast

import httptools
import httpx2

_Headers = list[tuple[bytes, bytes]]


class Line(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[httpx2.Response] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._headers: _Headers = []
        self._body: list[bytes] = []

    def ask(self, request: bytes) -> asyncio.Future[httpx2.Response]:
        """Send a request; the future has its answer."""
        assert self._transport is not None
        self._headers, self._body = [], []
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        """Close the connection."""
        self.is_open = False
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport, self.is_open = cast(asyncio.Transport, transport), True

    def data_received(self, data: bytes) -> None:
        """Parse what came."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as fault:
            self._fail(httpx2.RemoteProtocolError(str(fault)))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End what is under way."""
        self.is_open = False
        self._fail(httpx2.ReadError("the connection was closed"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep one header."""
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        """Keep a piece of the body."""
        self._body.append(body)

    def on_message_complete(self) -> None:
        """Hand the answer over."""
        self.is_open = self.is_open and self._parser.should_keep_alive()
        if self._answer is not None and not self._answer.done():
            status = self._parser.get_status_code()
            self._answer.set_result(httpx2.Response(status, headers=self._headers, content=b"".join(self._body)))

    def _fail(self, fault: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault)


class Lines(httpx2.AsyncBaseTransport):
    """Kept connections to one gateway."""

    def __init__(self) -> None:
        self._kept: list[Line] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request. Raises httpx2.TransportError."""
        line = self._free_line() or await _open(request.url)
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("read")):
                response = await line.ask(_head(request) + await request.aread())
        except TimeoutError as fault:
            line.close()
            raise httpx2.ReadTimeout("no answer in time") from fault
        except BaseException:
            line.close()
            raise
        if line.is_open:
            self._kept.append(line)
        return response

    async def aclose(self) -> None:
        """Close all connections."""
        for line in self._kept:
            line.close()
        self._kept.clear()

    def _free_line(self) -> Line | None:
        while self._kept:
            line = self._kept.pop()
            if line.is_open:
                return line
        return None


async def _open(url: httpx2.URL) -> Line:
    try:
        _, line = await asyncio.get_running_loop().create_connection(Line, url.host, url.port or 80)
    except OSError as fault:
        raise httpx2.ConnectError(str(fault)) from fault
    return line


def _head(request: httpx2.Request) -> bytes:
    lines = [b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)]
    lines += [b"%s: %s" % pair for pair in request.headers.raw]
    return b"\r\n".join(lines) + b"\r\n\r\n"
