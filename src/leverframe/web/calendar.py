"""The calendar of changes and freezes: a month, or a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import Response

from leverframe.actions import calendar_views
from leverframe.actions.calendar_views import Asked
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.visits import Visiting

router = APIRouter(tags=["freezes"])


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One change of the schedule as a row of a spreadsheet."""

    change: str
    title: str
    target: str
    tier: str
    state: str
    release_manager: str
    begins: datetime
    ends: datetime
    planned: bool
    ended: str


@router.get("/calendar")
def show_calendar(visit: Visiting, period: str = "", region: str = "", target: str = "") -> Response:
    """Show the change schedule of a month (`2026-12`) or a year (`2026`), of one region or target, or of all."""
    is_page = wanted_format(visit.request) == "html"
    view = calendar_views.show_calendar(visit.house, Asked(period.strip(), region, target, whole=not is_page))
    rows = [ScheduleRow(**{name: getattr(bar, name) for name in ScheduleRow.__slots__}) for bar in view.bars]
    return respond(visit.request, "calendar.html", view, rows=rows)
