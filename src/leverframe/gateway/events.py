"""How did a streamed answer end?"""

from __future__ import annotations

import json
import re

_LINE_END = re.compile(rb"\r\n|\n|\r")


class Events:
    """The server-sent events of one streamed answer, read as they pass by, wherever the chunks are cut."""

    def __init__(self) -> None:
        self.done, self.failed = False, False
        self._line = b""

    @property
    def ended(self) -> bool:
        """Say whether all is known: the last event has come, or one that says that the upstream failed."""
        return self.done or self.failed

    def read(self, chunk: bytes) -> None:
        """Look at a further chunk; a line that is not whole yet is looked at with the next."""
        if self.ended:
            return
        *lines, self._line = _LINE_END.split(self._line + chunk)
        for line in lines:
            self._look(line)
        self.done = self.done or (not self.failed and _is_last(self._line))

    def _look(self, line: bytes) -> None:
        if self.ended:
            return
        field, _, value = line.partition(b":")
        self.done = _is_last(line)
        self.failed = (field == b"event" and value.strip() == b"error") or (field == b"data" and _is_error(value))


def _is_last(line: bytes) -> bool:
    return line.startswith(b"data:") and line[5:].strip() == b"[DONE]"


def _is_error(value: bytes) -> bool:
    """Say whether an event is an error as OpenAI's clients read it: an object whose `error` says something."""
    if b'"error"' not in value:
        return False
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool(document.get("error"))
