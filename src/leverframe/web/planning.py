"""The planner: when could a change start, and why not now?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from leverframe.actions import planning
from leverframe.nouns.documents import to_document
from leverframe.web.rendering import respond
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


@router.get("/changes/{change_id}/slots")
def show_slots(visit: Visiting, change_id: str) -> Response:
    """Rank the starts of a change: when it would settle, where it would stand, what would be in its way."""
    return respond(visit.request, "slots.html", planning.show_slots(visit.house, visit.actor, change_id))


@router.get("/changes/{change_id}/why")
def why(visit: Visiting, change_id: str) -> Response:
    """Say why a change may not ship now, who clears what, and when it legally could, per region."""
    return JSONResponse(to_document(planning.why_not(visit.house, change_id)))
