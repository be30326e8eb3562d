"""Which release policy is in force, and which were before?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Select, String, Table, Text, select

from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.policies import Policy
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

policies = Table(
    "policy_versions",
    metadata,
    Column("version", RunningId, primary_key=True, autoincrement=True),
    Column("digest", String, nullable=False, index=True),
    Column("body", Text, nullable=False),
    Column("files", Noun(dict[str, str]), nullable=False),
    Column("by", String, nullable=False),
    Column("at", Utc, nullable=False),
)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One policy coming into force: its running number, its digest, by whom and when."""

    version: int
    digest: str
    by: str
    at: datetime


def active(db: Db) -> Policy | None:
    """Return the policy in force, or None on a fresh server."""
    body = db.execute(_newest(policies.c.body)).scalar_one_or_none()
    return None if body is None else _policy(body)


def active_digest(db: Db) -> str | None:
    """Return the digest of the policy in force."""
    return db.execute(_NEWEST_DIGEST).scalar_one_or_none()


def active_files(db: Db) -> dict[str, str]:
    """Return the files of the policy in force, by path."""
    return db.execute(_newest(policies.c.files)).scalar_one_or_none() or {}


def activate(db: Db, policy: Policy, files: Mapping[str, str], by: str, at: datetime) -> int:
    """Put a policy into force and return its running number."""
    body = json.dumps(to_document(policy), separators=(",", ":"))
    added = policies.insert().values(digest=policy.digest, body=body, files=dict(files), by=by, at=at)
    return db.execute(added.returning(policies.c.version)).scalar_one()


def in_force(db: Db, at: datetime) -> Policy | None:
    """Return the policy that was in force at a moment, or None before the first."""
    body = db.execute(_newest(policies.c.body).where(policies.c.at <= at)).scalar_one_or_none()
    return None if body is None else _policy(body)


def of_version(db: Db, version: int) -> Policy:
    """Return the policy of one version."""
    return _policy(db.execute(select(policies.c.body).where(policies.c.version == version)).scalar_one())


def versions(db: Db) -> list[PolicyVersion]:
    """List the policies that were ever in force, the newest first."""
    query = select(policies.c.version, policies.c.digest, policies.c.by, policies.c.at)
    return [PolicyVersion(*row) for row in db.execute(query.order_by(policies.c.version.desc()))]


def files_of(db: Db, version: int) -> dict[str, str]:
    """Return the files of one version, by path."""
    return db.execute(select(policies.c.files).where(policies.c.version == version)).scalar_one_or_none() or {}


def _newest(column: Column[Any]) -> Select[Any]:
    return select(column).order_by(policies.c.version.desc()).limit(1)


_NEWEST_DIGEST = _newest(policies.c.digest)


@lru_cache(maxsize=4)
def _policy(body: str) -> Policy:
    return from_document(Policy, json.loads(body))
