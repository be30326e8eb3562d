"""What a change would need, while its form is still being filled in."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from leverframe.actions import form_checks, showing
from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Invalid
from leverframe.web.change_forms import FORM_BODY
from leverframe.web.changes import Form, Needs
from leverframe.web.problems import problem_of
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


@router.post("/changes/{change_id}/check", openapi_extra=FORM_BODY)
def check_edit(visit: Visiting, change_id: str, form: Form) -> Response:
    """Say what a change would need if it were edited so, beside all that is wrong with the form; writes nothing."""
    read, faults = form.so_far()
    needs = form_checks.look_at_edit(visit.house, visit.actor, change_id, read, faults)
    if wanted_format(visit.request) != "html":
        return JSONResponse(to_document(needs))
    at = f"/changes/{change_id}"
    if visit.request.headers.get("hx-request") == "true":
        return respond(visit.request, "needs.html", Needs(needs, f"{at}/check", "editing"), at=at)
    view = replace(showing.show_change(visit.house, visit.actor, change_id), needs=needs)
    problem = problem_of(Invalid(needs.faults)) if needs.faults else None
    return respond(visit.request, "change.html", view, problem=problem, typed=form.kept, form="PUT", at=at)
