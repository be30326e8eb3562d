"""What was laid before the reviewers of a change?"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table, select

from leverframe.nouns.documents import digest
from leverframe.nouns.reviews import KeptFacts, ReviewFacts
from leverframe.nouns.verdicts import NotFound
from leverframe.store.columns import Noun, Utc
from leverframe.store.database import Db, metadata

review_facts = Table(
    "review_facts",
    metadata,
    Column("change", String, ForeignKey("changes.id"), primary_key=True),
    Column("digest", String, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("body", Noun(ReviewFacts), nullable=False),
)


def keep(db: Db, facts: ReviewFacts, at: datetime) -> str:
    """Keep what a reviewer is shown, and return its digest; the same facts twice are kept once."""
    named = digest(facts)
    row = {"change": facts.change, "digest": named, "at": at, "body": facts}
    db.execute(db.insert(review_facts).values(**row).on_conflict_do_nothing())
    return named


def get(db: Db, change: str, digest: str) -> KeptFacts:
    """Return what was kept under a digest; raises NotFound."""
    query = select(review_facts.c.digest, review_facts.c.at, review_facts.c.body)
    kept = (review_facts.c.change == change) & (review_facts.c.digest == digest)
    row = db.execute(query.where(kept)).one_or_none()
    if row is None:
        raise NotFound(f"There are no facts {digest} of {change}.")
    return KeptFacts(*row)
