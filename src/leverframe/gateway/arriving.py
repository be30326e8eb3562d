"""What arrives on the line, event by event?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

LONGEST_LINE = 16 * 1024 * 1024


class Ended(Exception):
    """The line has ended, or says nothing any more."""


class Readable(Protocol):
    """What is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line with its newline; less where it has ended, or is longer than the limit."""
        ...


def events(source: Readable) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield (event, lines of its data) of a server-sent stream as they come; raises Ended where it ends.

    The data of an event is read while it is asked for; what nobody asked for is passed over. A comment is an event
    without a name.
    """
    event = ""
    while True:
        line = _line(source)
        if line.startswith(b"event: "):
            event = line[7:].decode("utf-8", "replace")
        elif line.startswith(b"data: "):
            data = _data(source, line)
            yield event, data
            for _ in data:
                pass
            event = ""
        elif not line:
            yield "", iter(())


def _data(source: Readable, line: bytes) -> Iterator[bytes]:
    while line:
        if line.startswith(b"data: "):
            yield line[6:]
        line = _line(source)


def _line(source: Readable) -> bytes:
    line = source.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise Ended("the line was closed")
    return line.rstrip(b"\r\n")
