"""What lives while the server runs: health, the pages' events, the demo's clock."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from leverframe.actions import clock as clocks
from leverframe.actions import rooms
from leverframe.clock import VirtualClock
from leverframe.nouns.verdicts import NotFound
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting, house_of

router = APIRouter(tags=["live"])
KEEP_ALIVE_SECONDS = 15.0


class Events:
    """Tells open pages that something changed; `stir` may be called from any thread.

    A page says which mark it was drawn under: what changed before it listened, or while its line broke, is told too.
    """

    def __init__(self) -> None:
        self._boot, self._stirred = secrets.token_hex(4), 0
        self._queues: set[asyncio.Queue[str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.closing = False

    @property
    def mark(self) -> str:
        """Name how things stand now; it is another one after every change, and after every start."""
        return f"{self._boot}.{self._stirred}"

    def stir(self, topic: str) -> None:
        """Tell every open page; without a loop nobody listens."""
        self._stirred += 1
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, topic)

    def close(self) -> None:
        """End every page's stream, so that the server can stop."""
        self.closing = True
        self.stir("bye")

    def _tell(self, topic: str) -> None:
        for queue in self._queues:
            if queue.qsize() < 16:
                queue.put_nowait(topic)

    async def listen(self, request: Request, heard: str = "") -> AsyncIterator[bytes]:
        """Yield server-sent events until the page goes away; `heard` is the mark that it was drawn under."""
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[str] = asyncio.Queue()
        self._queues.add(queue)
        if heard and heard != self.mark:
            queue.put_nowait("change")
        try:
            yield b": open\n\n"
            while not self.closing and not await request.is_disconnected():
                try:
                    topic = await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)
                    yield f"event: {topic}\ndata: changed\n\n".encode()
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            self._queues.discard(queue)


@router.get("/events")
async def events(request: Request, visit: Visiting, heard: str = "") -> Response:
    """Tell a page when something changed."""
    stream: Events = request.app.state.events
    told = stream.listen(request, heard)
    return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get("/health/live")
def live() -> Response:
    """Say that the process runs."""
    return JSONResponse({"live": True})


@router.get("/health/ready")
def ready(request: Request) -> Response:
    """Say that the store answers."""
    try:
        rooms.room(house_of(request))
    except Exception:
        return JSONResponse({"ready": False}, 503)
    return JSONResponse({"ready": True})


class Advance(Body):
    """How far the demo's clock goes on."""

    minutes: float = 1.0


@router.get("/clock")
def clock(visit: Visiting) -> Response:
    """Tell the time that decisions use."""
    now = visit.house.clock.now()
    return JSONResponse({"now": now.isoformat(), "virtual": isinstance(visit.house.clock, VirtualClock)})


@router.post("/clock", openapi_extra=describes(Advance), include_in_schema=False)
def advance(request: Request, visit: Visiting, body: Annotated[Advance, Depends(sent(Advance))]) -> Response:
    """Move the demo's clock on and let the runner step; a real clock cannot be moved."""
    clock = visit.house.clock
    if not isinstance(clock, VirtualClock) or not visit.house.demo:
        raise NotFound("this server's clock is the real one", remedy="only the demo's clock can be moved")
    now = clocks.go_on(visit.house, clock, timedelta(minutes=max(0.0, body.minutes)))
    request.app.state.runner.round()
    newest = request.app.state.settled()
    return JSONResponse({"now": now.isoformat(), "number": newest})
