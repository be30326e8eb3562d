"""Who has reviewed which field of a change?"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint, select

from leverframe.nouns.field_reviews import FieldReview
from leverframe.nouns.verdicts import Conflict
from leverframe.store.columns import RunningId, Utc
from leverframe.store.database import Db, metadata

field_reviews = Table(
    "field_reviews",
    metadata,
    Column("id", RunningId, primary_key=True, autoincrement=True),
    Column("change", String, ForeignKey("changes.id"), nullable=False),
    Column("field", String, nullable=False),
    Column("by", String, nullable=False),
    Column("role", String, nullable=False),
    Column("value_digest", String, nullable=False),
    Column("at", Utc, nullable=False),
    Column("comment", Text, nullable=False),
    UniqueConstraint("change", "field", "by", "value_digest", name="uq_field_reviews_change"),
)
"""A review stays when its field is edited; whether it counts is asked of the rules each time."""

_FIELDS = ("change", "field", "by", "role", "value_digest", "at", "comment")


def add(db: Db, review: FieldReview) -> None:
    """Write a review; raises Conflict where this person has reviewed this very value already."""
    row = {name: getattr(review, name) for name in _FIELDS}
    added = db.insert(field_reviews).values(row).on_conflict_do_nothing().returning(field_reviews.c.id)
    if db.execute(added).scalar_one_or_none() is None:
        named = review.field.replace("_", " ")
        raise Conflict(f"{review.by} has already reviewed the {named} of {review.change} as it stands.")


def of_change(db: Db, change: str) -> tuple[FieldReview, ...]:
    """List the reviews of a change's fields, the first first."""
    query = select(*(field_reviews.c[name] for name in _FIELDS)).where(field_reviews.c.change == change)
    return tuple(FieldReview(**row._mapping) for row in db.execute(query.order_by(field_reviews.c.id)))
