"""The lever frame: what is off, does it work, throw one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from leverframe.actions import file_views, levers, pushes, receipts, setting, switches
from leverframe.clock import monotonic
from leverframe.nouns.documents import to_document
from leverframe.web.answers import done, numbered
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting, aside

router = APIRouter(tags=["switches"])


class Throwing(Body):
    """A throw: one reason; for a tenant also a ticket and the last day."""

    because: str = ""
    ticket: str = ""
    expires_on: str = ""
    on_expiry: str = ""


class Setting(Body):
    """A signature to set a switch again; without a role, the first one asked that this person holds."""

    because: str = ""
    role: str = ""


@router.get("/switches")
def list_switches(visit: Visiting) -> Response:
    """Show all levers in their three rows."""
    view = levers.lever_frame(visit.house, visit.actor)
    rows = [line.switch for _, _, lines in view.layers for line in lines]
    return respond(visit.request, "switches.html", view, rows=rows)


class Pushed(Body):
    """A push as the git host tells it: the commit, who pushed it, and the commit before the push where it has one."""

    commit: str = ""
    pusher: str = ""
    before: str = ""
    branch: str = ""


@router.get("/switches/file")
def show_file(visit: Visiting) -> Response:
    """Return the switch file in git as it would say how the levers stand; a page shows it beside the levers."""
    if wanted_format(visit.request) == "html":
        return RedirectResponse("/switches#file", 303)
    return JSONResponse(to_document(file_views.file_text(visit.house)), headers={"Cache-Control": "no-store"})


@router.post("/switches/file", openapi_extra=describes(Pushed))
def tell_push(visit: Visiting, body: Annotated[Pushed, Depends(sent(Pushed))]) -> Response:
    """Take from the git host who pushed a commit of the switch file; it signs nothing."""
    told = pushes.tell_push(
        visit.house, visit.actor, body.commit, body.pusher, before=body.before, branch=body.branch
    )
    return done(visit.request, told, "/switches#file")


@router.get("/switches/{layer}/{key}")
def show_switch(visit: Visiting, layer: str, key: str) -> Response:
    """Show one lever."""
    view = levers.show_switch(visit.house, visit.actor, f"{layer}/{key}")
    return respond(visit.request, "switch.html", view)


@router.put("/switches/{layer}/{key}/throw", openapi_extra=describes(Throwing))
async def throw(
    request: Request, visit: Visiting, layer: str, key: str, body: Annotated[Throwing, Depends(sent(Throwing))]
) -> Response:
    """Throw a switch, at once: one person, one reason, any hour."""
    received_at = getattr(request.state, "received_at", None) or monotonic()
    switch, number = await aside(
        request,
        switches.throw,
        visit.house,
        visit.actor,
        f"{layer}/{key}",
        body.because,
        received_at=received_at,
        ticket=body.ticket,
        expires_on=switches.check_date(body.expires_on),
        on_expiry=body.on_expiry,
    )
    return done(request, {"switch": switch, **numbered(visit.house, number)}, "/switches#receipt")


@router.post("/switches/{layer}/{key}/set", openapi_extra=describes(Setting))
def set_again(visit: Visiting, layer: str, key: str, body: Annotated[Setting, Depends(sent(Setting))]) -> Response:
    """Sign the request to set a switch again; it is set when all seats are filled and a window is open."""
    state = setting.set_again(visit.house, visit.actor, f"{layer}/{key}", body.role, body.because)
    return done(visit.request, state, f"/switches/{layer}/{key}")


@router.get("/receipts/{number}")
def receipt(visit: Visiting, number: str) -> Response:
    """Say who has applied a table's number."""
    found = receipts.receipt(visit.house, number)
    if wanted_format(visit.request) == "html":
        return respond(visit.request, "receipt.html", found)
    return JSONResponse(to_document(found) | {"confirmed": found.confirmed, "sentence": found.sentence})
