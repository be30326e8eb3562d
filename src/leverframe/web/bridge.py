"""The bridge of a change: who coordinates it, and who takes over?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from leverframe.actions import handovers
from leverframe.web.answers import done
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


class Taking(Body):
    """Who takes over, and why."""

    to: str = ""
    because: str = ""


@router.put("/changes/{change_id}/coordinator", openapi_extra=describes(Taking))
def hand_over(visit: Visiting, change_id: str, body: Annotated[Taking, Depends(sent(Taking))]) -> Response:
    """Hand the bridge to another person: exactly one coordinates a change at any moment."""
    made = handovers.hand_over(visit.house, visit.actor, change_id, body.to, body.because)
    return done(visit.request, made, f"/changes/{change_id}#bridge")
