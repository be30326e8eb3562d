"""What has a gateway that connects to be told?

What was asked of the database is kept until something newer is broadcast, so that a thousand gateways that come back
together ask once. What was broadcast lately is kept too: who was being told an older table hears that behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from leverframe.nouns.frames import Frame
from leverframe.nouns.tables import Number

MOST_BROADCASTS = 256
MOST_KEPT = 64
MOST_BYTES = 64 * 1024 * 1024
"""Of what was broadcast, kept at most; the newest is kept whatever its size."""

Since = Callable[[Number], Frame | None]
"""Returns what makes the newest table of one with a number (NO_NUMBER: a whole one); None where it is the newest."""
Told = tuple[Frame, bytes]
"""A frame, and the event as it is written."""


class Newest:
    """What leads to the newest table; `ask` may be called from any thread, all else from the stream's own."""

    def __init__(self, since: Since, most_bytes: int = MOST_BYTES) -> None:
        self._since, self._most_bytes = since, most_bytes
        self._kept: dict[Number, Told] = {}
        self._broadcast: deque[Told] = deque()
        self._bytes = 0

    def ask(self, number: Number) -> Told | None:
        """Ask what makes the newest table of one with a number; may block."""
        frame = self._since(number)
        return None if frame is None else (frame, event_of(frame))

    def keep(self, number: Number, frame: Frame, event: bytes) -> None:
        """Keep what was asked for, unless something newer has been broadcast meanwhile."""
        if self._broadcast and frame.number < self._broadcast[-1][0].number:
            return
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[number] = (frame, event)

    def kept(self, number: Number) -> Told | None:
        """Return what was asked for and is still the newest."""
        return self._kept.get(number)

    def note(self, frame: Frame, event: bytes) -> None:
        """Note that a frame was broadcast."""
        self._kept.clear()
        self._broadcast.append((frame, event))
        self._bytes += len(event)
        while len(self._broadcast) > MOST_BROADCASTS or (self._bytes > self._most_bytes and len(self._broadcast) > 1):
            self._bytes -= len(self._broadcast.popleft()[1])

    def later(self, number: Number) -> list[bytes] | None:
        """Return what was broadcast behind a number, in order; None where that is not known any more."""
        told = [each for each in self._broadcast if each[0].number > number]
        if not told:
            return []
        after = told[0][0].after
        return None if after is not None and (after.epoch != number.epoch or after > number) else [e for _, e in told]


def event_of(frame: Frame) -> bytes:
    """Write a frame as a server-sent event: a line of data for each of its lines."""
    return b"event: table\ndata: " + frame.text[:-1].replace(b"\n", b"\ndata: ") + b"\n\n"
