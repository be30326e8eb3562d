"""A nudge: who a change waits for hears of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from leverframe.actions import nudges
from leverframe.web.answers import done
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


class Nudging(Body):
    """Whom to nudge (nobody named: everybody else whom the change waits for), and why."""

    who: str = ""
    because: str = ""


@router.post("/changes/{change_id}/nudges", status_code=201, openapi_extra=describes(Nudging))
def nudge(visit: Visiting, change_id: str, body: Annotated[Nudging, Depends(sent(Nudging))]) -> Response:
    """Nudge whoever a change waits for: not again for the same within four hours."""
    made = nudges.nudge(visit.house, visit.actor, change_id, body.who, body.because)
    return done(visit.request, {"nudges": made}, f"/changes/{change_id}#requirements", status=201)
