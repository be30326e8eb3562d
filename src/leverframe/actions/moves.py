"""When was a lever moved last, by whom and why?"""

from __future__ import annotations

from collections.abc import Collection

from leverframe.nouns.audit import Entry
from leverframe.nouns.switch_files import Move
from leverframe.rules.switch_files import MOVES
from leverframe.store import audit
from leverframe.store.database import Db


def moves_of(db: Db, levers: Collection[str]) -> dict[str, Move]:
    """Return the last move of each of some levers, by lever; one that never moved has none."""
    newest = audit.newest_of(db, MOVES, levers)
    return {id: _move(entry) for id, entry in newest.items()}


def _move(entry: Entry) -> Move:
    return Move(entry.act, entry.at, _by(entry.actor), entry.because, entry.id or 0, entry.leaf)


def _by(actor: str) -> str:
    """Name the person: an entry says `commit:sol` and `token:sol` where no session of theirs acted."""
    return actor.partition(":")[2] or actor
