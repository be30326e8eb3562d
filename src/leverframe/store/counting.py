"""How is a batch of outcomes counted, each unit once?

Counted are units: the salted subjects that calls were bucketed by. A unit belongs to the arm and cell of its first
call in a stage; a guardrail counts it at its first bad event. What it meets in the other arm, as a traveller may, is
not counted. A cell is a region and a ring, and a cohort in it where the ramp's plan names that: its people are split
by a share of their own. When a cell's share of buckets changes inside a stage, its counting begins anew (a new
`run`), both arms together. When a stage begins again, or has reached its last region, the proof for promotion begins
anew in all its cells: it is counted in a run of its own, beside the one in which harm is counted on.

A region that waits stands at the share of the stage before. Who met trouble there in that stage and meets it again is
counted as bad `again`: the same people in the same arm are no new evidence of harm over the ramp.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select, tuple_
from sqlalchemy import update as sql_update

from leverframe.nouns.outcomes import CallFacts, is_countable
from leverframe.nouns.tables import Reason, Variant
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.store import traffic
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
)
from leverframe.store.database import Db

READ_REASONS = frozenset((Reason.CANDIDATE.value, Reason.NOT_EXPOSED.value, Reason.CURRENT.value))
"""Calls that were answered for any other reason, such as a fallback, count in no reading."""
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class CountRow:
    """What one message says of one call: `bad` guardrails that it tripped, `sums` values to add to its metrics.

    A later message (`is_call` False: a thumb, a score) may come more than once and is counted once. One that
    `arrives_late` is recorded and not read.
    """

    facts: CallFacts
    call: str
    bad: tuple[str, ...] = ()
    sums: Mapping[str, float] = field(default_factory=dict)
    is_call: bool = True
    arrives_late: bool = False


def count_batch(db: Db, now: datetime, rows: Sequence[CountRow]) -> None:
    """Count a batch of messages under the minute of `now`; raises Invalid for a value that cannot be added up."""
    _refuse_no_numbers(rows)
    minute = now.replace(second=0, microsecond=0)
    traffic.count(db, minute, [(row.facts, row.call, row.bad, row.is_call) for row in rows])
    tally = _Tally()
    placed = _place(db, rows)
    for late in placed:
        if late.row.arrives_late:
            tally.add(late.key, late.here, "late")
    _count_timely(db, [timely for timely in placed if not timely.row.arrives_late], tally)
    tally.write(db, minute)


def short(call: str) -> str:
    """Return the few letters by which a call id is kept."""
    return hashlib.blake2b(call.encode(), digest_size=12).hexdigest()


_Key = tuple[str, int, int, str]
"""A unit: change, stage, run, subject."""
_Run = tuple[str, int, int]
"""A run: change, stage, run."""
_KEY = ("change", "stage", "run", "subject")


@dataclass(frozen=True, slots=True)
class _Unit:
    """Where a unit was served, and by which call; first of all in its run, where the store says so."""

    cell: str
    arm: str
    call: str


@dataclass(frozen=True, slots=True)
class _Placed:
    """A message with the unit that it is about, and where that was served.

    `before` is the run of the stage before, where the unit's cell still stands at the share of that stage.
    """

    key: _Key
    here: _Unit
    row: CountRow
    before: _Run | None = None


class _Tally:
    """What one batch adds, by change, stage, run, cell, arm and name: how often, the total, the squares."""

    def __init__(self) -> None:
        self.counts: dict[tuple[str, int, int, str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])

    def add(self, key: _Key, unit: _Unit, name: str, total: int = 0, squares: int = 0) -> None:
        count = self.counts[(*key[:3], unit.cell, unit.arm, name)]
        count[:] = count[0] + 1, count[1] + total, count[2] + squares

    def write(self, db: Db, minute: datetime) -> None:
        """Add it to the totals and to the minute, always in the same order, so that two batches cannot deadlock."""
        names = ("change", "stage", "run", "cell", "arm", "name", "n", "total", "squares")
        rows: list[dict[str, Any]] = []
        for key, (n, total, squares) in sorted(self.counts.items()):
            rows.append(dict(zip(names, (*key, n, fit(total), fit(squares)), strict=True)))
        if rows:
            add_up(db, stage_counts, rows)
            add_up(db, interval_counts, [{**row, "minute": minute} for row in rows])


def _place(db: Db, rows: Iterable[CountRow]) -> list[_Placed]:
    """Say of each message which unit it is about; leave out what counts in no reading."""
    known = _Cells(db)
    placed = []
    for row in rows:
        facts = row.facts
        if not facts.change or not facts.subject or facts.reason not in READ_REASONS:
            continue
        cell = facts.cell
        stands = known.of(facts.change, facts.stage).get(cell, NOWHERE)
        if stands.share > 0:
            arm = CANDIDATE if facts.arm == Variant.CANDIDATE.value else CONTROL
            before, unit = known.before(facts.change, facts.stage, cell, stands), _Unit(cell, arm, short(row.call))
            key = (facts.change, facts.stage, stands.run, facts.subject)
            placed.append(_Placed(key, unit, row, before))
            if stands.proof != stands.run and not row.arrives_late:
                placed.append(_Placed((*key[:2], stands.proof, facts.subject), unit, row))
    return placed


class _Cells:
    """How the cells of the stages stand that a batch is about, each stage asked once."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._known: dict[tuple[str, int], dict[str, Standing]] = {}

    def of(self, change: str, stage: int) -> dict[str, Standing]:
        """Return how each cell stands in a stage."""
        if (change, stage) not in self._known:
            self._known[change, stage] = cells_of(self._db, change, stage)
        return self._known[change, stage]

    def before(self, change: str, stage: int, cell: str, stands: Standing) -> _Run | None:
        """Return the run of the stage before, where a cell has the same share still."""
        earlier = self.of(change, stage - 1).get(cell, NOWHERE) if stage > 1 else NOWHERE
        return (change, stage - 1, earlier.run) if earlier.share == stands.share else None


def _count_timely(db: Db, placed: list[_Placed], tally: _Tally) -> None:
    units = _meet(db, placed, tally)
    own = [one for one in placed if one.key in units and units[one.key].arm == one.here.arm]
    _count_bad(db, own, units, tally)
    _count_sums(db, own, units, tally)


def _meet(db: Db, placed: list[_Placed], tally: _Tally) -> dict[_Key, _Unit]:
    """Count the units that are new, and say of all of them where they were first seen.

    Feedback may overtake the outcome of its call, and then brings the unit; but not in a later run of its cell,
    where the call may be from before the share changed.
    """
    first: dict[_Key, _Unit] = {}
    for one in placed:
        if one.row.is_call or one.key[2] == 1:
            first.setdefault(one.key, one.here)
    rows = [{**_named(key), "cell": unit.cell, "arm": unit.arm, "call": unit.call} for key, unit in first.items()]
    new = {key[:4] for key in _insert_new(db, seen_units, rows)}
    for key in new:
        tally.add(key, first[key], "units")
    return {**{key: first[key] for key in new}, **_known(db, {one.key for one in placed} - new)}


def _known(db: Db, keys: set[_Key]) -> dict[_Key, _Unit]:
    known: dict[_Key, _Unit] = {}
    for stage in sorted({key[:3] for key in keys}):
        subjects = sorted(key[3] for key in keys if key[:3] == stage)
        here = tuple_(*(seen_units.c[name] for name in _KEY[:3])) == tuple_(*stage)
        for row in db.execute(select(seen_units).where(here, seen_units.c.subject.in_(subjects))):
            known[(*stage, row.subject)] = _Unit(row.cell, row.arm, row.call)
    return known


def _count_bad(db: Db, own: list[_Placed], units: Mapping[_Key, _Unit], tally: _Tally) -> None:
    """Count each unit once for each guardrail, and once more if its first call was the bad one."""
    on_first: dict[tuple[_Key, str], bool] = {}
    for one in own:
        for guardrail in one.row.bad:
            is_first = one.here.call == units[one.key].call
            on_first[one.key, guardrail] = on_first.get((one.key, guardrail), False) or is_first
    rows = [{**_named(key), "guardrail": bad, "first": first} for (key, bad), first in on_first.items()]
    new = {(key[:4], key[4]) for key in _insert_new(db, bad_units, rows)}
    for key, guardrail in _bad_before(db, own, new):
        tally.add(key, units[key], f"again:{guardrail}")
    for (key, guardrail), is_first in on_first.items():
        if (key, guardrail) in new:
            tally.add(key, units[key], f"bad:{guardrail}")
        if is_first and ((key, guardrail) in new or _turns_first(db, key, guardrail)):
            tally.add(key, units[key], f"first_bad:{guardrail}")


def _bad_before(db: Db, own: Iterable[_Placed], new: set[tuple[_Key, str]]) -> Iterator[tuple[_Key, str]]:
    """Find who of the newly bad was bad already in the stage before, at the same share."""
    runs = {one.key: one.before for one in own if one.before is not None}
    asked: dict[_Run, dict[str, _Key]] = defaultdict(dict)
    for key, _ in new:
        if key in runs:
            asked[runs[key]][key[3]] = key
    for run, keys in sorted(asked.items()):
        there = tuple_(*(bad_units.c[name] for name in _KEY[:3])) == tuple_(*run)
        query = select(bad_units.c.subject, bad_units.c.guardrail)
        for row in db.execute(query.where(there, bad_units.c.subject.in_(sorted(keys)))):
            if (keys[row.subject], row.guardrail) in new:
                yield keys[row.subject], row.guardrail


def _turns_first(db: Db, key: _Key, guardrail: str) -> bool:
    """Note that a unit already counted as bad was bad at its first call, and say whether that is news."""
    same = (bad_units.c[name] == value for name, value in _named(key).items())
    was_not = (*same, bad_units.c.guardrail == guardrail, bad_units.c.first.is_(False))
    return db.execute(sql_update(bad_units).where(*was_not).values(first=True)).rowcount > 0


def _count_sums(db: Db, own: list[_Placed], units: Mapping[_Key, _Unit], tally: _Tally) -> None:
    """Add the values up; those of feedback once for each call and metric, however often they are sent."""
    values = [
        ((*one.key, one.here.call, metric), one, value) for one in own for metric, value in one.row.sums.items()
    ]
    names = (*_KEY, "call", "metric")
    later = {scored for scored, one, _ in values if not one.row.is_call}
    fresh = set(_insert_new(db, scored_calls, [dict(zip(names, scored, strict=True)) for scored in later]))
    for scored, one, value in values:
        if one.row.is_call or scored in fresh:
            fresh.discard(scored)
            fixed = round(value * FIXED_POINT), round(value * value * FIXED_POINT)
            tally.add(one.key, units[one.key], f"sum:{scored[-1]}", *fixed)


def _insert_new(db: Db, table: Table, rows: list[dict[str, Any]]) -> list[Any]:
    """Insert what is not there yet, in the order of the keys, and return the keys of what was new."""
    if not rows:
        return []
    keys = list(table.primary_key)
    ordered = sorted(rows, key=lambda row: tuple(row[key.name] for key in keys))
    return [tuple(row) for row in db.execute(db.insert(table).on_conflict_do_nothing().returning(*keys), ordered)]


def add_up(db: Db, table: Table, rows: list[dict[str, Any]]) -> None:
    """Add rows of counts to those that have the same key."""
    added = db.insert(table)
    sums = {name: table.c[name] + added.excluded[name] for name in ("n", "total", "squares")}
    db.execute(added.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums), rows)


def _named(key: _Key) -> dict[str, Any]:
    return dict(zip(_KEY, key, strict=True))


def fit(value: int) -> int | float:
    """Return what a 64-bit column holds: beyond it, the nearest float."""
    return value if abs(value) <= _LARGEST else float(value)


def _refuse_no_numbers(rows: Iterable[CountRow]) -> None:
    faults = [
        Fault(metric, f"{value} is not a number that can be added up", "send a finite number")
        for row in rows
        for metric, value in row.sums.items()
        if not is_countable(value)
    ]
    if faults:
        raise Invalid(faults)
