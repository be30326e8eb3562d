"""Which key signs the tables that gateways obey?

`table.key` signs. A rotation takes two steps, so that no gateway ever meets a key that it does not trust: the next
key is made and told to the gateways (`table.next.key`), and later it takes the former one's place. A running server
takes the new file with the next table.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from leverframe.nouns.keys import PublicKey
from leverframe.nouns.verdicts import Conflict
from leverframe.store.notes import SigningKey, load_key, load_or_make_key

FILE, NEXT, FORMER = "table.key", "table.next.key", "table.former.key"


class TableKeys:
    """The keys in a folder; the first is made at the first start, readable by its owner alone."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path, self._name = folder / FILE, name
        self._lock = threading.Lock()
        self._key = load_or_make_key(self._path, name)
        self._stamp = _stamp(self._path)

    def sign(self, head: bytes) -> tuple[str, bytes]:
        """Sign a frame's head: the id of the key, and the signature."""
        key = self._newest()
        return key.public.id.hex(), key.private.sign(head)

    def _newest(self) -> SigningKey:
        with self._lock:
            stamp = _stamp(self._path)
            if stamp != self._stamp:
                self._key, self._stamp = load_key(self._path), stamp
            return self._key


def public_keys(folder: Path) -> dict[str, PublicKey]:
    """Return the public keys by what they do: `signs`, and `next` where a rotation is under way."""
    files = {"signs": folder / FILE, "next": folder / NEXT}
    return {role: load_key(path).public for role, path in files.items() if path.exists()}


def prepare_next(folder: Path, name: str) -> PublicKey:
    """Make the next key, which signs nothing yet; one that is there already is returned."""
    return load_or_make_key(folder / NEXT, name).public


def use_next(folder: Path) -> PublicKey:
    """Let the next key sign from now on; raises Conflict where none was made."""
    if not (folder / NEXT).exists():
        raise Conflict("There is no next key.", remedy="leverframe key rotate makes one; tell it to the gateways")
    (folder / FORMER).unlink(missing_ok=True)
    os.link(folder / FILE, folder / FORMER)  # there is a key that signs at every moment, whenever the power fails
    os.replace(folder / NEXT, folder / FILE)
    return load_key(folder / FILE).public


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns
