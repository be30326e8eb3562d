"""How does each kill switch stand, and how did it stand before?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, Column, Integer, String, Table, bindparam, delete, select
from sqlalchemy import update as sql_update

from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, RunningId
from leverframe.store.database import Db, metadata, on_both

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

_ALL = select(switches.c.body).order_by(switches.c.layer, switches.c.key)
_OF_LAYER = select(switches.c.body).where(switches.c.layer == bindparam("layer")).order_by(switches.c.key)
_ONE = select(switches.c.body).where(switches.c.id == bindparam("id"))
_THROWN = select(switches.c.id).where(switches.c.thrown, switches.c.layer.in_(bindparam("layers", expanding=True)))
_ADD = on_both(lambda insert: insert(switches).on_conflict_do_nothing().returning(switches.c.id))
_WRITE = sql_update(switches).where(switches.c.id == bindparam("of"), switches.c.version == bindparam("at_version"))
_NOTE = switch_history.insert()


def all_switches(db: Db) -> list[Switch]:
    """List every switch: features, models, tenants, each by key."""
    return list(db.execute(_ALL).scalars())


def of_layer(db: Db, layer: Layer) -> list[Switch]:
    """List the switches of one layer, by key."""
    return list(db.execute(_OF_LAYER, {"layer": layer.value}).scalars())


def thrown(db: Db, layers: Iterable[Layer]) -> frozenset[str]:
    """Return the ids of the thrown switches of some layers."""
    return frozenset(db.execute(_THROWN, {"layers": [layer.value for layer in layers]}).scalars())


def get(db: Db, id: str) -> Switch:
    """Return one switch by its id, `feature/policy-search-v1`; raises NotFound."""
    found = db.execute(_ONE, {"id": id}).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no switch {id}.", remedy="The lever frame has them all.")
    return found


def find(db: Db, id: str) -> Switch | None:
    """Return one switch by its id, or None where there is none."""
    return db.execute(_ONE, {"id": id}).scalar_one_or_none()


def lock(db: Db, id: str) -> Switch | None:
    """Return one switch as it stands once nobody else writes it, held to the end; None where there is none."""
    return db.execute(_ONE.with_for_update(), {"id": id}).scalar_one_or_none()


def put(db: Db, switch: Switch) -> Switch:
    """Write a switch, new or over the version it was read at, and return it as it stands; raises Conflict."""
    written = _insert(db, switch) or _update(db, switch)
    db.execute(_NOTE, {"switch": written.id, "version": written.version, "body": written})
    return written


def remove(db: Db, id: str) -> None:
    """Take a switch that no file names any more away; its history stays. Raises Conflict where it is thrown now."""
    taken = db.execute(delete(switches).where(switches.c.id == id, ~switches.c.thrown))
    if not taken.rowcount and find(db, id) is not None:
        raise Conflict(f"The switch {id} has just been thrown.", remedy="Look at it again and repeat what you did.")


def history(db: Db, id: str) -> list[Switch]:
    """List how a switch has stood, the newest first."""
    query = select(switch_history.c.body).where(switch_history.c.switch == id).order_by(switch_history.c.id.desc())
    return list(db.execute(query).scalars())


def _insert(db: Db, switch: Switch) -> Switch | None:
    row: dict[str, Any] = {"id": switch.id, "layer": switch.layer.value, "key": switch.key, "thrown": switch.thrown}
    row |= {"version": switch.version, "body": switch}
    return switch if db.execute(_ADD(db), row).scalar_one_or_none() else None


def _update(db: Db, switch: Switch) -> Switch:
    written = replace(switch, version=switch.version + 1)
    stood = {"of": switch.id, "at_version": switch.version}
    values = {"thrown": written.thrown, "version": written.version, "body": written}
    if not db.execute(_WRITE, {**stood, **values}).rowcount:
        stands = get(db, switch.id)
        raise Conflict(
            f"The switch {switch.id} was changed by someone else: it is at version {stands.version}, not"
            f" {switch.version}.",
            remedy="Look at it again and repeat what you did.",
        )
    return written
