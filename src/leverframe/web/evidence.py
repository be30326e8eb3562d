"""What lies on a ticket as evidence: eval results, what became of it on staging, its pull request?"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from leverframe.actions import evidence, pull_requests, staging
from leverframe.nouns.documents import to_document
from leverframe.nouns.evidence import Said
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.web.answers import done
from leverframe.web.sent import FORMS, Body, describes, raw, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["evidence"])


class Staging(Body):
    """What was done on staging: `deployed` or `rolled-back`, why, and where to look."""

    state: str = ""
    because: str = ""
    url: str = ""


@router.get("/changes/{change_id}/evidence")
def list_evidence(visit: Visiting, change_id: str) -> Response:
    """List the ticket's eval deltas, staging records and pull request, with what the gates answer to them."""
    return JSONResponse(to_document(evidence.list_evidence(visit.house, change_id)))


async def _uploaded(request: Request) -> tuple[str, bytes, Said]:
    """Return the eval tool's file and what is said of it: the body itself, or the file of a form."""
    asked = request.query_params
    if request.headers.get("content-type", "").startswith(FORMS):
        form = await request.form()
        found, said = form.get("file"), Said(str(form.get("of") or ""), str(form.get("tool_version") or ""))
        if found is None or isinstance(found, str):
            raise Invalid([Fault("file", "no file was sent", "choose the eval tool's output")])
        return found.filename or "results.json", await found.read(), said
    said = Said(asked.get("of", ""), asked.get("tool_version", ""))
    return asked.get("name", "results.json"), await raw(request), said


ABOUT_FILE = {
    "name": "what the file is called on the ticket",
    "of": "whose results they are where the file does not say: candidate or deployed",
    "tool_version": "the eval tool's version where the file does not say",
}
FILE_BODY = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": about}
        for name, about in ABOUT_FILE.items()
    ],
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}


@router.post("/changes/{change_id}/evidence", status_code=201, openapi_extra=FILE_BODY)
def add_evidence(
    visit: Visiting, change_id: str, file: Annotated[tuple[str, bytes, Said], Depends(_uploaded)]
) -> Response:
    """Import an eval tool's output onto the ticket; `of` and `tool_version` say what the file does not."""
    view = evidence.add_evidence(visit.house, visit.actor, change_id, *file)
    return done(visit.request, view, f"/changes/{change_id}", status=201)


@router.post("/changes/{change_id}/staging", status_code=201, openapi_extra=describes(Staging))
def record_staging(visit: Visiting, change_id: str, body: Annotated[Staging, Depends(sent(Staging))]) -> Response:
    """Record that the candidate was deployed to staging, or rolled back there."""
    row = staging.record_staging(visit.house, visit.actor, change_id, body.state, body.because, body.url)
    return done(visit.request, row, f"/changes/{change_id}", status=201)


async def _told(request: Request) -> bytes:
    """Return what a git host says: the body itself, or the file of a form."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return await raw(request)
    found = (await request.form()).get("file")
    if found is None or isinstance(found, str):
        raise Invalid([Fault("file", "no file was sent", "choose what the git host says of the pull request")])
    return await found.read()


ANY_JSON = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.put("/changes/{change_id}/pull-request", openapi_extra=ANY_JSON)
def tell_pull_request(visit: Visiting, change_id: str, body: Annotated[bytes, Depends(_told)]) -> Response:
    """Record what the git host says now of the pull request that the ticket links: what gh prints, or ours."""
    seen = pull_requests.tell_pull_request(visit.house, visit.actor, change_id, body)
    return done(visit.request, seen, f"/changes/{change_id}")
