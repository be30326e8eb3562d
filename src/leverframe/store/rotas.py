"""Which rotas were sent, and which text of each is in force?"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Index, Select, String, Table, Text, func, select

from leverframe.nouns.rotas import Rota
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

rotas = Table(
    "rotas",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", String, nullable=False),
    Column("put_by", String, nullable=False),
    Column("put_at", Utc, nullable=False),
)
Index("ix_rotas_name", rotas.c.name, rotas.c.id)
_C = rotas.c
_SELECT: Select[Any, Any, Any, Any, Any] = select(_C.name, _C.text, _C.digest, _C.put_by, _C.put_at)


def add(db: Db, rota: Rota) -> None:
    """Write a rota down: it takes the place of the one that was sent before under its name."""
    values = {name: getattr(rota, name) for name in ("name", "text", "digest", "put_by", "put_at")}
    db.execute(rotas.insert().values(**values))


def get(db: Db, name: str) -> Rota | None:
    """Return the rota in force under a name; None where none was sent."""
    row = db.execute(_SELECT.where(_C.name == name).order_by(_C.id.desc()).limit(1)).one_or_none()
    return Rota(*row) if row else None


def in_force(db: Db) -> list[Rota]:
    """List the rotas in force, by name."""
    newest = select(func.max(_C.id)).group_by(_C.name)
    return [Rota(*row) for row in db.execute(_SELECT.where(_C.id.in_(newest)).order_by(_C.name))]
