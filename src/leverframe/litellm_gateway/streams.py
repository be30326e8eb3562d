"""Did a streamed answer end well?

What passes by is of many kinds: objects of LiteLLM for chat completions and responses, bytes of server-sent events
for Anthropic's messages. Where LiteLLM reads a stream itself it raises; where it passes one on, the failure is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leverframe.gateway.events import Events

FAILURES = frozenset({"error", "response.failed"})
FIRST, LAST = b'"message_start"', b'"message_stop"'


class Passing:
    """One stream, read as it passes by."""

    def __init__(self) -> None:
        self._events = Events()
        self._began = self._stopped = self._failed = False
        self._tail = b""

    @property
    def failed(self) -> bool:
        """Say, at its end, whether it failed in-band, or stopped before Anthropic's last event."""
        return self._failed or self._events.failed or (self._began and not self._stopped)

    def read(self, chunk: Any) -> None:
        """Look at a further chunk."""
        if isinstance(chunk, bytes | str):
            self._read_bytes(chunk.encode() if isinstance(chunk, str) else chunk)
        elif _kind(chunk) in FAILURES:
            self._failed = True

    def _read_bytes(self, chunk: bytes) -> None:
        self._events.read(chunk)
        text = self._tail + chunk
        self._began = self._began or FIRST in text
        self._stopped = self._stopped or LAST in text
        self._tail = text[-len(FIRST) :]


def _kind(chunk: Any) -> str:
    kind = chunk.get("type") if isinstance(chunk, Mapping) else getattr(chunk, "type", "")
    return str(getattr(kind, "value", kind) or "")
