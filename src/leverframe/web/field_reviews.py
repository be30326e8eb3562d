"""A field of a ticket that another person has read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from leverframe.actions import field_reviews
from leverframe.web.answers import done
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


class FieldReviewed(Body):
    """What was checked, and the digest of the value that was read (without one, what stands)."""

    comment: str = ""
    digest: str = ""


@router.put("/changes/{change_id}/fields/{field}/review", openapi_extra=describes(FieldReviewed))
def review_field(
    visit: Visiting, change_id: str, field: str, body: Annotated[FieldReviewed, Depends(sent(FieldReviewed))]
) -> Response:
    """Say that one has read a field of a change, and what one checked."""
    told = (body.comment, body.digest)
    review = field_reviews.review_field(visit.house, visit.actor, change_id, field, *told)
    return done(visit.request, review, f"/changes/{change_id}#field-{field}", status=201)
