"""What does the disk keep of the table?

A whole table as it came, and behind it each frame that came since, all with their own signatures. A frame that was
cut off ends the file where it began. When the file has grown long, the gateway asks for a whole table, which takes
its place; the former file stays beside it, for the day when the new one cannot be read.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

FILE, PREVIOUS = "table.ndjson", "table.previous.ndjson"
LONG_BYTES = 4 * 1024 * 1024

Take = Callable[[Iterator[bytes]], bool]
"""Takes one frame off the lines, and says whether it was good."""


class Journal:
    """The two files in a folder; None keeps nothing."""

    def __init__(self, folder: Path | None, long_bytes: int = LONG_BYTES) -> None:
        self._folder, self._long_bytes = folder, long_bytes
        self._whole_bytes = self._bytes = 0

    @property
    def wants_whole(self) -> bool:
        """Say whether the file has to begin with a whole table: there is none yet, or it has grown long."""
        return self._folder is not None and (
            not self._bytes or self._bytes > max(self._long_bytes, 2 * self._whole_bytes)
        )

    def load(self, take: Take) -> None:
        """Give the frames to `take`: those of the newest file as far as they are good, else those of the former."""
        if self._folder is None:
            return
        if not self._load(self._folder / FILE, take):
            self._bytes = 0
            self._load(self._folder / PREVIOUS, take)
            self._bytes = 0

    def begin(self, lines: Sequence[bytes]) -> None:
        """Begin again with a whole table, whole or not at all; raises OSError."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        path, text = self._folder / FILE, _text(lines)
        aside = _written(self._folder, text)
        if path.exists() and self._bytes:
            os.replace(path, self._folder / PREVIOUS)
        os.replace(aside, path)
        _fsync_folder(self._folder)
        self._whole_bytes = self._bytes = len(text)

    def append(self, lines: Sequence[bytes]) -> None:
        """Add a frame behind what is known to be good; raises OSError."""
        if self._folder is None or not self._bytes:
            return
        text = _text(lines)
        with (self._folder / FILE).open("r+b") as file:
            file.truncate(self._bytes)
            file.seek(self._bytes)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        self._bytes += len(text)

    def _load(self, path: Path, take: Take) -> bool:
        """Say whether the file gave a table; `_bytes` is how far it is good."""
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                lines = (line.rstrip(b"\n") for line in iter(file.readline, b""))
                while file.tell() < size and take(lines):
                    self._bytes = file.tell()
                    self._whole_bytes = self._whole_bytes or self._bytes
        except OSError:
            return False
        return self._bytes > 0


def _text(lines: Sequence[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n"


def _written(folder: Path, text: bytes) -> str:
    handle, name = tempfile.mkstemp(prefix=".table-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


def _fsync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
