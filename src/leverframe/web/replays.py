"""A change's ramp, asked again: what would today's rules have done?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from leverframe.actions import replays
from leverframe.web.rendering import respond
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


@router.get("/changes/{change_id}/replay")
def show_replay(visit: Visiting, change_id: str) -> Response:
    """Ask today's rules about each recorded step of a ramp, and show every difference; writes nothing."""
    return respond(visit.request, "replay.html", replays.replay(visit.house, change_id))
