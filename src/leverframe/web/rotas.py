"""The rotas: who is on call, whose file says so, and whom does a change page?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from leverframe.actions import paging, rotas
from leverframe.nouns.verdicts import Fault, Invalid, Refused
from leverframe.web.answers import done
from leverframe.web.problems import problem_of
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import FORMS, raw
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["changes"])

TEXT: dict[str, Any] = {"schema": {"type": "string"}}
FILE_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/calendar": TEXT, "application/yaml": TEXT}},
}
NAMED_BODY: dict[str, Any] = {
    "parameters": [{"name": "name", "in": "query", "required": True, "schema": {"type": "string"}}],
    **FILE_BODY,
}


@dataclass(frozen=True, slots=True)
class Sent:
    """The file of a rota, and the name that a form or the query gave it."""

    name: str
    body: bytes


async def _sent(request: Request) -> Sent:
    """Take a file as the body itself, or as that of a form."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return Sent(request.query_params.get("name", ""), await raw(request))
    form = await request.form()
    found, name = form.get("file"), form.get("name")
    if found is None or isinstance(found, str) or not found.filename:
        raise Invalid([Fault("file", "no file was sent", "choose a calendar (.ics) or a list of shifts (.yaml)")])
    return Sent(name.strip() if isinstance(name, str) else "", await found.read())


@router.get("/rotas")
def list_rotas(visit: Visiting) -> Response:
    """List the rotas: who is on call now, until when, and who is next."""
    return respond(visit.request, "rotas.html", rotas.list_rotas(visit.house, visit.actor))


@router.post("/rotas", openapi_extra=NAMED_BODY)
def send_rota(visit: Visiting, sent: Annotated[Sent, Depends(_sent)]) -> Response:
    """Send the file of a rota under the name that is sent with it, as a form does."""
    return _put(visit, sent.name, sent.body, form="POST")


@router.put("/rotas/{name}", openapi_extra=FILE_BODY)
def put_rota(visit: Visiting, name: str, sent: Annotated[Sent, Depends(_sent)]) -> Response:
    """Send the file of a rota, iCalendar or a YAML list of shifts: it takes the place of the former one."""
    return _put(visit, name, sent.body, form=f"PUT {name}")


def _put(visit: Visit, name: str, body: bytes, *, form: str) -> Response:
    try:
        line = rotas.put_rota(visit.house, visit.actor, name, body)
    except (Invalid, Refused) as error:
        return _again(visit, error, name, form)
    return done(visit.request, line, "/rotas")


def _again(visit: Visit, error: Exception, name: str, form: str) -> Response:
    """Show the list again with what is wrong with a file; a program is told as ever."""
    problem = problem_of(error)
    if problem is None or wanted_format(visit.request) != "html":
        raise error
    view, kept = rotas.list_rotas(visit.house, visit.actor), {"name": name}
    return respond(
        visit.request, "rotas.html", view, status=problem.status, problem=problem, typed=kept, form=form, at="/rotas"
    )


@router.get("/changes/{change_id}/paging")
def show_paging(visit: Visiting, change_id: str) -> Response:
    """Say whom a change pages now: each name of its paging list, resolved from the rotas and the catalog."""
    return respond(visit.request, "paging.html", paging.show_paging(visit.house, change_id))
