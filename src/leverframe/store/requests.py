"""What has been asked for and waits for its sign-offs?

A request is a proposal of a policy, a wish to set a switch again, or a judgement: whatever gathers sign-offs
before it is carried out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, select
from sqlalchemy import update as sql_update

from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

OPEN = "open"

requests = Table(
    "requests",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", Noun(Any), nullable=False),
    Column("asked_by", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("state", String, nullable=False),
    Column("closed_at", Utc),
    Column("closed_by", String, nullable=False),
)
Index("ix_requests_kind_subject", requests.c.kind, requests.c.subject)
Index(
    "uq_requests_open",
    requests.c.kind,
    requests.c.subject,
    unique=True,
    sqlite_where=requests.c.state == OPEN,
    postgresql_where=requests.c.state == OPEN,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One wish: of which kind, about what, by whom; `state` is `open` until it is closed with another word."""

    id: int
    kind: str
    subject: str
    body: Any
    asked_by: str
    at: datetime
    state: str
    closed_at: datetime | None = None
    closed_by: str = ""


def open(db: Db, kind: str, subject: str, body: Any, asked_by: str, at: datetime) -> Request:
    """Write a new request; raises Conflict while one of its kind is open on the same subject."""
    row = {"kind": kind, "subject": subject, "body": body, "asked_by": asked_by, "at": at}
    added = db.insert(requests).values(**row, state=OPEN, closed_by="").on_conflict_do_nothing()
    id = db.execute(added.returning(requests.c.id)).scalar_one_or_none()
    if id is None:
        raise Conflict(f"A request of the kind {kind} is already open on {subject}.")
    return get(db, id)


def get(db: Db, id: int) -> Request:
    """Return one request; raises NotFound."""
    row = db.execute(select(requests).where(requests.c.id == id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no request {id}.")
    return _request(row)


def open_on(db: Db, kind: str, subject: str) -> Request | None:
    """Return the request of a kind that is open on a subject."""
    query = select(requests).where(requests.c.kind == kind, requests.c.subject == subject, requests.c.state == OPEN)
    row = db.execute(query).one_or_none()
    return None if row is None else _request(row)


def find(db: Db, kind: str, *, state: str = OPEN, limit: int = 100) -> list[Request]:
    """List the requests of a kind in one state, in every state where it is empty; the newest first."""
    query = select(requests).where(requests.c.kind == kind).order_by(requests.c.id.desc()).limit(limit)
    return [_request(row) for row in db.execute(query.where(requests.c.state == state) if state else query)]


def close(db: Db, id: int, state: str, by: str, at: datetime) -> Request:
    """End a request with a word, such as `done` or `withdrawn`; raises Conflict where it has ended already."""
    still_open = (requests.c.id == id) & (requests.c.state == OPEN)
    ended = sql_update(requests).where(still_open).values(state=state, closed_by=by, closed_at=at)
    if not db.execute(ended).rowcount:
        raise Conflict(f"The request {id} has already ended: {get(db, id).state}.")
    return get(db, id)


def _request(row: Row[Any]) -> Request:
    return Request(**row._mapping)
