"""The CAB: its agenda, one item a screen, its answers, and who sits there for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from leverframe.actions import cab, cab_views, delegations
from leverframe.actions.cab_views import AgendaLine, CabView
from leverframe.nouns.cab import ApprovalReason
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.web.answers import done
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import Body, Reason, describes, sent
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["cab"])
NEVER = datetime(1, 1, 1, tzinfo=UTC)


class Approval(Body):
    """One member's yes, in one seat, to one content; a page sends the seat as `role for member`."""

    role: str = ""
    on_behalf_of: str = ""
    seat: str = ""
    content_digest: str = ""
    reason: str = ApprovalReason.ALL_HOLD.value
    note: str = ""


class Return(Body):
    """One member's return of one content, for a reason of the fixed set, with a note beside it."""

    role: str = ""
    content_digest: str = ""
    reason: str = ""
    note: str = ""


class Naming(Body):
    """Whom a member names for which seat, from when to when (both as wall time where the CAB meets), and why."""

    role: str = ""
    delegate: str = ""
    starts: str = ""
    ends: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """One item of an agenda as a row of a spreadsheet."""

    position: int
    change: str
    title: str
    target: str
    tier: str
    state: str
    minutes: float
    presenters: tuple[str, ...]
    because: str


def _row(line: AgendaLine) -> AgendaRow:
    item = line.item
    return AgendaRow(
        item.position,
        item.change,
        line.title,
        line.target,
        line.tier,
        item.state.value,
        round(line.minutes, 1),
        item.presenters,
        item.note or item.because,
    )


def cab_view(visit: Visit, meeting: str = "") -> CabView:
    """Return what the page of a meeting shows; without one, of the meeting that is meant now."""
    return cab_views.show_cab(visit.house, visit.actor, meeting)


@router.get("/cab")
def show_today(visit: Visiting) -> Response:
    """Show the meeting that is open or was held today, else the next with its agenda as it would be built now."""
    view = cab_view(visit)
    return respond(visit.request, "cab.html", view, rows=[_row(line) for line in view.lines])


@router.get("/cab/delegations")
def show_delegations(visit: Visiting) -> Response:
    """List who sits for whom, now and later."""
    view = cab_views.show_delegations(visit.house, visit.actor)
    return respond(visit.request, "cab_delegations.html", view, rows=view.delegations)


@router.post("/cab/delegations", status_code=201, openapi_extra=describes(Naming))
def delegate(visit: Visiting, body: Annotated[Naming, Depends(sent(Naming))]) -> Response:
    """Name somebody who signs in one's own seat for a stretch."""
    zone = cab_views.show_delegations(visit.house, visit.actor).zone
    starts, ends = _stretch(body.starts, body.ends, zone)
    made = delegations.delegate(visit.house, visit.actor, body.role, body.delegate, starts, ends, body.because)
    return done(visit.request, made, "/cab/delegations", status=201)


def _stretch(starts: str, ends: str, zone: str) -> tuple[datetime, datetime]:
    """Read two wall times; a day alone begins at midnight, and is in the stretch that it ends."""
    faults: list[Fault] = []
    read = (_moment("starts", starts, zone, faults), _moment("ends", ends, zone, faults))
    if faults:
        raise Invalid(faults)
    return read


def _moment(name: str, text: str, zone: str, faults: list[Fault]) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        wrong = f"{text or 'nothing'} is no time"
        faults.append(Fault(name, wrong, "write it as 2026-11-30, or as 2026-11-30 09:00"))
        return NEVER
    is_day = "T" not in text.strip().upper() and " " not in text.strip()
    at += timedelta(days=1) if is_day and name == "ends" else timedelta()
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


@router.delete("/cab/delegations/{id}", openapi_extra=describes(Reason))
def revoke(visit: Visiting, id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """End a delegation now: what was signed under it counts no more."""
    ended = delegations.revoke(visit.house, visit.actor, id, body.because)
    return done(visit.request, ended, "/cab/delegations")


@router.get("/cab/returns")
def count_returns(visit: Visiting, since: str = "", until: str = "") -> Response:
    """Count what the CAB has sent back by its reason, in a stretch of days; without one in the last 30 days."""
    found = cab_views.count_returns(visit.house, since, until)
    if wanted_format(visit.request) == "html":
        return respond(visit.request, "cab_returns.html", found)
    return respond(visit.request, "cab_returns.html", found, rows=found.counts)


@router.get("/cab/{meeting}")
def show_meeting(visit: Visiting, meeting: str) -> Response:
    """Show one meeting with its agenda."""
    view = cab_view(visit, meeting)
    return respond(visit.request, "cab.html", view, rows=[_row(line) for line in view.lines])


@router.delete("/cab/{meeting}", openapi_extra=describes(Reason))
def close(visit: Visiting, meeting: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """End a meeting: what it has not decided is carried over to the next."""
    ended = cab.close(visit.house, visit.actor, meeting, body.because)
    return done(visit.request, ended, f"/cab/{meeting}")


@router.get("/cab/{meeting}/{change}")
def show_item(visit: Visiting, meeting: str, change: str) -> Response:
    """Show one item: the five checks with their evidence, what differs, who has answered."""
    return respond(visit.request, "cab_item.html", cab_views.show_item(visit.house, visit.actor, meeting, change))


@router.put("/cab/{meeting}/{change}/discussion")
def open_item(visit: Visiting, meeting: str, change: str) -> Response:
    """Begin to discuss an item: its minutes run, and those of the one before it end."""
    found = cab.open_item(visit.house, visit.actor, meeting, change)
    return done(visit.request, found, f"/cab/{meeting}/{change}")


@router.post("/cab/{meeting}/{change}/approvals", status_code=201, openapi_extra=describes(Approval))
def approve(
    visit: Visiting, meeting: str, change: str, body: Annotated[Approval, Depends(sent(Approval))]
) -> Response:
    """Approve an item in one seat: a sign-off over the content that is named."""
    role, _, member = body.seat.partition(" for ") if body.seat else (body.role, "", body.on_behalf_of)
    said = (role, body.content_digest, body.reason, body.note, member)
    found = cab.approve(visit.house, visit.actor, meeting, change, *said)
    return done(visit.request, found, f"/cab/{meeting}/{change}", status=201)


@router.post("/cab/{meeting}/{change}/returns", status_code=201, openapi_extra=describes(Return))
def send_back(visit: Visiting, meeting: str, change: str, body: Annotated[Return, Depends(sent(Return))]) -> Response:
    """Send an item back: it returns to assess until its content is edited, or this member takes it back."""
    said = (body.role, body.content_digest, body.reason, body.note)
    found = cab.send_back(visit.house, visit.actor, meeting, change, *said)
    return done(visit.request, found, f"/cab/{meeting}/{change}", status=201)


@router.put("/cab/{meeting}/{change}/carry-over", openapi_extra=describes(Reason))
def carry_over(
    visit: Visiting, meeting: str, change: str, body: Annotated[Reason, Depends(sent(Reason))]
) -> Response:
    """Leave an item to the next meeting."""
    found = cab.carry_over(visit.house, visit.actor, meeting, change, body.because)
    return done(visit.request, found, f"/cab/{meeting}/{change}")


@router.delete("/changes/{change_id}/returns/mine", openapi_extra=describes(Reason))
def take_back(visit: Visiting, change_id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Take one's own return of a change back: it stands as before."""
    change = cab.take_back(visit.house, visit.actor, change_id, body.because)
    return done(visit.request, change, f"/changes/{change_id}")
