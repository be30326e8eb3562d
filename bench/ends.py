"""What stands at the other ends: a control plane, gateways, readers, bare sockets? Each a process of its own.

Moments are seconds of the machine's monotonic clock, which all processes of one machine share.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import multiprocessing
import os
import re
import signal
import socket
import sys
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

TABLE = re.compile(rb'event: table\ndata: \{[^\n]*"number":\[(\d+),(\d+)\]')
REPORT = b"POST /report HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s"
STREAM = (
    b"GET /stream?instance=raw-%d&boot=bench&number=0.0 HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n"
)
TIMEOUT_SECONDS = 120.0


@contextlib.contextmanager
def process(main: Callable[..., None], *arguments: object) -> Iterator[Connection]:
    """Run a function of this module in a process of its own, with a pipe to it; it is ended at the end."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    child = spawn.Process(target=main, args=(theirs, *arguments), daemon=True)
    child.start()
    theirs.close()
    try:
        yield ours
    finally:
        child.terminate()
        child.join(10)


def answer(pipe: Connection) -> Any:
    """Return what a process says next; raises TimeoutError where it says nothing."""
    if not pipe.poll(TIMEOUT_SECONDS):
        raise TimeoutError("one of the processes says nothing")
    return pipe.recv()


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def serve_plane(pipe: Connection, data: str, port: int, stream_port: int) -> None:
    """Serve a control plane, and say of each number when the request that led to it was received."""
    from leverframe.actions import switches
    from leverframe.wiring import Settings, serve

    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    open_receipt = switches.open_receipt

    def noted(house: Any, db: Any, number: Any, received_at: float, because: str) -> None:
        pipe.send((str(number), received_at))
        open_receipt(house, db, number, received_at, because)

    switches.open_receipt = noted
    serve(Settings(Path(data), listen=f"127.0.0.1:{port}", stream_listen=f"127.0.0.1:{stream_port}"))


def be_gateway(pipe: Connection, address: str, token: str, state_dir: str, key: str) -> None:
    """Be one real gateway that trusts one key: says (number, moment) whenever it has applied a table."""
    from leverframe.gateway import Gateway

    gateway = Gateway(address, token, instance="real", state_dir=Path(state_dir), keys=(key,))
    gateway._begin()
    assert gateway._hands is not None
    listening = gateway._hands.listening
    applied = listening._applied

    def noted() -> None:
        moment = time.monotonic()
        applied()
        pipe.send((str(gateway.number), moment))

    listening._applied = noted
    threading.Event().wait()


def be_raw_gateways(pipe: Connection, stream_port: int, token: str, count: int) -> None:
    """Be so many raw gateways in one process: says (number, moment of the last of them, bytes) for each number."""
    import uvloop

    uvloop.run(_raw_gateways(pipe, stream_port, token.encode(), count))


async def _raw_gateways(pipe: Connection, port: int, token: bytes, count: int) -> None:
    loop, seen = asyncio.get_running_loop(), defaultdict(int)

    def noted(number: str, moment: float, size: int) -> None:
        seen[number] += 1
        if seen[number] == count:
            pipe.send((number, moment, size))

    for place in range(count):
        reports = _Reports(token, port)
        await reports.connect()
        await loop.create_connection(lambda place=place, to=reports: _Raw(place, token, to, noted), "127.0.0.1", port)
    await asyncio.Event().wait()


class _Raw(asyncio.Protocol):
    """A line that reads tables, and reports each at once."""

    def __init__(self, place: int, token: bytes, reports: _Reports, noted: Callable[[str, float, int], None]) -> None:
        self._place, self._token, self._reports, self._noted = place, token, reports, noted
        self._text = b""

    def connection_made(self, transport: Any) -> None:
        transport.write(STREAM % (self._place, self._token))

    def data_received(self, data: bytes) -> None:
        self._text += data
        *events, self._text = self._text.split(b"\n\n")
        for event in events:
            if found := TABLE.search(event):
                moment, number = time.monotonic(), b"%s.%s" % found.groups()
                self._reports.say(self._place, number)
                self._noted(number.decode(), moment, len(event) + 2)


class _Reports(asyncio.Protocol):
    """A kept connection for one gateway's reports; a server lets go of one that says nothing for a minute."""

    def __init__(self, token: bytes, port: int) -> None:
        self._token, self._port = token, port
        self._transport: Any = None
        self._connecting: Any = None

    async def connect(self, text: bytes = b"") -> None:
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
        self._transport.write(text)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, fault: Exception | None) -> None:
        self._transport = None

    def say(self, place: int, number: bytes) -> None:
        body = b'{"instance":"raw-%d","boot":"bench","number":"%s"}' % (place, number)
        text = REPORT % (self._token, len(body), body)
        if self._transport is None:
            self._connecting = asyncio.ensure_future(self.connect(text))
        else:
            self._transport.write(text)


def read_pages(pipe: Connection, port: int, cookie: str, paths: tuple[str, ...], threads: int) -> None:
    """Read pages without a pause in so many threads, while the pipe last said True; says how many were read."""
    reading, read = threading.Event(), [0]

    def run(first: int) -> None:
        connection, place = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS), first
        while reading.wait():
            connection.request("GET", paths[place % len(paths)], headers={"Cookie": cookie, "Accept": "text/html"})
            response = connection.getresponse()
            response.read()
            assert response.status == 200, f"{paths[place % len(paths)]}: {response.status}"
            read[0] += 1
            place += 1

    for first in range(threads):
        threading.Thread(target=run, args=(first,), daemon=True).start()
    while True:
        if pipe.recv():
            read[0] = 0
            reading.set()
        else:
            reading.clear()
            pipe.send(read[0])


def broadcast_floor(pipe: Connection, port: int) -> None:
    """Be the least that reaches many: on (size, count), write so many bytes to so many lines; says the moment."""
    import uvloop

    uvloop.run(_broadcast(pipe, port))


async def _broadcast(pipe: Connection, port: int) -> None:
    loop, lines = asyncio.get_running_loop(), []

    class Line(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            lines.append(transport)

    def asked() -> None:
        broadcast(*pipe.recv())

    def broadcast(size: int, count: int) -> None:
        if len(lines) < count:
            loop.call_later(0.005, broadcast, size, count)
            return
        payload, moment = b"x" * size, time.monotonic()
        for line in lines[:count]:
            line.write(payload)
        pipe.send(moment)

    server = await loop.create_server(Line, "127.0.0.1", port, backlog=1024)
    loop.add_reader(pipe.fileno(), asked)
    pipe.send("listening")
    await server.serve_forever()


def broadcast_starlette(pipe: Connection, port: int) -> None:
    """Be what is usual: Starlette's streamed answers with a queue for each client; on (size, count) as the floor."""
    import uvicorn
    import uvloop

    listens = socket.create_server(("127.0.0.1", port), backlog=8192)  # before it says so: uvicorn binds after that
    uvloop.run(uvicorn.Server(uvicorn.Config(_starlette(pipe), log_level="error")).serve([listens]))


def _starlette(pipe: Connection) -> Any:
    from starlette.applications import Starlette
    from starlette.responses import StreamingResponse
    from starlette.routing import Route

    queues: list[asyncio.Queue[bytes]] = []

    async def events(queue: asyncio.Queue[bytes]) -> AsyncIterator[bytes]:
        yield b": welcome\n\n"
        while True:
            yield await queue.get()

    async def stream(request: Any) -> Any:
        queues.append(asyncio.Queue())
        return StreamingResponse(events(queues[-1]), media_type="text/event-stream")

    def asked() -> None:
        broadcast(*pipe.recv())

    def broadcast(size: int, count: int) -> None:
        if len(queues) < count:
            asyncio.get_running_loop().call_later(0.005, broadcast, size, count)
            return
        payload, moment = b"x" * size, time.monotonic()
        for queue in queues[:count]:
            queue.put_nowait(payload)
        pipe.send(moment)

    @contextlib.asynccontextmanager
    async def listening(app: Any) -> AsyncIterator[None]:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # end at once: its clients never leave by themselves
        asyncio.get_running_loop().add_reader(pipe.fileno(), asked)
        pipe.send("listening")
        yield

    return Starlette(routes=[Route("/stream", stream)], lifespan=listening)


def hear_floor(pipe: Connection, port: int, count: int, request: bytes = b"") -> None:
    """Be so many listeners in one process: on a size, says when each of them had so many bytes more."""
    import uvloop

    uvloop.run(_hear(pipe, port, count, request))


async def _hear(pipe: Connection, port: int, count: int, request: bytes) -> None:
    loop, wanted, full, greeted = asyncio.get_running_loop(), [0], [0], asyncio.Semaphore(0)

    class Listener(asyncio.Protocol):
        def __init__(self) -> None:
            self.size, self.greeted = 0, False

        def connection_made(self, transport: Any) -> None:
            if request:
                transport.write(request)

        def data_received(self, data: bytes) -> None:
            if not self.greeted:
                self.greeted = True
                greeted.release()
            self.size += len(data) if wanted[0] else 0
            if self.size >= wanted[0] > 0:
                self.size = 0
                full[0] += 1
                if full[0] == count:
                    full[0] = 0
                    pipe.send(time.monotonic())

    def asked() -> None:
        wanted[0] = pipe.recv()
        pipe.send("ready")

    for _ in range(count):
        await loop.create_connection(Listener, "127.0.0.1", port)
        if request:
            await greeted.acquire()
    loop.add_reader(pipe.fileno(), asked)
    pipe.send("connected")
    await asyncio.Event().wait()


CHAT = (
    b'{"id":"chat-1","object":"chat.completion","created":0,"model":"gpt-4o","choices":[{"index":0,"finish_reason":'
    b'"stop","message":{"role":"assistant","content":"The refund takes five days."}}],"usage":{"prompt_tokens":20,'
    b'"completion_tokens":10,"total_tokens":30}}'
)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(CHAT), CHAT)
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def answer_chats(pipe: Connection, port: int) -> None:
    """Be the least that a provider is: the same chat completion at once, whatever is asked."""
    import uvloop

    uvloop.run(_answer_chats(pipe, port))


async def _answer_chats(pipe: Connection, port: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await _message(reader)
                writer.write(OK)

    await asyncio.start_server(serve, "127.0.0.1", port)
    pipe.send("listening")
    await asyncio.Event().wait()


def ask_chats(pipe: Connection) -> None:
    """Ask for chats: on (port, request, count, lines), says the seconds of each and the seconds of all together."""
    import uvloop

    while True:
        pipe.send(uvloop.run(_ask_chats(*pipe.recv())))


async def _ask_chats(port: int, request: bytes, count: int, lines: int) -> tuple[list[float], float]:
    left, times = iter(range(count)), []

    async def line() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in left:
            began = time.perf_counter()
            writer.write(request)
            head = await _message(reader)
            times.append(time.perf_counter() - began)
            assert head.startswith(b"HTTP/1.1 200"), head
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(line() for _ in range(lines)))
    return times, time.perf_counter() - began


async def _message(reader: asyncio.StreamReader) -> bytes:
    """Read one HTTP message that says its length, and return its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head
