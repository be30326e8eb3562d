"""My work: what waits for this reader?"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from leverframe.actions.my_work import my_work, rows_of
from leverframe.web.rendering import respond
from leverframe.web.visits import Visiting

router = APIRouter(tags=["pages"])


@router.get("/me")
def show_my_work(visit: Visiting) -> Response:
    """Everything that waits for me: sign-offs, reviews, what my changes lack, what I owe, my ramps and bridges."""
    view = my_work(visit.house, visit.actor)
    return respond(visit.request, "me.html", view, rows=rows_of(view))
