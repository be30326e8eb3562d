"""What does the newest route table consist of, and what has changed since an earlier one?

Each part keeps the generation that wrote it last. Generations rise through all epochs, so that what has changed since
a table of this epoch is what was written after it; a part that is gone stays as a row without a document.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, Integer, String, Table, Text, bindparam, select

from leverframe.nouns.frames import Changes, Part
from leverframe.store.database import Db, metadata, on_both

route_parts = Table(
    "route_parts",
    metadata,
    Column("kind", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("generation", Integer, nullable=False, index=True),
    Column("document", Text),
)

_COLUMNS = (route_parts.c.kind, route_parts.c.key, route_parts.c.document)
_STANDING = select(*_COLUMNS).where(route_parts.c.document.is_not(None))
_OF_KINDS = _STANDING.where(route_parts.c.kind.in_(bindparam("kinds", expanding=True)))
_ONE = _STANDING.where(route_parts.c.kind == bindparam("kind"), route_parts.c.key == bindparam("key"))
_SINCE = select(*_COLUMNS).where(route_parts.c.generation > bindparam("generation"))


def every(db: Db) -> dict[Part, str]:
    """Return all parts of the newest table, by name, in an order that stays."""
    return _by_name(db.execute(_STANDING.order_by(route_parts.c.kind, route_parts.c.key)))


def of_kinds(db: Db, kinds: Collection[str]) -> dict[Part, str]:
    """Return the parts of some kinds."""
    return _by_name(db.execute(_OF_KINDS, {"kinds": list(kinds)}))


def named(db: Db, names: Collection[Part]) -> dict[Part, str]:
    """Return those of some parts that stand; for a few, each asked for by itself."""
    found: dict[Part, str] = {}
    for kind, key in names:
        found |= _by_name(db.execute(_ONE, {"kind": kind, "key": key}))
    return found


def since(db: Db, generation: int) -> dict[Part, str | None]:
    """Return what was written after a generation; None for what is gone."""
    rows = db.execute(_SINCE, {"generation": generation})
    return {Part(row.kind, row.key): row.document for row in rows}


def write(db: Db, generation: int, changes: Changes) -> None:
    """Write what a generation changes."""
    rows = [{"kind": p.kind, "key": p.key, "generation": generation, "document": d} for p, d in changes.items()]
    if rows:
        db.execute(_WRITE(db), rows)


def _by_name(rows: object) -> dict[Part, str]:
    return {Part(row.kind, row.key): row.document for row in rows}  # pyright: ignore[reportGeneralTypeIssues]


_WRITE = on_both(
    lambda insert: (written := insert(route_parts)).on_conflict_do_update(
        index_elements=["kind", "key"],
        set_={"generation": written.excluded.generation, "document": written.excluded.document},
    )
)
