"""What did the tree look like, signed?"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Column, Row, String, Table, Text, select

from leverframe.nouns.audit import Checkpoint
from leverframe.store import audit
from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("origin", String, nullable=False),
    Column("root", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Utc, nullable=False),
)


def checkpoint(db: Db, origin: str, sign: Callable[[str], str], at: datetime) -> Checkpoint | None:
    """Sign the tree as it stands and keep the note; None where nothing was numbered since the last one.

    `sign` turns the text of a note into the signed note (`notes.SigningKey.sign`). Call `audit.sequence` before.
    """
    frontier = audit.frontier_of(db)
    last = newest(db)
    if frontier.size == (0 if last is None else last.size):
        return None
    root = base64.b64encode(frontier.root()).decode()
    made = Checkpoint(origin, frontier.size, root, sign(text_of(origin, frontier.size, root)), at)
    row = {"size": made.size, "origin": origin, "root": root, "note": made.note, "at": at}
    added = db.execute(db.insert(checkpoints).values(row).on_conflict_do_nothing().returning(checkpoints.c.size))
    return None if added.scalar_one_or_none() is None else made


def newest(db: Db) -> Checkpoint | None:
    """Return the last checkpoint."""
    row = db.execute(_SELECT.order_by(checkpoints.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else _checkpoint(row)


def covering(db: Db, leaf: int) -> Checkpoint | None:
    """Return the first checkpoint whose tree has a leaf in it."""
    row = db.execute(_SELECT.where(checkpoints.c.size > leaf).order_by(checkpoints.c.size).limit(1)).one_or_none()
    return None if row is None else _checkpoint(row)


def all_checkpoints(db: Db) -> list[Checkpoint]:
    """List all checkpoints, the smallest tree first."""
    return [_checkpoint(row) for row in db.execute(_SELECT.order_by(checkpoints.c.size))]


def publish(checkpoint: Checkpoint, folder: Path) -> Path:
    """Write a checkpoint's note to a file outside the database, named by its size, and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{checkpoint.size:012d}.checkpoint"
    aside = file.with_suffix(".new")
    aside.write_text(checkpoint.note, "utf-8")
    aside.replace(file)
    return file


def text_of(origin: str, size: int, root: str) -> str:
    """Return the text that is signed (C2SP tlog-checkpoint): origin, size and root in base64, a line each."""
    return f"{origin}\n{size}\n{root}\n"


_SELECT = select(checkpoints)


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(row.origin, row.size, row.root, row.note, row.at)
