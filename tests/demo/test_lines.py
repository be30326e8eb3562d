"""Does the lean transport read what servers answer, and say so when they do not?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest

from leverframe.demo.lines import Lines

WHOLE = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-a: 1\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n"
LAST = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi"
REFUSAL = b"HTTP/1.1 503 No\r\ncontent-length: 2\r\n\r\nhi"


def with_server(
    answers: list[bytes], ask: Callable[[httpx2.AsyncClient], Awaitable[None]], timeout: float = 5.0
) -> int:
    """Run `ask` against a server that gives these answers in turn; return how many connections it saw."""
    left, seen = list(answers), []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(writer)
        while await reader.read(65536):
            answer = left.pop(0)
            writer.write(answer)
            if answer == LAST or not answer.endswith((b"hi", b"0\r\n\r\n", b" ")):
                break
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        async with httpx2.AsyncClient(transport=Lines(), base_url=base, timeout=timeout) as client:
            await ask(client)
        server.close()

    asyncio.run(run())
    return len(seen)


def test_answers_are_read_over_one_kept_connection():
    async def ask(client: httpx2.AsyncClient) -> None:
        for _ in range(2):
            response = await client.post("/x", content=b"body")
            assert (response.text, response.headers.get("x-a")) == ("hi", "1")
        assert (await client.get("/x")).text == "hi"
        assert (await client.get("/x")).status_code == 503

    assert with_server([WHOLE, WHOLE, CHUNKED, REFUSAL], ask) == 1


def test_a_connection_that_ends_is_not_kept():
    async def ask(client: httpx2.AsyncClient) -> None:
        for _ in range(2):
            assert (await client.get("/x")).text == "hi"

    assert with_server([LAST, LAST], ask) == 2


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx", b"nonsense\r\n\r\n!"])
def test_a_broken_answer_is_a_transport_error(answer: bytes):
    async def ask(client: httpx2.AsyncClient) -> None:
        with pytest.raises(httpx2.TransportError):
            await client.get("/x")

    with_server([answer], ask)


def test_silence_is_a_timeout():
    async def ask(client: httpx2.AsyncClient) -> None:
        with pytest.raises(httpx2.ReadTimeout):
            await client.get("/x")

    with_server([b"HTTP/1.1 200 "], ask, timeout=0.05)


def test_nobody_there_is_a_connect_error():
    async def ask() -> None:
        async with httpx2.AsyncClient(transport=Lines(), base_url="http://127.0.0.1:9") as client:
            await client.get("/x")

    with pytest.raises(httpx2.ConnectError):
        asyncio.run(ask())
