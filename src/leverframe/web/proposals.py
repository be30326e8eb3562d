"""A change filed from a pull request, as its git host tells of it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from leverframe.actions import proposals
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Refused
from leverframe.web.answers import done
from leverframe.web.changes import NEW, checked_view, form_again
from leverframe.web.rendering import respond
from leverframe.web.sent import FORMS, raw
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


async def _told(request: Request) -> tuple[bytes, str]:
    """Return what the git host told and the feature that was named: the body itself, or the file of a form."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return await raw(request), request.query_params.get("target", "")
    form = await request.form()
    found, target = form.get("file"), str(form.get("target") or "")
    return (b"" if found is None or isinstance(found, str) else await found.read()), target


Told = Annotated[tuple[bytes, str], Depends(_told)]
ABOUT = {
    "target": "which feature it is of, where its files say none, or several",
    "check": "true: say what filing would need, and write nothing",
}
BODY: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": about}
        for name, about in ABOUT.items()
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}


@router.post("/changes/from-pull-request", status_code=201, openapi_extra=BODY)
def file_from_pull_request(visit: Visiting, told: Told) -> Response:
    """File a change from a pull request: the rest is filled from the catalog, the switches and the calendar."""
    body, target = told
    try:
        if not body.strip():
            raise Invalid([Fault("file", "no pull request was sent", "choose what `gh pr view --json …` printed")])
        if visit.request.query_params.get("check"):
            checked = proposals.check_pull_request(visit.house, visit.actor, body, target)
            return respond(visit.request, "change_new.html", checked_view(visit, checked), typed={}, at=NEW)
        change = proposals.file_from_pull_request(visit.house, visit.actor, body, target)
    except (Invalid, Refused, NotFound) as error:
        return form_again(visit, error, {"target": target})
    return done(visit.request, change, f"/changes/{change.id}", status=201)
