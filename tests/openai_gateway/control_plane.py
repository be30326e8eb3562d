"""What does a gateway hear from a control plane? A second implementation, small enough to read."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from leverframe.nouns.tables import RouteTable
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import parts_of

CALL_KEY = bytes(range(32))


class ControlPlane:
    """Publishes tables, and keeps what gateways report."""

    def __init__(self, table: RouteTable | None, name: str = "edge") -> None:
        self.table, self.name = table, name
        self.address = ""
        self.outcomes: list[dict] = []
        self.feedback: list[dict] = []
        self.reports: list[dict] = []
        self.published = asyncio.Event()

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/gateways/me", self._me),
                Route("/stream", self._stream),
                Route("/report", self._report, methods=["POST"]),
                Route("/gateways/outcomes", self._outcomes, methods=["POST"]),
                Route("/feedback", self._feedback, methods=["POST"]),
            ]
        )

    def publish(self, table: RouteTable) -> None:
        self.table = table

    def outcomes_of(self, call: str) -> list[dict]:
        return [outcome for outcome in self.outcomes if outcome["call"] == call]

    async def _me(self, request: Request) -> Response:
        return JSONResponse(
            {
                "name": self.name,
                "stream_url": self.address,
                "call_key": base64.b64encode(CALL_KEY).decode(),
                "heartbeat_seconds": 5.0,
                "candidate_lease_seconds": 300.0,
            }
        )

    async def _stream(self, request: Request) -> Response:
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> AsyncIterator[str]:
        sent: RouteTable | None = None
        while True:
            if self.table is not None and self.table is not sent:
                sent = self.table
                frame = write_frame(sent.number, None, parts_of(sent)).text.decode()
                yield "event: table\n" + "".join(f"data: {line}\n" for line in frame.splitlines()) + "\n"
            await asyncio.sleep(0.01)

    async def _report(self, request: Request) -> Response:
        self.reports.append(await request.json())
        return Response(status_code=204)

    async def _outcomes(self, request: Request) -> Response:
        batch = await request.json()
        self.outcomes += batch["outcomes"]
        return JSONResponse({"acknowledged": batch["sequence"]})

    async def _feedback(self, request: Request) -> Response:
        entries = await request.json()
        self.feedback += entries
        return JSONResponse({"recorded": len(entries), "late": 0, "unknown": 0})


class _Server(uvicorn.Server):
    """A server that ends when it is told to, not at its next tick."""

    async def main_loop(self) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)
        await self._told.wait()

    def end(self) -> None:
        """Tell it, from any thread."""
        self._loop.call_soon_threadsafe(self._told.set)


class Served:
    """An app in a thread, on a port of its own."""

    def __init__(self, app) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", timeout_graceful_shutdown=1)
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self.address = ""

    def __enter__(self) -> Served:
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            threading.Event().wait(0.005)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *fault: object) -> None:
        self._server.end()
        self._thread.join(timeout=10)
