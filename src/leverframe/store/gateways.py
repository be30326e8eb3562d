"""Which gateways are enrolled, which batches have they sent, and which tables have they applied?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, Column, Float, Integer, Row, String, Table, Text, func, select
from sqlalchemy import update as sql_update

from leverframe.nouns.gateways import Gateway, Receipt
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, Utc
from leverframe.store.database import Db, metadata, on_both

KEPT_GAPS = 1000
"""How many missing sequence numbers of one boot may still arrive late; older ones are counted as lost for good."""

gateways = Table(
    "gateways",
    metadata,
    Column("name", String, primary_key=True),
    Column("token_hash", String, nullable=False, unique=True),
    Column("revoked_at", Utc),
    Column("body", Noun(Gateway), nullable=False),
)

batches = Table(
    "gateway_batches",
    metadata,
    Column("gateway", String, primary_key=True),
    Column("boot", String, primary_key=True),
    Column("highest", BigInteger, nullable=False),
    Column("missing", Noun(list[int]), nullable=False),
    Column("given_up", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("because", Text, nullable=False),
    Column("opened_at", Utc, nullable=False),
    Column("closed_at", Utc),
    Column("reporting", Integer, nullable=False),
    Column("applied", Integer, nullable=False),
    Column("milliseconds", Float),
    Column("body", Noun(Receipt), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Lost:
    """What one boot of a gateway numbered and never sent: batches `lost`; and its outcomes that were `refused`."""

    gateway: str
    boot: str
    lost: int
    highest: int
    refused: int = 0


def enrol(db: Db, gateway: Gateway, token_hash: str) -> None:
    """Enrol a gateway under the hash of its token; raises Conflict while one of that name is enrolled."""
    row = {"token_hash": token_hash, "revoked_at": None, "body": gateway}
    written = db.insert(gateways).values(name=gateway.name, **row)
    again = written.on_conflict_do_update(
        index_elements=["name"], set_=row, where=gateways.c.revoked_at.is_not(None)
    ).returning(gateways.c.name)
    if db.execute(again).scalar_one_or_none() is None:
        raise Conflict(
            f"A gateway {gateway.name} is enrolled already.", remedy="Revoke it first, or take another name."
        )


def get(db: Db, name: str) -> Gateway:
    """Return one gateway, revoked or not; raises NotFound."""
    found = db.execute(select(gateways.c.body).where(gateways.c.name == name)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no gateway {name}.", remedy="The page of accounts lists them all.")
    return found


def update(db: Db, gateway: Gateway) -> None:
    """Write what is known of an enrolled gateway anew."""
    db.execute(sql_update(gateways).where(gateways.c.name == gateway.name).values(body=gateway))


def by_token(db: Db, token_hash: str) -> Gateway | None:
    """Return the gateway whose token has this hash, unless it was revoked."""
    holds = (gateways.c.token_hash == token_hash) & gateways.c.revoked_at.is_(None)
    return db.execute(select(gateways.c.body).where(holds)).scalar_one_or_none()


def names_by_token(db: Db, token_hashes: Iterable[str]) -> dict[str, str]:
    """Return the names of the gateways whose tokens have these hashes, by hash; those not revoked."""
    holds = gateways.c.token_hash.in_(list(token_hashes)) & gateways.c.revoked_at.is_(None)
    found = select(gateways.c.token_hash, gateways.c.name).where(holds)
    return {row.token_hash: row.name for row in db.execute(found)}


def all_gateways(db: Db) -> list[Gateway]:
    """List every gateway by name, revoked ones too."""
    return list(db.execute(select(gateways.c.body).order_by(gateways.c.name)).scalars())


def revoke(db: Db, name: str, at: datetime) -> Gateway:
    """Refuse a gateway's token from now on; raises NotFound."""
    revoked = replace(get(db, name), revoked_at=at)
    db.execute(sql_update(gateways).where(gateways.c.name == name).values(revoked_at=at, body=revoked))
    return revoked


def accept(db: Db, gateway: str, boot: str, sequence: int) -> Literal["new", "repeated"]:
    """Say whether a numbered batch is new; the numbers that it leaps over are missing until they arrive."""
    db.execute(
        db.insert(batches)
        .values(gateway=gateway, boot=boot, highest=0, missing=[], given_up=0, refused=0)
        .on_conflict_do_nothing()
    )
    mine = (batches.c.gateway == gateway) & (batches.c.boot == boot)
    row = db.execute(select(batches).where(mine).with_for_update()).one()
    after = _after(row, sequence)
    if after is None:
        return "repeated"
    db.execute(sql_update(batches).where(mine).values(**after))
    return "new"


def note_refused(db: Db, gateway: str, boot: str, count: int) -> None:
    """Note that so many outcomes of a boot's batches, which were accepted, could not be counted."""
    if count:
        mine = (batches.c.gateway == gateway) & (batches.c.boot == boot)
        db.execute(sql_update(batches).where(mine).values(refused=batches.c.refused + count))


def losses(db: Db) -> list[Lost]:
    """List the boots of which batches are missing, or outcomes were refused."""
    rows = db.execute(select(batches).order_by(batches.c.gateway, batches.c.boot))
    every = (Lost(row.gateway, row.boot, len(row.missing) + row.given_up, row.highest, row.refused) for row in rows)
    return [boot for boot in every if boot.lost or boot.refused]


def open_receipt(db: Db, number: str, because: str, at: datetime) -> None:
    """Begin the receipt of one number; one that is open stays as it is."""
    epoch, generation = Number.parse(number)
    row = {"epoch": epoch, "generation": generation, "because": because, "opened_at": at}
    empty = Receipt(number, 0, 0, None)
    db.execute(_OPEN(db), {**row, "reporting": 0, "applied": 0, "body": empty})


def close_receipt(db: Db, number: str, receipt: Receipt, at: datetime) -> bool:
    """Write down how far a number had come when its receipt was closed; say whether it had been open."""
    seen = {"reporting": receipt.reporting, "applied": receipt.applied, "milliseconds": receipt.milliseconds}
    still_open = _of(number) & receipts.c.closed_at.is_(None)
    return db.execute(sql_update(receipts).where(still_open).values(**seen, body=receipt, closed_at=at)).rowcount > 0


def receipt(db: Db, number: str) -> Receipt | None:
    """Return the receipt of a number, as it was written down last."""
    return db.execute(select(receipts.c.body).where(_of(number))).scalar_one_or_none()


def open_receipts(db: Db) -> list[tuple[str, str, datetime]]:
    """List the receipts that were never closed, as after a crash: number, because, opened at."""
    query = select(receipts).where(receipts.c.closed_at.is_(None)).order_by(*_NEWEST_FIRST)
    return [(str(Number(row.epoch, row.generation)), row.because, row.opened_at) for row in db.execute(query)]


def latest_receipt(db: Db) -> str | None:
    """Return the highest number that has a receipt."""
    row = db.execute(select(receipts.c.epoch, receipts.c.generation).order_by(*_NEWEST_FIRST).limit(1)).one_or_none()
    return None if row is None else str(Number(*row))


def count(db: Db) -> int:
    """Count the gateways that are enrolled and not revoked."""
    return db.execute(select(func.count()).select_from(gateways).where(gateways.c.revoked_at.is_(None))).scalar_one()


_OPEN = on_both(lambda insert: insert(receipts).on_conflict_do_nothing())
_NEWEST_FIRST = (receipts.c.epoch.desc(), receipts.c.generation.desc())


def _after(row: Row[Any], sequence: int) -> dict[str, Any] | None:
    """Return how a boot's numbers stand after a batch, or None where it has been taken before."""
    if sequence > row.highest:
        missing = [*row.missing, *range(max(row.highest + 1, sequence - KEPT_GAPS), sequence)]
        leapt = sequence - row.highest - 1 + len(row.missing)
        kept = missing[-KEPT_GAPS:]
        return {"highest": sequence, "missing": kept, "given_up": row.given_up + leapt - len(kept)}
    if sequence in row.missing:
        return {"missing": [number for number in row.missing if number != sequence]}
    return None


def _of(number: str) -> Any:
    epoch, generation = Number.parse(number)
    return (receipts.c.epoch == epoch) & (receipts.c.generation == generation)
