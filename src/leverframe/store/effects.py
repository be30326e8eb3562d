"""Which units were calls answered with, and what should they be answered with?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text, case, select
from sqlalchemy import update as sql_update

from leverframe.nouns.effects import Effect, EffectState, Served
from leverframe.nouns.outcomes import CallFacts
from leverframe.nouns.tables import Number
from leverframe.nouns.unauthorised import Sighting
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

served_units = Table(
    "served_units",
    metadata,
    Column("target", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("gateway", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("first_at", Utc, nullable=False),
    Column("last_at", Utc, nullable=False, index=True),
    Column("calls", BigInteger, nullable=False),
    Column("call", Text, nullable=False),
    sqlite_with_rowid=False,
)
"""`number` is epoch and generation in one, so that the newest can be kept by one comparison; `call` is the last."""

effects = Table(
    "effects",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("target", String, nullable=False),
    Column("what", String, nullable=False),
    Column("serves", Text, nullable=False),
    Column("instead_of", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("since", Utc, nullable=False),
    Column("state", String, nullable=False),
    Column("because", Text, nullable=False),
    Column("ended_at", Utc),
)
Index("ix_effects_ended_at", effects.c.ended_at)

AT_ONCE = 500
"""So many targets are named in one query: well below what a database takes."""
GENERATIONS = 2**31
"""Generations are below it: see nouns/tables."""


def note_served(db: Db, at: datetime, calls: Iterable[tuple[str, CallFacts]]) -> None:
    """Keep which units calls were answered with, by gateway: since when, when last, and under which newest table.

    Each call comes with its id; they are counted, and the last id is kept.
    """
    newest: dict[tuple[str, str, str], tuple[int, int, str]] = {}
    for id, call in calls:
        key = (call.target, call.unit, call.gateway)
        number, count, _ = newest.get(key, (0, 0, ""))
        newest[key] = max(number, _packed(call.number)), count + 1, id
    names = ("target", "unit", "gateway", "number", "calls", "call")
    rows = [
        dict(zip(names, (*key, *told), strict=True)) | {"first_at": at, "last_at": at}
        for key, told in sorted(newest.items())
    ]
    if not rows:
        return
    added = db.insert(served_units)
    mine, new = served_units.c, added.excluded
    number = case((new.number > mine.number, new.number), else_=mine.number)
    kept = {"number": number, "last_at": new.last_at, "calls": mine.calls + new.calls, "call": new.call}
    db.execute(added.on_conflict_do_update(index_elements=["target", "unit", "gateway"], set_=kept), rows)


def sighted(db: Db, since: datetime) -> set[tuple[str, str]]:
    """Return the targets and units of which any gateway told at a time or later."""
    query = select(served_units.c.target, served_units.c.unit).where(served_units.c.last_at >= since).distinct()
    return {(row.target, row.unit) for row in db.execute(query)}


def sightings(db: Db, target: str, unit: str) -> list[Sighting]:
    """List what each gateway told of one unit of a target."""
    mine = (served_units.c.target == target) & (served_units.c.unit == unit)
    rows = db.execute(select(served_units).where(mine).order_by(served_units.c.gateway))
    return [Sighting(r.gateway, _number(r.number), r.first_at, r.last_at, r.calls, r.call) for r in rows]


def served(db: Db, targets: Iterable[str], since: datetime) -> dict[str, list[Served]]:
    """List which units the calls of some targets were answered with, by gateway, at a time or later."""
    asked, c = sorted(set(targets)), served_units.c
    found: dict[str, list[Served]] = {target: [] for target in asked}
    for start in range(0, len(asked), AT_ONCE):
        query = select(served_units).where(c.target.in_(asked[start : start + AT_ONCE]), c.last_at >= since)
        for row in db.execute(query.order_by(c.target, c.unit, c.gateway)):
            one = Served(row.unit, row.gateway, _number(row.number), row.first_at, row.last_at)
            found[row.target].append(one)
    return found


def expect(db: Db, effect: Effect) -> None:
    """Write down what an act should lead to; what was expected of the target before is overtaken."""
    ends = (effects.c.target == effect.target) & effects.c.ended_at.is_(None)
    db.execute(sql_update(effects).where(ends).values(ended_at=effect.since, state=EffectState.OVERTAKEN.value))
    db.execute(effects.insert().values(**_row(effect)))


def open_effects(db: Db) -> list[Effect]:
    """List what may still be shown."""
    return _effects(db.execute(select(effects).where(effects.c.ended_at.is_(None)).order_by(effects.c.id)))


def of_change(db: Db, change: str) -> list[Effect]:
    """List what a change's acts should have led to, the earliest first."""
    return _effects(db.execute(select(effects).where(effects.c.change == change).order_by(effects.c.id)))


def note(db: Db, effect: Effect) -> None:
    """Write down how an open effect stands now."""
    ours = (effects.c.change == effect.change) & (effects.c.target == effect.target) & effects.c.ended_at.is_(None)
    stands = {"state": effect.state.value, "because": effect.because, "ended_at": effect.ended_at}
    db.execute(sql_update(effects).where(ours).values(**stands))


def _row(effect: Effect) -> dict[str, Any]:
    names = ("change", "target", "what", "serves", "instead_of", "since", "because", "ended_at")
    parts = {name: getattr(effect, name) for name in names}
    return {**parts, "number": _packed(effect.number), "state": effect.state.value}


def _effects(rows: Iterable[Any]) -> list[Effect]:
    found = [dict(row._mapping) for row in rows]
    for row in found:
        del row["id"]
        row |= {"number": _number(row["number"]), "state": EffectState(row["state"])}
    return [Effect(**row) for row in found]


def _packed(number: str) -> int:
    parsed = Number.parse(number)
    return parsed.epoch * GENERATIONS + parsed.generation


def _number(packed: int) -> str:
    return str(Number(*divmod(packed, GENERATIONS)))
