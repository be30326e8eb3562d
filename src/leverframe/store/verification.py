"""Does the audit log say today what it said when it was signed?

Every leaf is computed again from its entry's own text, every checkpoint's root from the leaves, and every signature
is checked; checkpoints that were kept outside the database tell of a log that was cut back.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row, func, select

from leverframe.nouns.keys import PublicKey
from leverframe.nouns.verdicts import Fault
from leverframe.rules import merkle
from leverframe.store import audit, checkpoints
from leverframe.store.audit import entries
from leverframe.store.database import Db
from leverframe.store.notes import open_note

_AT_ONCE = 10_000
_NAMED = 100
"""At most so many faults of one sort are named; the rest are counted."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """How many entries there are, how many of them stand under a good checkpoint, and everything that is wrong.

    `unnumbered` entries wait for the sequencer: they are neither verified nor faulty.
    """

    entries: int
    verified: int
    faults: tuple[Fault, ...]
    unnumbered: int = 0

    @property
    def holds(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class _Signed:
    """One checkpoint whose signature holds: where it was found, and what it says."""

    place: str
    size: int
    root: bytes


def verify(db: Db, public_key: PublicKey, checkpoint_files: Iterable[Path] = ()) -> AuditReport:
    """Check the whole log against its checkpoints, those in the database and those in files."""
    faults = _Faults()
    signed = sorted((*_stored(db, public_key, faults), *_filed(checkpoint_files, public_key, faults)), key=_by_size)
    walk = _Walk(faults, signed)
    for row in _leaves(db):
        walk.take(row)
    walk.end(audit.frontier_of(db))
    unnumbered = _count(db) - walk.count
    return AuditReport(_count(db), max(0, walk.verified - walk.faulty), faults.all(), unnumbered)


@dataclass(slots=True)
class _Faults:
    """What is wrong, by sort."""

    found: dict[str, list[Fault]] = field(default_factory=dict)
    unnamed: dict[str, int] = field(default_factory=dict)

    def add(self, sort: str, place: str, because: str) -> None:
        named = self.found.setdefault(sort, [])
        if len(named) < _NAMED:
            named.append(Fault(place, because))
        else:
            self.unnamed[sort] = self.unnamed.get(sort, 0) + 1

    def all(self) -> tuple[Fault, ...]:
        more = (Fault("log", f"{count} more faults of the sort: {sort}") for sort, count in self.unnamed.items())
        return (*(fault for named in self.found.values() for fault in named), *more)


class _Walk:
    """The walk along the leaves, in order, with the tree as it grows."""

    def __init__(self, faults: _Faults, signed: list[_Signed]) -> None:
        self.faults, self.waiting = faults, signed[::-1]
        self.frontier = merkle.Frontier()
        self.count = self.verified = self.faulty = 0
        self.is_whole = True

    def take(self, row: Row[Any]) -> None:
        """Check one leaf, and the checkpoints that end before it."""
        if row.leaf != self.frontier.size and self.is_whole:
            self._gap(row.leaf)
        self._check_roots()
        hashed = merkle.leaf_hash(row.body.encode())
        because = _differs(row, hashed)
        if because:
            self.faulty += 1
            self.faults.add("leaf", f"leaf {row.leaf}", because)
        self.count += 1
        self.frontier.append(bytes(row.leaf_hash or b""))

    def end(self, kept: merkle.Frontier) -> None:
        """Check what is left at the end of the log, and the sequencer's own memory of it."""
        self._check_roots()
        for signed in reversed(self.waiting):
            self.faults.add("cut", signed.place, f"it signs {signed.size} entries, and there are {self.count}")
        if self.is_whole and (kept.size, kept.root()) != (self.frontier.size, self.frontier.root()):
            because = f"the sequencer has numbered {kept.size} entries, and the {self.count} here give another root"
            self.faults.add("tree", "tree", because)

    def _gap(self, leaf: int) -> None:
        self.is_whole = False
        expected = self.frontier.size
        missing = f"leaf {expected}" if leaf == expected + 1 else f"leaves {expected} to {leaf - 1}"
        self.faults.add("gap", missing, "missing: no later checkpoint can be verified")

    def _check_roots(self) -> None:
        while self.is_whole and self.waiting and self.waiting[-1].size == self.frontier.size:
            signed = self.waiting.pop()
            if signed.root == self.frontier.root():
                self.verified = max(self.verified, signed.size)
            else:
                because = f"its root is not that of the first {signed.size} entries; it was right at {self.verified}"
                self.faults.add("root", signed.place, because)


def _differs(row: Row[Any], hashed: bytes) -> str:
    """Say what is wrong with one row, if anything: its text, or the columns by which it is found."""
    if hashed != row.leaf_hash:
        return "its text is not what was hashed"
    try:
        body = json.loads(row.body)
        columns = (body["actor"], body["act"], body["object"], datetime.fromisoformat(body["at"]))
    except (ValueError, KeyError, TypeError):
        return "its text is not an entry"
    return "" if columns == (row.actor, row.act, row.object, row.at) else "its columns differ from its text"


def _leaves(db: Db) -> Iterator[Row[Any]]:
    columns = (entries.c[name] for name in ("leaf", "leaf_hash", "body", "actor", "act", "object", "at"))
    query = select(*columns).where(entries.c.leaf.is_not(None)).order_by(entries.c.leaf)
    yield from db.connection.execute(query, execution_options={"yield_per": _AT_ONCE})


def _count(db: Db) -> int:
    return db.execute(select(func.count()).select_from(entries)).scalar_one()


def _stored(db: Db, key: PublicKey, faults: _Faults) -> Iterator[_Signed]:
    for kept in checkpoints.all_checkpoints(db):
        place = f"checkpoint {kept.size}"
        signed = _opened(place, kept.note, key, faults)
        if signed is None:
            continue
        if (signed.size, signed.root) != (kept.size, base64.b64decode(kept.root)):
            faults.add("row", place, "its columns differ from its signed note")
        yield signed


def _filed(files: Iterable[Path], key: PublicKey, faults: _Faults) -> Iterator[_Signed]:
    for file in files:
        try:
            note = file.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            faults.add("file", file.name, f"it cannot be read: {error}")
            continue
        signed = _opened(file.name, note, key, faults)
        if signed is not None:
            yield signed


def _opened(place: str, note: str, key: PublicKey, faults: _Faults) -> _Signed | None:
    try:
        lines = open_note(note, key).splitlines()
        return _Signed(place, int(lines[1]), base64.b64decode(lines[2], validate=True))
    except (ValueError, IndexError) as error:
        faults.add("signature", place, f"its signature does not hold: {error}")
        return None


def _by_size(signed: _Signed) -> int:
    return signed.size
