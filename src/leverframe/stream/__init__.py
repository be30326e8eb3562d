"""How does a table reach every gateway within milliseconds?

A raw writer on a uvloop loop in a thread of its own: one frame is serialised and signed once and written to each
open line in a loop; there is no queue and no task per gateway. GET /stream opens a line (server-sent events), POST
/report says what a gateway has applied. A line begins with what its gateway lacks, a whole table where it has none;
from then on it hears what changes. Who does not read is dropped, and comes back for what it missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from leverframe.actions.fleet import Fleet
from leverframe.nouns.frames import Frame
from leverframe.nouns.gateways import HEARTBEAT_SECONDS, Seen
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.stream.lines import Line
from leverframe.stream.newest import Newest, Since, event_of
from leverframe.stream.tokens import NamesOf, Tokens

log = logging.getLogger("leverframe.stream")

UNSENT_LIMIT = 1024 * 1024
MOST_WAITING_REPORTS = 10_000


class Stream:
    """The writer. `start`, `publish` and `close` may be called from any thread.

    `names_of` says whose tokens those are that gateways show; it is asked again with every heartbeat, and a line
    whose token is nobody's any more is closed. It and `since` may block. `on_reports` is told of the reports that
    the fleet has taken since it was last told, in a thread of its own.
    """

    def __init__(
        self,
        names_of: NamesOf,
        fleet: Fleet,
        since: Since,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        unsent_limit: int = UNSENT_LIMIT,
        on_reports: Callable[[list[Seen]], None] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fleet, self.monotonic, self.unsent_limit = fleet, monotonic, unsent_limit
        self.lines: set[Line] = set()
        self.readers: set[Line] = set()
        self.number = NO_NUMBER
        self._newest = Newest(since)
        self._on_reports = on_reports
        self._heartbeat_seconds, self._host, self._port = heartbeat_seconds, host, port
        self._loop = _new_loop()
        self._askers = ThreadPoolExecutor(2, thread_name_prefix="stream-tokens")
        self._tellers = ThreadPoolExecutor(1, thread_name_prefix="stream-reports")
        self._untold: list[Seen] = []
        self._is_telling = False
        self.tokens = Tokens(names_of, self._loop, self._askers, lambda: self.monotonic(), self._refuse)
        self._thread: threading.Thread | None = None
        self._server: asyncio.AbstractServer | None = None

    @property
    def url(self) -> str:
        """Return the address that gateways are told."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    def start(self) -> None:
        """Bind the address and begin; raises OSError where it is taken."""
        making = self._loop.create_server(partial(Line, self), self._host, self._port, backlog=1024)
        self._server = self._loop.run_until_complete(making)
        self._port = self._server.sockets[0].getsockname()[1]
        self._loop.call_soon(self._beat)
        self._thread = threading.Thread(target=self._loop.run_forever, name="stream", daemon=True)
        self._thread.start()

    def publish(self, frame: Frame) -> None:
        """Write a frame to every open line; a number that is not newer than the last is passed over.

        Where it begins after what was last written, what lies between is asked for first.
        """
        event = event_of(frame)
        with contextlib.suppress(RuntimeError):  # the stream was closed: gateways come back to the next process
            self._loop.call_soon_threadsafe(self._broadcast, frame, event)

    def close(self, timeout: float = 2.0) -> None:
        """Say goodbye to the gateways, which will come back by themselves, and stop."""
        if self._thread is None:
            return
        with contextlib.suppress(TimeoutError):  # whoever has not heard it by then comes back by itself
            asyncio.run_coroutine_threadsafe(self._farewell(timeout), self._loop).result(timeout + 1.0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout)
        self._thread = None
        self._askers.shutdown(wait=False)
        self._tellers.shutdown(wait=False)
        self._loop.close()

    def tell(self, seen: Seen) -> None:
        """Hand a report to the callback without ever waiting for it, together with those that come meanwhile."""
        if len(self._untold) < MOST_WAITING_REPORTS:
            self._untold.append(seen)
        self._tell()

    def beat_event(self) -> bytes:
        """Return the beat: the number that gateways should hold."""
        return b'event: beat\ndata: {"number": "%s"}\n\n' % str(self.number).encode()

    def bring(self, line: Line, number: Number) -> None:
        """Write to a line what its gateway lacks, and let it hear the rest; `number` is what it holds."""
        if number == self.number:
            self._join(line)
            return
        if number.epoch < self.number.epoch:
            number = NO_NUMBER  # whatever it was, it gets a whole table, and all such get the same
        kept = self._newest.kept(number)
        if kept is not None:
            self._brought(line, kept)
            return
        asking = self._loop.run_in_executor(self._askers, self._newest.ask, number)
        asking.add_done_callback(partial(self._answered, line, number))

    def _broadcast(self, frame: Frame, event: bytes) -> None:
        if frame.number <= self.number:
            return
        after = frame.after
        if after is not None and (after.epoch != self.number.epoch or after > self.number):
            self._loop.run_in_executor(self._askers, self._newest.ask, self.number).add_done_callback(self._caught_up)
            return
        self.number = frame.number
        self._newest.note(frame, event)
        for line in list(self.readers):
            line.send(event)

    def _caught_up(self, asked: asyncio.Future[Any]) -> None:
        """Write what lay between two frames; where it cannot be asked for, the clock's next round brings it."""
        if asked.cancelled() or asked.exception() is not None:
            log.warning("could not ask for the newest table: %s", "" if asked.cancelled() else asked.exception())
        elif (told := asked.result()) is not None:
            self._broadcast(*told)

    def _answered(self, line: Line, number: Number, asked: asyncio.Future[Any]) -> None:
        if asked.cancelled() or asked.exception() is not None:
            log.warning("could not ask for the newest table: %s", "" if asked.cancelled() else asked.exception())
            line.close()
        elif (told := asked.result()) is None and number < self.number:
            self.bring(line, number)  # something was published while it was asked
        elif told is None:
            self._join(line)
        else:
            self._newest.keep(number, *told)
            self._brought(line, told)

    def _brought(self, line: Line, told: tuple[Frame, bytes]) -> None:
        """Write what was asked for, and what was broadcast meanwhile."""
        frame, event = told
        later = self._newest.later(frame.number)
        if later is None:
            self.bring(line, NO_NUMBER)
            return
        line.begin(event)
        for each in later:
            line.send(each)
        self._join(line)

    def _join(self, line: Line) -> None:
        if not line.is_closing:
            self.readers.add(line)
            line.send(self.beat_event())

    def _beat(self) -> None:
        self._loop.call_later(self._heartbeat_seconds, self._beat)
        beat, now = self.beat_event(), self.monotonic()
        for line in list(self.lines):
            line.beat(beat, now)
        self.tokens.renew({line.token for line in self.lines if line.token})

    def _refuse(self, tokens: set[str]) -> None:
        """Close the lines whose tokens are nobody's any more."""
        for line in [line for line in self.lines if line.token in tokens]:
            line.close()

    def _tell(self) -> None:
        if self._on_reports is None or self._is_telling or not self._untold:
            return
        self._is_telling, told, self._untold = True, self._untold, []
        self._loop.run_in_executor(self._tellers, self._on_reports, told).add_done_callback(self._told)

    def _told(self, telling: asyncio.Future[Any]) -> None:
        self._is_telling = False
        if not telling.cancelled() and telling.exception() is not None:
            log.error("reports could not be taken further", exc_info=telling.exception())
        self._tell()

    async def _farewell(self, timeout: float) -> None:
        if self._server is not None:
            self._server.close()
        for line in list(self.lines):
            line.send(b"event: bye\ndata: {}\n\n")
            line.close()
        deadline = self._loop.time() + timeout
        while self.lines and self._loop.time() < deadline:
            await asyncio.sleep(0.01)
        for line in list(self.lines):
            line.abort()


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
