"""What was counted in each minute of a ramp's stage?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.store.cells import Arm, both_arms, cell_counts
from leverframe.store.counted import COUNTED, interval_counts
from leverframe.store.database import Db, in_parts

Scores = Sequence[Any]
"""Change, stage, cell and run, arm and name, and how often, the total, the squares and the minute."""
ByMinute = Mapping[datetime, Mapping[str, CellCounts]]
"""What was counted in each minute, by cell."""


def minutes_of(db: Db, asked: Mapping[str, tuple[StageCounts, datetime]], until: datetime) -> dict[str, ByMinute]:
    """Return, of each change's stage, the minutes of what is read of it: from the given one to `until`, both in.

    A minute in which nothing was counted is left out.
    """
    found: dict[str, ByMinute] = {}
    for part in in_parts(list(asked)):
        here = {change: asked[change] for change in part}
        found |= _minutes(db.execute(_minutes_query(here, until)).all(), here)
    return found


def scores_of(db: Db, change: str, stage: int, metrics: Collection[str], since: datetime, until: datetime) -> Scores:
    """Read once what was scored in each minute of a stage, of some metrics and of each locale of theirs."""
    c = interval_counts.c
    here = (c.change == change, c.stage == stage, c.minute >= since, c.minute <= until)
    return db.execute(select(*(c[name] for name in COUNTED), c.minute).where(*here, is_score_of(metrics))).all()


def is_score_of(metrics: Collection[str]) -> ColumnElement[bool]:
    """Say that a row is a sum of one of some metrics, over all locales or in one."""
    name = interval_counts.c.name
    whole = name.in_([f"sum:{metric}" for metric in metrics])
    return or_(whole, *(name.startswith(f"sum:{metric}@", autoescape=True) for metric in metrics))


def by_minute(scores: Scores, change: str, here: StageCounts) -> ByMinute:
    """Put what was scored into the minutes and cells of a stage as it stood, whatever run was read then."""
    since = here.began_at.replace(second=0, microsecond=0) if here.began_at else None
    return _minutes(scores, {change: (here, since)}).get(change, {}) if since else {}


def _minutes_query(asked: Mapping[str, tuple[StageCounts, datetime]], until: datetime) -> Select[Any]:
    """Ask for all from the earliest minute that any of them asks for: mostly it is the same for all."""
    c = interval_counts.c
    first = min(since for _, since in asked.values())
    stages = sorted({stage.stage for stage, _ in asked.values()})
    return select(*(c[name] for name in COUNTED), c.minute).where(
        c.change.in_(list(asked)), c.stage.in_(stages), c.minute >= first, c.minute <= until
    )


def _minutes(rows: Sequence[Any], asked: Mapping[str, tuple[StageCounts, datetime]]) -> dict[str, ByMinute]:
    """Put each row into its minute and cell, leaving out what is not asked for and what a cell counted otherwise."""
    cells: dict[tuple[str, datetime, str], dict[str, Arm]] = defaultdict(both_arms)
    for change, stage, cell, run, arm, name, n, total, squares, minute in rows:
        here, since = asked[change]
        if stage == here.stage and run == here.runs.get(cell) and minute >= since:
            cells[change, minute, cell][arm].take(name, n, total, squares)
    found: dict[str, dict[datetime, dict[str, CellCounts]]] = defaultdict(lambda: defaultdict(dict))
    for (change, minute, cell), arms in cells.items():
        found[change][minute][cell] = cell_counts(asked[change][0].cells[cell].share, arms)
    return dict(found)
