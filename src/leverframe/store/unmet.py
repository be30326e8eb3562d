"""What did each change lack when that was last asked, and since when does it stand where it stands?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, case, select

from leverframe.nouns.verdicts import Verdict
from leverframe.store.columns import Noun, Utc
from leverframe.store.database import Db, metadata

unmet = Table(
    "unmet",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("state", String, nullable=False),
    Column("since", Utc, nullable=False),
    Column("at", Utc, nullable=False),
    Column("answers", Noun(tuple[Verdict, ...]), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Unmet:
    """What a change lacked at a moment; it has stood in its state since then."""

    change: str
    since: datetime
    at: datetime
    answers: tuple[Verdict, ...]


def keep(db: Db, change: str, state: str, answers: Iterable[Verdict], at: datetime) -> None:
    """Keep what a change lacks now; the same state goes on since when it began."""
    row = {"change": change, "state": state, "since": at, "at": at, "answers": tuple(answers)}
    written = db.insert(unmet).values(**row)
    since = case((unmet.c.state == written.excluded.state, unmet.c.since), else_=written.excluded.since)
    newer = {"state": written.excluded.state, "at": written.excluded.at, "answers": written.excluded.answers}
    db.execute(written.on_conflict_do_update(index_elements=["change"], set_={**newer, "since": since}))


def of(db: Db, changes: Iterable[str]) -> dict[str, Unmet]:
    """Return what several changes lacked, by change; those that were never asked are left out."""
    query = select(unmet.c.change, unmet.c.since, unmet.c.at, unmet.c.answers)
    rows = db.execute(query.where(unmet.c.change.in_(list(changes))))
    return {row.change: Unmet(*row) for row in rows}
