"""Where are the counts of a stage kept, and since when is each cell counted anew?

In whole numbers, in total and by minute, so that a reading can be derived again. A cell's run begins when its share
changes; in which run harm is counted and in which what promotes, `Standing` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, Numeric, String, Table, select

from leverframe.store.columns import Utc
from leverframe.store.database import Db, metadata

FIXED_POINT = 10**9
"""Sums are kept in billionths: adding integers gives the same answer in every order."""
CANDIDATE, CONTROL = "candidate", "control"

BY = ("change", "stage", "cell", "run")
SUMS = ("n", "total", "squares")
COUNTED = (*BY, "arm", "name", *SUMS)
"""What a row of counts says; `store.cells` reads them in this order."""
Shares = Sequence[Any]
"""Change, stage, cell and run, the cell's share and since when; a later run follows an earlier one."""

_Exact = BigInteger().with_variant(Numeric(38, 0), "postgresql")


def _stage_columns() -> list[Column[Any]]:
    return [
        Column("change", String, primary_key=True),
        Column("stage", Integer, primary_key=True, autoincrement=False),
        Column("run", Integer, primary_key=True, autoincrement=False),
    ]


def _count_columns(*by: Column[Any]) -> list[Column[Any]]:
    """Return the columns of counts by arm and name, and by more; keys first, or SQLite's integrity check errs."""
    change, stage, run = _stage_columns()
    return [
        change,
        stage,
        *by,
        run,
        Column("cell", String, primary_key=True),
        Column("arm", String, primary_key=True),
        Column("name", String, primary_key=True),
        Column("n", BigInteger, nullable=False),
        Column("total", _Exact, nullable=False),
        Column("squares", _Exact, nullable=False),
    ]


stage_shares = Table(
    "stage_shares",
    metadata,
    Column("change", String, primary_key=True),
    Column("stage", Integer, primary_key=True, autoincrement=False),
    Column("cell", String, primary_key=True),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("share", Float, nullable=False),
    Column("since", Utc, nullable=False),
)

seen_units = Table(
    "seen_units",
    metadata,
    *_stage_columns(),
    Column("subject", String, primary_key=True),
    Column("cell", String, nullable=False),
    Column("arm", String, nullable=False),
    Column("call", String, nullable=False),
    sqlite_with_rowid=False,
)

bad_units = Table(
    "bad_units",
    metadata,
    *_stage_columns(),
    Column("subject", String, primary_key=True),
    Column("guardrail", String, primary_key=True),
    Column("first", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

scored_calls = Table(
    "scored_calls",
    metadata,
    *_stage_columns(),
    Column("subject", String, primary_key=True),
    Column("call", String, primary_key=True),
    Column("metric", String, primary_key=True),
    sqlite_with_rowid=False,
)

stage_counts = Table("stage_counts", metadata, *_count_columns(), sqlite_with_rowid=False)
interval_counts = Table(
    "interval_counts", metadata, *_count_columns(Column("minute", Utc, primary_key=True)), sqlite_with_rowid=False
)


class Standing(NamedTuple):
    """At which share a cell stands, in which run harm is counted since, and in which what promotes."""

    share: float
    run: int
    proof: int

    def then(self, share: float, run: int) -> Standing:
        """Return how the cell stands once a further run has begun; at the same share only the proof begins anew."""
        return Standing(share, self.run if share == self.share else run, run)


NOWHERE = Standing(0.0, 0, 0)


def cells_of(db: Db, change: str, stage: int) -> dict[str, Standing]:
    """Return how each cell stands in a stage."""
    here = (stage_shares.c.change == change) & (stage_shares.c.stage == stage)
    query = select(stage_shares.c.cell, stage_shares.c.share, stage_shares.c.run).where(here)
    found: dict[str, Standing] = {}
    for row in db.execute(query.order_by(stage_shares.c.run)):
        found[row.cell] = found.get(row.cell, NOWHERE).then(row.share, row.run)
    return found


def shares_of(db: Db, changes: Sequence[str], stage: int | None = None) -> Shares:
    """Return at which shares the cells of several changes have stood, the first first; or of one stage of theirs."""
    query = select(*(stage_shares.c[name] for name in (*BY, "share", "since"))).where(
        stage_shares.c.change.in_(changes)
    )
    here = query if stage is None else query.where(stage_shares.c.stage == stage)
    return db.execute(here.order_by(stage_shares.c.run)).all()
