"""Which evidence lies on a change, addressed by the digest of its bytes?"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, bindparam, select
from sqlalchemy import update as sql_update

from leverframe.nouns.evidence import EvalResult, StageReading
from leverframe.nouns.verdicts import NotFound
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

artefacts = Table(
    "artefacts",
    metadata,
    Column("digest", String, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

change_artefacts = Table(
    "change_artefacts",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("digest", String, ForeignKey("artefacts.digest"), primary_key=True),
    Column("name", String, nullable=False),
)

eval_results = Table(
    "eval_results",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("artefact", String, ForeignKey("artefacts.digest"), nullable=False),
    Column("side", String, nullable=False),
    Column("body", Noun(EvalResult), nullable=False),
    Column("cases", LargeBinary, nullable=False),
)
"""`cases` is what each case was given, compressed; the body leaves it out."""

stage_readings = Table(
    "stage_readings",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("stage", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, primary_key=True),
    Column("body", Noun(StageReading), nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False, index=True),
    Column("stage", Integer, nullable=False),
    Column("digest", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("voided_at", Utc),
)
Index(
    "uq_judgements_standing",
    judgements.c.change,
    judgements.c.stage,
    unique=True,
    sqlite_where=judgements.c.voided_at.is_(None),
    postgresql_where=judgements.c.voided_at.is_(None),
)


_JUDGED = select(judgements.c.change, judgements.c.stage).where(
    judgements.c.change.in_(bindparam("of", expanding=True)), judgements.c.voided_at.is_(None)
)
_JUDGEMENTS = (
    select(judgements.c.stage, judgements.c.digest, judgements.c.at, judgements.c.voided_at)
    .where(judgements.c.change == bindparam("of"))
    .order_by(judgements.c.id)
)


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file: the sha256 of its bytes, what it is, and the bytes."""

    digest: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Judgement:
    """A stage that people promoted without proof: the digest of the reading that they signed, and when.

    It is void from `voided_at` on, when the stage began again.
    """

    stage: int
    digest: str
    at: datetime
    voided_at: datetime | None = None


def add_artefact(
    db: Db, change: str, name: str, body: bytes, media_type: str = "application/octet-stream"
) -> str | None:
    """Put a file on a change and return its digest; None where these bytes lie on it already."""
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    db.execute(db.insert(artefacts).values(digest=digest, media_type=media_type, body=body).on_conflict_do_nothing())
    laid = db.insert(change_artefacts).values(change=change, digest=digest, name=name).on_conflict_do_nothing()
    return db.execute(laid.returning(change_artefacts.c.digest)).scalar_one_or_none()


def artefact(db: Db, digest: str) -> Artefact:
    """Return a file by its digest; raises NotFound."""
    row = db.execute(select(artefacts).where(artefacts.c.digest == digest)).one_or_none()
    if row is None:
        raise NotFound(f"There is no artefact {digest}.")
    return Artefact(row.digest, row.media_type, bytes(row.body))


def digests(db: Db, change: str) -> list[str]:
    """List the digests of the files on a change, in their own order, which is what a sign-off binds."""
    return sorted(names(db, change))


def digests_of(db: Db, changes: Iterable[str]) -> dict[str, list[str]]:
    """List the digests of the files on each of several changes, in their own order."""
    found: dict[str, list[str]] = {change: [] for change in changes}
    query = select(change_artefacts.c.change, change_artefacts.c.digest)
    query = query.where(change_artefacts.c.change.in_(list(found)))
    for row in db.execute(query.order_by(change_artefacts.c.digest)):
        found[row.change].append(row.digest)
    return found


def names(db: Db, change: str) -> dict[str, str]:
    """Return the names of the files on a change, by digest."""
    query = select(change_artefacts.c.digest, change_artefacts.c.name).where(change_artefacts.c.change == change)
    return {row.digest: row.name for row in db.execute(query)}


def add_results(
    db: Db, change: str, digest: str, candidate: Iterable[EvalResult], deployed: Iterable[EvalResult]
) -> None:
    """Write the eval results that one artefact gives, of the candidate and of the deployed unit."""
    sides = (("candidate", candidate), ("deployed", deployed))
    about = {"change": change, "artefact": digest}
    rows = [
        {**about, "side": side, "body": replace(one, cases=b""), "cases": zlib.compress(one.cases)}
        for side, many in sides
        for one in many
    ]
    if rows:
        db.execute(eval_results.insert(), rows)


def measured(db: Db, change: str) -> list[EvalResult]:
    """Return what was measured of a change's candidate, in the order it came, without what each case was given."""
    here = (eval_results.c.change == change) & (eval_results.c.side == "candidate")
    return list(db.execute(select(eval_results.c.body).where(here).order_by(eval_results.c.id)).scalars())


def results(db: Db, change: str) -> tuple[list[EvalResult], list[EvalResult]]:
    """Return a change's eval results: the candidate's and the deployed unit's, in the order they came."""
    query = select(eval_results.c.side, eval_results.c.body, eval_results.c.cases)
    rows = db.execute(query.where(eval_results.c.change == change).order_by(eval_results.c.id))
    found: dict[str, list[EvalResult]] = {"candidate": [], "deployed": []}
    for row in rows:
        found[row.side].append(replace(row.body, cases=zlib.decompress(row.cases)))
    return found["candidate"], found["deployed"]


def keep_reading(db: Db, change: str, stage: int, reading: StageReading, digest: str) -> None:
    """Keep a reading on which a step was decided or judged; the same one twice is kept once."""
    row = {"change": change, "stage": stage, "digest": digest, "body": reading}
    db.execute(db.insert(stage_readings).values(**row).on_conflict_do_nothing())


def reading(db: Db, change: str, digest: str) -> StageReading:
    """Return a reading that was kept; raises NotFound."""
    kept = (stage_readings.c.change == change) & (stage_readings.c.digest == digest)
    found = db.execute(select(stage_readings.c.body).where(kept).limit(1)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no reading {digest} of {change}.")
    return found


def readings(db: Db, change: str) -> list[tuple[int, str, StageReading]]:
    """List the readings that were kept of a change as (stage, digest, reading), the earliest first."""
    query = select(stage_readings.c.stage, stage_readings.c.digest, stage_readings.c.body)
    rows = db.execute(query.where(stage_readings.c.change == change)).all()
    return sorted(((*row,) for row in rows), key=lambda row: (row[2].at, row[0]))


def judge(db: Db, change: str, stage: int, digest: str, at: datetime) -> None:
    """Note that all have signed a stage's promotion on judgement."""
    row = {"change": change, "stage": stage, "digest": digest, "at": at}
    db.execute(db.insert(judgements).values(**row).on_conflict_do_nothing())


def void_judgements(db: Db, change: str, stages: Iterable[int], at: datetime) -> None:
    """Void what stands of the judgements of some stages, which begin again."""
    there = (judgements.c.change == change) & judgements.c.stage.in_(list(stages)) & judgements.c.voided_at.is_(None)
    db.execute(sql_update(judgements).where(there).values(voided_at=at))


def judged(db: Db, change: str, stage: int) -> bool:
    """Say whether a stage is promoted on judgement."""
    return (change, stage) in judged_stages(db, [change])


def judged_stages(db: Db, changes: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return which stages of several changes are promoted on judgement, as (change, stage)."""
    return frozenset((row.change, row.stage) for row in db.execute(_JUDGED, {"of": list(changes)}))


def judgements_of(db: Db, change: str) -> list[Judgement]:
    """List the stages of a change that were promoted on judgement, in the order they were, void ones too."""
    return [Judgement(*row) for row in db.execute(_JUDGEMENTS, {"of": change})]
