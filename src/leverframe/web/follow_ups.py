"""The follow-ups: what is owed, and who says that it is done?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from leverframe.actions import follow_ups
from leverframe.nouns.follow_ups import FollowUp
from leverframe.web.answers import done
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, Reason, describes, sent
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["follow-ups"])


class Noting(Body):
    """What was found when a follow-up was done."""

    note: str = ""


class Handing(Body):
    """To whom a follow-up goes."""

    to: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class FollowUpsView:
    """What is owed, of everybody or of this reader alone."""

    follow_ups: tuple[follow_ups.FollowUpLine, ...]
    mine: bool


def follow_ups_view(visit: Visit, *, mine: bool = False) -> FollowUpsView:
    """Return the page of everything that is owed."""
    return FollowUpsView(follow_ups.list_follow_ups(visit.house, visit.actor, mine=mine), mine)


@router.get("/follow-ups")
def list_follow_ups(visit: Visiting, mine: bool = False) -> Response:
    """List what is owed after changes, the next due first; with `mine` only what waits for this reader."""
    view = follow_ups_view(visit, mine=mine)
    return respond(visit.request, "follow_ups.html", view, rows=view.follow_ups)


@router.post("/follow-ups/{id}/done", openapi_extra=describes(Noting))
def finish(visit: Visiting, id: int, body: Annotated[Noting, Depends(sent(Noting))]) -> Response:
    """Say that a follow-up is done, with what was found."""
    return _done(visit, follow_ups.finish(visit.house, visit.actor, id, body.note))


@router.put("/follow-ups/{id}/owner", openapi_extra=describes(Handing))
def hand(visit: Visiting, id: int, body: Annotated[Handing, Depends(sent(Handing))]) -> Response:
    """Hand a follow-up to another person."""
    return _done(visit, follow_ups.hand(visit.house, visit.actor, id, body.to, body.because))


@router.delete("/follow-ups/{id}", openapi_extra=describes(Reason))
def drop(visit: Visiting, id: int, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Drop a follow-up that nobody will do."""
    return _done(visit, follow_ups.drop(visit.house, visit.actor, id, body.because))


def _done(visit: Visit, duty: FollowUp) -> Response:
    return done(visit.request, duty, f"/changes/{duty.subject}#follow-ups")
