"""How does a write answer: with its document, or by going to the page that shows it?"""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from leverframe.actions import tables
from leverframe.actions.house import House
from leverframe.nouns.documents import to_document
from leverframe.nouns.frames import Frame
from leverframe.nouns.tables import Number
from leverframe.web.rendering import wanted_format


def done(request: Request, view: Any, href: str, *, status: int = 200) -> Response:
    """Answer a write that was carried out."""
    if wanted_format(request) == "html":
        return RedirectResponse(href, 303)
    return JSONResponse(to_document(view), status, headers={"Cache-Control": "no-store", "Location": href})


def numbered(house: House, number: Number | None) -> dict[str, str]:
    """Return the part of an answer that says which table carries an act, or why none goes out."""
    return {"number": str(number or ""), "withheld": "" if number else tables.why_withheld(house)}


def framed(frame: Frame) -> Response:
    """Answer with a table's frame, as a gateway takes it."""
    return Response(frame.text, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})


PROBLEM = {
    "description": "RFC 9457 problem",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "verdicts": {"type": "array", "items": {"type": "object"}},
        "faults": {"type": "array", "items": {"type": "object"}},
        "differs": {"type": "array", "items": {"type": "string"}},
    },
}

ERRORS: dict[int | str, dict[str, Any]] = {
    400: PROBLEM,
    401: PROBLEM,
    403: PROBLEM,
    404: PROBLEM,
    409: PROBLEM,
    412: PROBLEM,
    422: PROBLEM,
    503: PROBLEM,
}
