"""How long do changes take, and where does their time go?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from leverframe.actions.time_summary import time_summary
from leverframe.web.rendering import respond
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


@router.get("/changes/time")
def show_times(visit: Visiting, months: int = 12) -> Response:
    """Sum up by month and tier how long changes took that were closed, and where their time went."""
    view = time_summary(visit.house, months)
    return respond(visit.request, "change_times.html", view, rows=view.rows)
