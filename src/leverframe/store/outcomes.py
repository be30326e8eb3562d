"""What was counted of each stage of a ramp?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Table, func, or_, select
from sqlalchemy import delete as sql_delete

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.metric_states import MetricState
from leverframe.nouns.outcomes import CallFacts, Feedback
from leverframe.nouns.ramps import RampState
from leverframe.store import measured, ramps
from leverframe.store.counted import (
    CANDIDATE,
    CONTROL,
    FIXED_POINT,
    NOWHERE,
    Standing,
    bad_units,
    cells_of,
    interval_counts,
    scored_calls,
    seen_units,
    stage_counts,
    stage_shares,
)
from leverframe.store.counting import CountRow, count_batch
from leverframe.store.database import Db
from leverframe.store.traffic import traffic

__all__ = [
    "CountRow",
    "by_minute",
    "count_batch",
    "counts",
    "counts_of",
    "forget_units",
    "is_score_of",
    "late",
    "minutes_of",
    "record_late",
    "scores_of",
    "set_shares",
    "stage_ended_at",
    "times_counted",
    "traffic",
]

AT_ONCE = 500
"""So many changes are named in one query: well below what a database takes."""


def set_shares(
    db: Db, change: str, stage: int, shares: Mapping[str, float], now: datetime, *, proof_anew: bool = False
) -> None:
    """Say which share of the buckets (0 to 1) each cell has in a stage from now on.

    A cell whose share changes counts anew. With `proof_anew` every cell counts anew for what promotes; the harm that
    was counted at a share that stays is counted on.
    """
    known = cells_of(db, change, stage)
    last = max((stands.proof for stands in known.values()), default=0)
    for cell, share in sorted(shares.items()):
        stands = known.get(cell, NOWHERE)
        if proof_anew or cell not in known or share != stands.share:
            row = {"change": change, "stage": stage, "cell": cell, "share": share, "since": now}
            db.execute(stage_shares.insert().values(**row, run=1 + (last if proof_anew else stands.proof)))


def counts(db: Db, change: str, *, until: datetime | None = None) -> list[StageCounts]:
    """Return what was counted in each stage, by cell, as it stands.

    With `until` the same is derived again from the minutes up to it: equal, to the last bit, to what stood then.
    """
    if until is None:
        return counts_of(db, [change])[change]
    shares = [row for row in shares_of(db, [change]) if row.since.replace(second=0, microsecond=0) <= until]
    totals = _totals_of_minutes(db, change, interval_counts.c.minute <= until)
    return by_change([change], shares, totals, measured.states_of(db, [change], until=until))[change]


ByMinute = Mapping[datetime, Mapping[str, CellCounts]]
"""What was counted in each minute, by cell."""


def scores_of(db: Db, change: str, stage: int, metrics: Collection[str], until: datetime) -> Scores:
    """Read once what was scored in each minute of a stage, of some metrics and of each locale of theirs."""
    c = interval_counts.c
    columns = [c[name] for name in (*_BY, "arm", "name", *_SUMS)]
    here = (c.change == change, c.stage == stage, c.minute <= until)
    return db.execute(select(*columns, c.minute).where(*here, is_score_of(metrics))).all()


def is_score_of(metrics: Collection[str]) -> ColumnElement[bool]:
    """Say that a row is a sum of one of some metrics, over all locales or in one."""
    name = interval_counts.c.name
    whole = name.in_([f"sum:{metric}" for metric in metrics])
    return or_(whole, *(name.startswith(f"sum:{metric}@", autoescape=True) for metric in metrics))


def by_minute(scores: Scores, change: str, here: StageCounts) -> ByMinute:
    """Put what was scored into the minutes and cells of a stage as it stood, whatever run was read then."""
    since = here.began_at.replace(second=0, microsecond=0) if here.began_at else None
    return _minutes(scores, {change: (here, since)}).get(change, {}) if since else {}


def minutes_of(db: Db, asked: Mapping[str, tuple[StageCounts, datetime]], until: datetime) -> dict[str, ByMinute]:
    """Return, of each change's stage, the minutes of what is read of it: from the given one to `until`, both in.

    A minute in which nothing was counted is left out.
    """
    found: dict[str, ByMinute] = {}
    for part in _parts(list(asked)):
        here = {change: asked[change] for change in part}
        found |= _minutes(db.execute(_minutes_query(here, until)).all(), here)
    return found


def _minutes_query(asked: Mapping[str, tuple[StageCounts, datetime]], until: datetime) -> Select[Any]:
    """Ask for all from the earliest minute that any of them asks for: mostly it is the same for all."""
    c = interval_counts.c
    columns = [c[name] for name in (*_BY, "arm", "name", *_SUMS)]
    first = min(since for _, since in asked.values())
    stages = sorted({stage.stage for stage, _ in asked.values()})
    return select(*columns, c.minute).where(
        c.change.in_(list(asked)), c.stage.in_(stages), c.minute >= first, c.minute <= until
    )


def _minutes(rows: Sequence[Any], asked: Mapping[str, tuple[StageCounts, datetime]]) -> dict[str, ByMinute]:
    """Put each row into its minute and cell, leaving out what is not asked for and what a cell counted otherwise."""
    cells: dict[tuple[str, datetime, str], _Cell] = {}
    for change, stage, cell, run, arm, name, n, total, squares, minute in rows:
        here, since = asked[change]
        if stage == here.stage and run == here.runs.get(cell) and minute >= since:
            stands = Standing(here.cells[cell].share, run, run)
            counted = cells.setdefault((change, minute, cell), _Cell(stands, minute))
            counted.runs[run][arm][name] = (n, total, squares)
    found: dict[str, dict[datetime, dict[str, CellCounts]]] = defaultdict(lambda: defaultdict(dict))
    for (change, minute, name), counted in cells.items():
        found[change][minute][name] = _cell_counts(counted, counted.stands.run)
    return dict(found)


def counts_of(db: Db, changes: Sequence[str], *, stage: int | None = None) -> dict[str, list[StageCounts]]:
    """Return what was counted of each of several changes, as `counts` does, in few queries; or of one stage of it."""
    found: dict[str, list[StageCounts]] = {}
    for part in _parts(changes):
        found |= by_change(part, shares_of(db, part, stage), _totals(db, part, stage), measured.states_of(db, part))
    return found


def times_counted(db: Db, changes: Sequence[str]) -> dict[str, dict[int, int]]:
    """Return for each of several changes, by stage, a number that rises whenever anything is counted, or a source of
    its metrics fails or answers again.
    """
    found: dict[str, dict[int, int]] = {change: {} for change in changes}
    here = (stage_counts.c.change, stage_counts.c.stage)
    for part in _parts(changes):
        total = select(*here, func.sum(stage_counts.c.n).label("times"))
        for row in db.execute(total.where(stage_counts.c.change.in_(part)).group_by(*here)):
            found[row.change][row.stage] = int(row.times)
        for (change, stage), times in measured.times_told(db, part).items():
            found[change][stage] = found[change].get(stage, 0) + times
    return found


def record_late(db: Db, now: datetime, facts: CallFacts, feedback: Feedback) -> None:
    """Write down that something came too late to be read; `late` counts it."""
    count_batch(db, now, [CountRow(facts, feedback.call, is_call=False, arrives_late=True)])


def late(db: Db, change: str) -> int:
    """Count what came too late to be read."""
    named = (stage_counts.c.change == change) & (stage_counts.c.name == "late")
    return int(db.execute(select(func.sum(stage_counts.c.n)).where(named)).scalar_one() or 0)


def stage_ended_at(db: Db, change: str, stage: int) -> datetime | None:
    """Return when a stage ended, or None while it lasts or has not begun."""
    ramp = ramps.get(db, change)
    if ramp is None or (ramp.state is RampState.RAMPING and ramp.stage <= stage):
        return None
    return next((step.at for step in ramps.steps(db, change) if step.stage > stage), ramp.ended_at)


def forget_units(db: Db, change: str) -> None:
    """Remove who was seen in a change's ramp, once nothing can be added any more; the counts stay."""
    for table in (seen_units, bad_units, scored_calls):
        db.execute(sql_delete(table).where(table.c.change == change))


_Total = tuple[Any, Any, Any]
"""How often, the total and the squares in billionths, as the database gives them."""


_Arms = dict[str, dict[str, _Total]]
"""What each arm counted, by name."""


@dataclass(slots=True)
class _Cell:
    """How one cell stands, since when its counts are, and what each arm counted in the runs that are read."""

    stands: Standing
    since: datetime
    runs: dict[int, _Arms] = field(init=False)

    def __post_init__(self) -> None:
        self.runs = {run: {CANDIDATE: {}, CONTROL: {}} for run in (self.stands.run, self.stands.proof)}


_BY = ("change", "stage", "cell", "run")
_SUMS = ("n", "total", "squares")
Shares = Sequence[Any]
"""Change, stage, cell and run, the cell's share and since when; a later run follows an earlier one."""
Scores = Sequence[Any]
"""Change, stage, cell and run, arm and name, and how often, the total, the squares and the minute."""
_Totals = Sequence[Any]
"""Change, stage, cell, run, arm and name, and how often, the total and the squares."""
_States = Mapping[tuple[str, int], Mapping[str, MetricState]]
"""How the reading of each outside metric goes, by change and stage."""
NO_STATES: _States = {}


def _parts(changes: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a long list into parts that one query can name."""
    return (changes[at : at + AT_ONCE] for at in range(0, len(changes), AT_ONCE))


def shares_of(db: Db, changes: Sequence[str], stage: int | None = None) -> Shares:
    """Return at which shares the cells of several changes have stood, the first first."""
    query = select(*(stage_shares.c[name] for name in _BY), stage_shares.c.share, stage_shares.c.since)
    return db.execute(query.where(*_of(stage_shares, changes, stage)).order_by(stage_shares.c.run)).all()


def _totals(db: Db, changes: Sequence[str], stage: int | None) -> _Totals:
    query = select(*(stage_counts.c[name] for name in (*_BY, "arm", "name", *_SUMS)))
    return db.execute(query.where(*_of(stage_counts, changes, stage))).all()


def _of(table: Table, changes: Sequence[str], stage: int | None) -> Iterator[ColumnElement[bool]]:
    yield table.c.change.in_(changes)
    if stage is not None:
        yield table.c.stage == stage


def _totals_of_minutes(db: Db, change: str, wanted: ColumnElement[bool]) -> _Totals:
    by = [interval_counts.c[name] for name in (*_BY, "arm", "name")]
    sums = [func.sum(interval_counts.c[name]) for name in _SUMS]
    return db.execute(select(*by, *sums).where(interval_counts.c.change == change, wanted).group_by(*by)).all()


def by_change(
    changes: Sequence[str], shares: Shares, totals: _Totals, metrics: _States = NO_STATES
) -> dict[str, list[StageCounts]]:
    """Put each total into its cell; what a cell counted at another share is left out."""
    stages: dict[str, dict[int, dict[str, _Cell]]] = {change: {} for change in changes}
    began: dict[tuple[str, int], datetime] = {}
    for change, stage, cell, run, share, since in shares:
        cells = stages[change].setdefault(stage, {})
        began[change, stage] = min(since, began.get((change, stage), since))
        known = cells.get(cell, _Cell(NOWHERE, since))
        stands = known.stands.then(share, run)
        cells[cell] = _Cell(stands, known.since if stands.run == known.stands.run else since)
    for change, stage, cell, run, arm, name, n, total, squares in totals:
        known = stages[change].get(stage, {}).get(cell)
        if known is not None and run in known.runs:
            known.runs[run][arm][name] = (n, total, squares)
    return {
        change: [
            _stage_counts(stage, began[change, stage], cells, metrics.get((change, stage), {}))
            for stage, cells in sorted(found.items())
        ]
        for change, found in stages.items()
    }


def _stage_counts(
    stage: int, began_at: datetime, cells: Mapping[str, _Cell], metrics: Mapping[str, MetricState]
) -> StageCounts:
    counted = {name: cell for name, cell in sorted(cells.items()) if cell.stands.share > 0}
    whole = {name: _cell_counts(cell, cell.stands.run) for name, cell in counted.items()}
    is_one = all(cell.stands.proof == cell.stands.run for cell in counted.values())
    proof = None if is_one else {name: _cell_counts(cell, cell.stands.proof) for name, cell in counted.items()}
    since = {name: cell.since for name, cell in counted.items()}
    runs = {name: cell.stands.run for name, cell in counted.items()}
    return StageCounts(stage, whole, proof, began_at, since, runs, metrics=metrics)


def _cell_counts(cell: _Cell, run: int) -> CellCounts:
    candidate, control = _sorted_out(cell.runs[run][CANDIDATE]), _sorted_out(cell.runs[run][CONTROL])
    return CellCounts(
        share=cell.stands.share,
        candidate_units=candidate.units,
        control_units=control.units,
        candidate_bad=candidate.bad,
        control_bad=control.bad,
        candidate_first_bad=candidate.first_bad,
        control_first_bad=control.first_bad,
        candidate_sums=candidate.sums,
        control_sums=control.sums,
        candidate_again=candidate.again,
        control_again=control.again,
    )


class _Arm(NamedTuple):
    """What one arm of a cell has counted, by guardrail and by metric."""

    units: int
    bad: dict[str, int]
    first_bad: dict[str, int]
    sums: dict[str, tuple[int, float, float]]
    again: dict[str, int]


def _sorted_out(counted: Mapping[str, _Total]) -> _Arm:
    """Tell the names apart: `units`, `bad:error`, `first_bad:error`, `again:error`, `sum:groundedness`."""
    arm = _Arm(int(counted["units"][0]) if "units" in counted else 0, {}, {}, {}, {})
    for name in sorted(counted):
        kind, _, of = name.partition(":")
        n, total, squares = counted[name]
        if kind == "bad":
            arm.bad[of] = int(n)
        elif kind == "first_bad":
            arm.first_bad[of] = int(n)
        elif kind == "again":
            arm.again[of] = int(n)
        elif kind == "sum":
            arm.sums[of] = (int(n), _unfixed(total), _unfixed(squares))
    return arm


def _unfixed(value: Decimal | float) -> float:
    """Return a sum from its billionths; PostgreSQL gives them as a Decimal."""
    return (int(value) if isinstance(value, Decimal) else value) / FIXED_POINT
