"""Who has signed what, and since when does each person hold a role?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Index, Select, String, Table, Text, bindparam, select
from sqlalchemy import update as sql_update

from leverframe.nouns.sign_offs import Membership, SignOff
from leverframe.nouns.verdicts import Conflict
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

sign_offs = Table(
    "sign_offs",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("subject", String, nullable=False, index=True),
    Column("person", String, nullable=False),
    Column("role", String, nullable=False),
    Column("content_digest", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("comment", Text, nullable=False),
    Column("voided_at", Utc),
    Column("void_because", Text, nullable=False),
    Column("on_behalf_of", String, nullable=False),
)
Index(
    "uq_sign_offs_standing",
    sign_offs.c.subject,
    sign_offs.c.person,
    sign_offs.c.role,
    unique=True,
    sqlite_where=sign_offs.c.voided_at.is_(None),
    postgresql_where=sign_offs.c.voided_at.is_(None),
)

members = Table(
    "memberships",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("person", String, nullable=False),
    Column("role", String, nullable=False),
    Column("since", Utc, nullable=False),
    Column("left_at", Utc),
)
Index(
    "uq_memberships_standing",
    members.c.person,
    members.c.role,
    unique=True,
    sqlite_where=members.c.left_at.is_(None),
    postgresql_where=members.c.left_at.is_(None),
)


def add(db: Db, sign_off: SignOff) -> None:
    """Write a sign-off; raises Conflict where this person's for this subject and role stands already."""
    row = {name: getattr(sign_off, name) for name in _FIELDS}
    added = db.insert(sign_offs).values(row).on_conflict_do_nothing().returning(sign_offs.c.id)
    if db.execute(added).scalar_one_or_none() is None:
        raise Conflict(f"{sign_off.person} has already signed {sign_off.subject} as {sign_off.role}.")


def standing(db: Db, subject: str) -> list[SignOff]:
    """List the sign-offs of a subject that are not void, the first first."""
    return [SignOff(**row._mapping) for row in db.execute(_STANDING, {"on": subject})]


def standing_on(db: Db, subjects: Iterable[str]) -> dict[str, tuple[SignOff, ...]]:
    """Return what stands on several subjects, by subject, the first first."""
    asked = list(subjects)
    query = _SELECT.where(sign_offs.c.subject.in_(asked), sign_offs.c.voided_at.is_(None))
    found: dict[str, list[SignOff]] = {subject: [] for subject in asked}
    for signed in _read(db, query):
        found[signed.subject].append(signed)
    return {subject: tuple(signed) for subject, signed in found.items()}


def all_of(db: Db, subject: str) -> list[SignOff]:
    """List all sign-offs that a subject ever had, void ones too."""
    return _read(db, _SELECT.where(sign_offs.c.subject == subject))


def void(db: Db, subject: str, at: datetime, because: str, *, person: str = "") -> int:
    """Void what stands on a subject, of one person where one is named; return how many that was."""
    voiding = _VOID.where(sign_offs.c.person == person) if person else _VOID
    return db.execute(voiding, {"on": subject, "voided_at": at, "void_because": because}).rowcount


def set_memberships(
    db: Db, holders: Iterable[tuple[str, str]], now: datetime
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Make `holders`, as (person, role), the memberships that stand; return who joined and who left."""
    before, after = {(m.person, m.role) for m in memberships(db)}, set(holders)
    joined, left = sorted(after - before), sorted(before - after)
    for person, role in left:
        stands = (members.c.person == person) & (members.c.role == role) & members.c.left_at.is_(None)
        db.execute(sql_update(members).where(stands).values(left_at=now))
    if joined:
        db.execute(members.insert(), [{"person": person, "role": role, "since": now} for person, role in joined])
    return joined, left


def memberships(db: Db) -> list[Membership]:
    """List the memberships that stand, by person and role."""
    query = select(members.c.person, members.c.role, members.c.since).where(members.c.left_at.is_(None))
    return [Membership(*row) for row in db.execute(query.order_by(members.c.person, members.c.role))]


def member_since(db: Db, person: str, role: str) -> datetime | None:
    """Return since when a person holds a role without a break, or None where they do not."""
    stands = (members.c.person == person) & (members.c.role == role) & members.c.left_at.is_(None)
    return db.execute(select(members.c.since).where(stands)).scalar_one_or_none()


def joined(db: Db, person: str) -> dict[str, datetime]:
    """Return since when a person holds each of their roles without a break."""
    query = select(members.c.role, members.c.since).where(members.c.person == person, members.c.left_at.is_(None))
    return {row.role: row.since for row in db.execute(query)}


_FIELDS = (
    "subject",
    "person",
    "role",
    "content_digest",
    "at",
    "comment",
    "voided_at",
    "void_because",
    "on_behalf_of",
)
_SELECT = select(*(sign_offs.c[name] for name in _FIELDS)).order_by(sign_offs.c.id)
_stands = (sign_offs.c.subject == bindparam("on")) & sign_offs.c.voided_at.is_(None)
_STANDING = _SELECT.where(_stands)
_VOID = sql_update(sign_offs).where(_stands)


def _read(db: Db, query: Select[tuple[object, ...]]) -> list[SignOff]:
    return [SignOff(**row._mapping) for row in db.execute(query)]
