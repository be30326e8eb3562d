"""What have outside sources measured of each stage, counted once, and how does the reading of each go?

What a source says of a minute is counted under the minute in which it came, as everything is: what was counted never
changes, and a reading can be derived again. `read_until` is before which minute everything has been said; a minute is
counted once, whole, and whatever is said of it later is left alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Column, Integer, String, Table, select
from sqlalchemy import update as sql_update

from leverframe.nouns.metric_states import MetricState
from leverframe.nouns.metrics import MetricInterval
from leverframe.store.columns import Noun, Utc
from leverframe.store.counted import FIXED_POINT, NOWHERE, Standing, interval_counts, stage_counts, stage_shares
from leverframe.store.counting import add_up, fit
from leverframe.store.database import Db, metadata

metric_reads = Table(
    "metric_reads",
    metadata,
    Column("change", String, primary_key=True),
    Column("stage", Integer, primary_key=True, autoincrement=False),
    Column("metric", String, primary_key=True),
    Column("asked_at", Utc, nullable=False),
    Column("read_until", Utc),
    Column("version", Integer, nullable=False),
    Column("body", Noun(MetricState), nullable=False),
)


class Reading(NamedTuple):
    """How far one metric has been read in one stage, when it was asked last, and how that goes."""

    asked_at: datetime
    read_until: datetime | None
    state: MetricState


def readings_of(db: Db, changes: Sequence[str]) -> dict[tuple[str, int, str], Reading]:
    """Return how the reading of each metric goes, by change, stage and metric."""
    query = select(metric_reads).where(metric_reads.c.change.in_(changes))
    return {
        (row.change, row.stage, row.metric): Reading(row.asked_at, row.read_until, row.body)
        for row in db.execute(query)
    }


def states_of(
    db: Db, changes: Sequence[str], *, until: datetime | None = None
) -> dict[tuple[str, int], dict[str, MetricState]]:
    """Return how the reading of each metric goes, by change and stage; or went, as far as that is still known."""
    found: dict[tuple[str, int], dict[str, MetricState]] = defaultdict(dict)
    for (change, stage, metric), reading in readings_of(db, changes).items():
        found[change, stage][metric] = reading.state if until is None else as_of(reading.state, until)
    return found


def times_told(db: Db, changes: Sequence[str]) -> dict[tuple[str, int], int]:
    """Return for each stage a number that rises whenever the state of one of its metrics becomes another."""
    found: dict[tuple[str, int], int] = defaultdict(int)
    query = select(metric_reads.c.change, metric_reads.c.stage, metric_reads.c.version)
    for row in db.execute(query.where(metric_reads.c.change.in_(changes))):
        found[row.change, row.stage] += row.version
    return found


def note(db: Db, change: str, stage: int, reading: Reading, before: Reading | None) -> bool:
    """Write down what asking a metric has brought; say whether nobody else has since it stood as `before`."""
    key = {"change": change, "stage": stage, "metric": reading.state.metric}
    row = {"asked_at": reading.asked_at, "read_until": reading.read_until, "body": reading.state}
    if before is None:
        added = db.insert(metric_reads).values(**key, **row, version=1).on_conflict_do_nothing()
        return db.execute(added.returning(metric_reads.c.metric)).first() is not None
    here = (metric_reads.c[name] == value for name, value in key.items())
    same = (*here, metric_reads.c.asked_at == before.asked_at)
    risen = metric_reads.c.version + (1 if reading.state != before.state else 0)
    return db.execute(sql_update(metric_reads).where(*same).values(**row, version=risen)).rowcount > 0


def count(db: Db, change: str, stage: int, now: datetime, metric: str, told: Iterable[MetricInterval]) -> int:
    """Add up what a source says, each minute in the runs of its cell that had begun by then; return how many values.

    What is of a cell that does not stand in this stage is left out.
    """
    runs, counted, sums = _runs(db, change, stage), 0, defaultdict(lambda: [0, 0, 0])
    for each in told:
        for run in runs.get(each.cell, NO_RUNS).at(each.minute) if each.n else ():
            total = sums[(run, each.cell, each.arm)]
            total[:] = (old + more for old, more in zip(total, _fixed(each), strict=True))
            counted += each.n
    rows = [
        {"change": change, "stage": stage, "run": run, "cell": cell, "arm": arm, "name": f"sum:{metric}"}
        | {"n": n, "total": fit(total), "squares": fit(squares)}
        for (run, cell, arm), (n, total, squares) in sorted(sums.items())
    ]
    if rows:
        add_up(db, stage_counts, rows)
        add_up(db, interval_counts, [{**row, "minute": now.replace(second=0, microsecond=0)} for row in rows])
    return counted


class _Runs(NamedTuple):
    """How a cell stands, and since when each of its runs is counted."""

    stands: Standing
    since: Mapping[int, datetime]

    def at(self, minute: datetime) -> list[int]:
        """Return the runs that are read and had begun by the beginning of a minute."""
        if self.stands.share <= 0:
            return []
        return [run for run in sorted({self.stands.run, self.stands.proof}) if self.since[run] <= minute]

    def then(self, share: float, run: int, since: datetime) -> _Runs:
        """Return how it stands once a further run has begun."""
        return _Runs(self.stands.then(share, run), {**self.since, run: since})


NO_RUNS = _Runs(NOWHERE, {})


def _runs(db: Db, change: str, stage: int) -> dict[str, _Runs]:
    here = (stage_shares.c.change == change) & (stage_shares.c.stage == stage)
    found: dict[str, _Runs] = {}
    for row in db.execute(select(stage_shares).where(here).order_by(stage_shares.c.run)):
        found[row.cell] = found.get(row.cell, NO_RUNS).then(row.share, row.run, row.since)
    return found


def standing_cells(db: Db, change: str, stage: int) -> frozenset[str]:
    """Return the cells of a stage that are counted."""
    return frozenset(cell for cell, runs in _runs(db, change, stage).items() if runs.stands.share > 0)


def _fixed(each: MetricInterval) -> tuple[int, int, int]:
    """Return an interval in billionths; squares that a source does not know are the least that they can be."""
    squares = each.total * each.total / each.n if each.squares is None else each.squares
    return each.n, round(each.total * FIXED_POINT), round(squares * FIXED_POINT)


def as_of(state: MetricState, until: datetime) -> MetricState:
    """Return a state as it stood at a moment, as far as that is still known: no fault that began later."""
    if state.fault_since is None or state.fault_since <= until:
        return state
    return replace(state, fault="", fault_since=None)
