"""What does the disk keep of the table?

A whole table as it came, and behind it each frame that came since, all with their own signatures. A frame that was
cut off ends the file where it began. When the file has grown long, the gateway asks for a whole table, which takes
its place; the former file stays beside it, for the day when the new one cannot be read.

The processes of a service that has forked keep one file: who writes looks first at what the others have written.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

from leverframe.gateway.frames import Head, Section, read_head
from leverframe.nouns.tables import NO_NUMBER, Number

try:
    import fcntl
except ImportError:  # no forks there
    fcntl = None

FILE, PREVIOUS, LOCK = "table.ndjson", "table.previous.ndjson", "table.lock"
LOCK_SECONDS = 2.0
LONG_BYTES = 4 * 1024 * 1024

Take = Callable[[Iterator[bytes]], bool]
"""Takes one frame off the lines, and says whether it was good."""
Check = Callable[[bytes, bytes], None]
"""Is told a frame's head and its signature; raises ValueError where that does not hold."""


class _Known(NamedTuple):
    """What is known of the newest file: its first line, which key has signed it (as its second line says), how far
    the file is good, and for which table."""

    first: bytes = b""
    key: str = ""
    bytes: int = 0
    whole_bytes: int = 0
    number: Number = NO_NUMBER


class Journal:
    """The two files in a folder; None keeps nothing."""

    def __init__(
        self, folder: Path | None, long_bytes: int = LONG_BYTES, check: Check = lambda head, signed: None
    ) -> None:
        self._folder, self._long_bytes, self._check = folder, long_bytes, check
        self._known = _Known()
        self._lacks = False

    @property
    def wants_whole(self) -> bool:
        """Say whether the file has to begin with a whole table: there is none, it lacks one, or it has grown long."""
        known = self._known
        return self._folder is not None and (
            not known.bytes or self._lacks or known.bytes > max(self._long_bytes, 2 * known.whole_bytes)
        )

    def load(self, take: Take) -> None:
        """Give the frames to `take`: those of the newest file as far as they are good, else those of the former."""
        if self._folder is None:
            return
        self._known = self._load(self._folder / FILE, take)
        if not self._known.bytes:
            self._load(self._folder / PREVIOUS, take)

    def begin(self, lines: Sequence[bytes]) -> None:
        """Begin again with a whole table, whole or not at all; raises OSError. A newer one of others stays."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._folder):
            self._begin(self._folder / FILE, lines)

    def append(self, lines: Sequence[bytes]) -> None:
        """Add a frame behind what is known to be good; raises OSError."""
        if self._folder is None or not self._known.bytes:
            return
        with _locked(self._folder), (self._folder / FILE).open("r+b") as file:
            self._append(file, lines)

    def _begin(self, path: Path, lines: Sequence[bytes]) -> None:
        head, text, stands = self._head(lines), _text(lines), self._standing(path)
        if stands.number > head.number:
            self._known, self._lacks = stands, False
            return
        aside = _written(path.parent, text)
        if stands.bytes:
            os.replace(path, path.parent / PREVIOUS)
        os.replace(aside, path)
        _fsync_folder(path.parent)
        self._known, self._lacks = _Known(lines[0], _key(lines[1]), len(text), len(text), head.number), False

    def _append(self, file: BinaryIO, lines: Sequence[bytes]) -> None:
        head, known = self._head(lines), self._seen(file)
        self._known = known
        if known.number >= head.number:
            self._lacks = _key(lines[1]) != known.key
            return
        if head.after is None or head.after.epoch != known.number.epoch or head.after > known.number:
            self._lacks = True
            return
        text = _text(lines)
        file.truncate(known.bytes)
        file.seek(known.bytes)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
        self._known = known._replace(bytes=known.bytes + len(text), number=head.number)
        self._lacks = _key(lines[1]) != known.key  # the former key may be taken away, and all of the file with it

    def _head(self, lines: Sequence[bytes]) -> Head:
        return read_head(iter(lines), lambda head, signed: None)

    def _standing(self, path: Path) -> _Known:
        try:
            with path.open("rb") as file:
                return self._seen(file)
        except OSError:
            return _Known()

    def _seen(self, file: BinaryIO) -> _Known:
        """Return how far the file is good now: another process may have added to it, or begun it again."""
        first, key, size = file.readline().rstrip(b"\n"), _key(file.readline()), os.fstat(file.fileno()).st_size
        same = (first, key) == (self._known.first, self._known.key) and size >= self._known.bytes
        known = self._known if same else _Known(first, key)
        file.seek(known.bytes)
        while (number := self._passed(file)) is not None:
            end = file.tell()
            known = known._replace(bytes=end, whole_bytes=known.whole_bytes or end, number=number)
        return known

    def _passed(self, file: BinaryIO) -> Number | None:
        """Pass over one frame and return its number; None where there is none that is good."""
        lines = _lines(file)
        try:
            head = read_head(lines, self._check)
            good = all(_is_good(lines, section) for section in (head.overlay, head.body))
        except ValueError:
            return None
        return head.number if good else None

    def _load(self, path: Path, take: Take) -> _Known:
        """Give the frames of a file to `take`; return how far it is good."""
        known = _Known()
        try:
            with path.open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                while (start := file.tell()) < size:
                    first, signed = file.readline().rstrip(b"\n"), file.readline()
                    file.seek(start)
                    if not take(_lines(file)):
                        break
                    end, head = file.tell(), self._head([first, signed])
                    known = known if known.bytes else _Known(first, _key(signed), whole_bytes=end)
                    known = known._replace(bytes=end, number=head.number)
                    self._lacks = _key(signed) != known.key
        except OSError:
            return _Known()
        return known


def _key(signature: bytes) -> str:
    try:
        return str(json.loads(signature)["key"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return (line.rstrip(b"\n") for line in iter(file.readline, b"") if line.endswith(b"\n"))


def _is_good(lines: Iterator[bytes], section: Section) -> bool:
    digest = hashlib.sha256()
    for _ in range(section.lines):
        line = next(lines, None)
        if line is None:
            return False
        digest.update(line + b"\n")
    return digest.hexdigest() == section.digest


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep the other processes of this service from writing; raises OSError where one of them does for too long.

    A lock of this process (lockf): one that is forked meanwhile does not hold it, and it ends with the process.
    """
    with (folder / LOCK).open("ab") as lock:
        deadline = time.monotonic() + LOCK_SECONDS
        while not _is_ours(lock):
            if time.monotonic() > deadline:
                raise OSError(f"another process has held {folder / LOCK} for {LOCK_SECONDS:g} s")
            time.sleep(0.005)
        yield


def _is_ours(lock: BinaryIO) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


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
