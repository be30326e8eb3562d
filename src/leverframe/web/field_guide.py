"""What each field of a change is for: a page for people, a schema for editors and pipelines."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from leverframe.actions import field_guide
from leverframe.web.rendering import respond
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


@router.get("/changes/fields")
def explain_fields(visit: Visiting) -> Response:
    """Explain each field of a change: what it is for, what fills it, whether it is signed, and who asks for it."""
    return respond(visit.request, "field_guide.html", field_guide.explain_fields(visit.house))


@router.get("/schemas/change.json")
def schema(visit: Visiting) -> Response:
    """Return the JSON Schema (draft 2020-12) of a change file."""
    return JSONResponse(field_guide.published_schema(visit.house), media_type="application/schema+json")
