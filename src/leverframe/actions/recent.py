"""What did we do to production in the last hours?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leverframe.actions.house import House
from leverframe.nouns.changes import Change, CloseCode
from leverframe.nouns.people import Actor
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.policies import may, may_throw
from leverframe.store import audit, changes, ramps, tables
from leverframe.store.database import Db

MOST = 500
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class StopAct:
    """The one act that stops what a row tells of."""

    label: str
    href: str
    method: str


@dataclass(frozen=True, slots=True)
class RecentRow:
    """One thing that happened to production."""

    at: datetime
    what: str
    object: str
    target: str
    region: str
    by: str
    because: str
    href: str
    stop: StopAct | None = None


def what_changed(
    house: House, actor: Actor, since: str = "2h", target: str = "", region: str = ""
) -> tuple[RecentRow, ...]:
    """Return every step, throw, table and adopted unit since a while ago (`90m`, `2h`, `7d`), newest first.

    At most MOST of each kind are looked at, the newest.
    """
    with house.store.read() as db:
        now = house.clock.now()
        after = now - read_span(since)
        rows = [
            *_steps(house, db, actor, after, target),
            *_throws(house, db, actor, after),
            *_tables(db, after),
            *_units(db, after),
        ]
    kept = (
        row
        for row in rows
        if (not target or row.target == target) and (not region or not row.region or region in row.region.split(", "))
    )
    return tuple(sorted(kept, key=lambda row: row.at, reverse=True))


def read_span(text: str) -> timedelta:
    """Read `90m`, `2h` or `7d`; raises Invalid."""
    unit = UNITS.get(text[-1:], "")
    if not unit or not text[:-1].isdecimal() or not 0 < int(text[:-1]) < 100_000:
        raise Invalid([Fault("since", f"{text or 'nothing'} is no span", "write 90m, 2h or 7d")])
    return timedelta(**{unit: int(text[:-1])})


def _steps(house: House, db: Db, actor: Actor, after: datetime, only: str) -> list[RecentRow]:
    policy, rows = house.policy(db), []
    steps = ramps.steps_since(db, after, target=only, limit=MOST)
    ids = {step.change for step in steps}
    tickets, moving = changes.of_ids(db, ids), ramps.of_changes(db, ids)
    for step in steps:
        change, ramp = tickets[step.change], moving.get(step.change)
        target = policy.catalog.targets.get(change.target)
        stops = ramp is not None and not may(policy, actor, "ramp.abort", target).refuses
        rows.append(
            RecentRow(
                at=step.at,
                what=f"{step.kind.replace('_', ' ')} {step.share_percent:g} %",
                object=change.id,
                target=change.target,
                region=", ".join(step.regions),
                by=step.by,
                because=step.because,
                href=f"/changes/{change.id}",
                stop=_stop_ramp(change, ramp.state) if stops and ramp else None,
            )
        )
    return rows


def _stop_ramp(change: Change, state: RampState) -> StopAct | None:
    """Return what stops a ramp, or takes a settled change back while its former unit stands ready."""
    if state is RampState.RAMPING:
        return StopAct("Abort", f"/changes/{change.id}/ramp/abort", "POST")
    if state is RampState.SETTLED and change.state.is_open and change.close_code is not CloseCode.WENT_BACK:
        return StopAct("Go back", f"/changes/{change.id}/way-back", "POST")
    return None


def _throws(house: House, db: Db, actor: Actor, after: datetime) -> list[RecentRow]:
    policy, rows = house.policy(db), []
    for entry in audit.find(db, act="switch.", since=after, limit=MOST):
        layer, _, key = entry.object.partition("/")
        target = policy.catalog.targets.get(key) if layer == "feature" else None
        may_stop = entry.act == "switch.set" and not may_throw(policy, actor, layer, target).refuses
        rows.append(
            RecentRow(
                at=entry.at,
                what=entry.act.replace(".", " ").replace("_", " "),
                object=entry.object,
                target=key if layer == "feature" else "",
                region="",
                by=entry.actor,
                because=entry.because,
                href=f"/switches/{entry.object}",
                stop=StopAct("Throw", f"/switches/{entry.object}/throw", "PUT") if may_stop else None,
            )
        )
    return rows


def _tables(db: Db, after: datetime) -> list[RecentRow]:
    rows = tables.published_since(db, after)
    return [RecentRow(row.at, "table published", str(row.number), "", "", "", row.because, "") for row in rows]


def _units(db: Db, after: datetime) -> list[RecentRow]:
    entries = audit.find(db, act="unit.adopted", since=after, limit=MOST)
    return [
        RecentRow(e.at, "unit adopted", e.object, e.object, "", e.actor, e.because, f"/targets/{e.object}")
        for e in entries
    ]
