"""How does each kill switch stand, and how did it stand before?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Boolean, Column, Integer, String, Table, delete, select
from sqlalchemy import update as sql_update

from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, RunningId
from leverframe.store.database import Db, metadata

switches = Table(
    "switches",
    metadata,
    Column("id", String, primary_key=True),
    Column("layer", String, nullable=False),
    Column("key", String, nullable=False),
    Column("thrown", Boolean, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("body", Noun(Switch), nullable=False),
)

switch_history = Table(
    "switch_history",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("switch", String, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("body", Noun(Switch), nullable=False),
)


def all_switches(db: Db) -> list[Switch]:
    """List every switch: features, models, tenants, each by key."""
    return list(db.execute(select(switches.c.body).order_by(switches.c.layer, switches.c.key)).scalars())


def thrown(db: Db, layers: Iterable[Layer]) -> frozenset[str]:
    """Return the ids of the thrown switches of some layers."""
    query = select(switches.c.id).where(switches.c.thrown, switches.c.layer.in_([layer.value for layer in layers]))
    return frozenset(db.execute(query).scalars())


def get(db: Db, id: str) -> Switch:
    """Return one switch by its id, `feature/policy-search-v1`; raises NotFound."""
    found = db.execute(select(switches.c.body).where(switches.c.id == id)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no switch {id}.")
    return found


def put(db: Db, switch: Switch) -> Switch:
    """Write a switch, new or over the version it was read at, and return it as it stands; raises Conflict."""
    written = _insert(db, switch) or _update(db, switch)
    db.execute(switch_history.insert().values(switch=written.id, version=written.version, body=written))
    return written


def remove(db: Db, id: str) -> None:
    """Take a switch that no file names any more away; its history stays."""
    db.execute(delete(switches).where(switches.c.id == id))


def history(db: Db, id: str) -> list[Switch]:
    """List how a switch has stood, the newest first."""
    query = select(switch_history.c.body).where(switch_history.c.switch == id).order_by(switch_history.c.id.desc())
    return list(db.execute(query).scalars())


def _insert(db: Db, switch: Switch) -> Switch | None:
    row = {"id": switch.id, "layer": switch.layer.value, "key": switch.key, "thrown": switch.thrown}
    added = db.insert(switches).values(**row, version=switch.version, body=switch).on_conflict_do_nothing()
    return switch if db.execute(added.returning(switches.c.id)).scalar_one_or_none() else None


def _update(db: Db, switch: Switch) -> Switch:
    written = replace(switch, version=switch.version + 1)
    at_version = (switches.c.id == switch.id) & (switches.c.version == switch.version)
    values = {"thrown": written.thrown, "version": written.version, "body": written}
    if not db.execute(sql_update(switches).where(at_version).values(**values)).rowcount:
        stands = get(db, switch.id)
        raise Conflict(
            f"The switch {switch.id} was changed by someone else: it is at version {stands.version}, not"
            f" {switch.version}.",
            remedy="Look at it again and repeat what you did.",
        )
    return written
