"""The freezes: see them, declare one, import a file, lengthen one, have one lifted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from leverframe.actions import freeze_files, freeze_views, freezes, loosening
from leverframe.nouns.calendar import DuringRamp
from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Fault, Invalid, Refused
from leverframe.rules.freeze_files import Missing
from leverframe.sources.freezes.typed import read_typed, read_typed_scope
from leverframe.web.answers import done
from leverframe.web.problems import problem_of
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import FORMS, Body, Reason, describes, document, raw, sent
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["freezes"])

FREEZE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "starts": {"type": "string", "description": "wall time, such as 2026-12-21 18:00; or first_day"},
        "ends": {"type": "string", "description": "wall time, not in the freeze; or last_day, which is"},
        "first_day": {"type": "string"},
        "last_day": {"type": "string"},
        "zone": {"type": "string", "description": "an IANA zone; without one that of each region"},
        "during_ramp": {"enum": [each.value for each in DuringRamp]},
        "because": {"type": "string"},
        "owner": {"type": "string", "description": "a group or person of the catalog"},
        **{part: {"type": "array", "items": {"type": "string"}} for part in ("targets", "regions", "tiers", "kinds")},
        "reason": {"type": "string", "description": "why a standing freeze is planned again"},
        "role": {"type": "string", "description": "the role in which a looser one is signed"},
    },
}
FREEZE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": FREEZE_SCHEMA}, FORMS[0]: {"schema": FREEZE_SCHEMA}},
    }
}
Typed = Annotated[Mapping[str, Any], Depends(document)]


class Lifting(Body):
    """Why a freeze should be lifted, and the role in which this person signs that."""

    because: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class FreezesPage:
    """The list with what a check of a typed freeze, or of a file, has said."""

    list: freeze_views.FreezesView
    everything: bool
    checked: freeze_views.CheckedFreeze | None = None
    imported: freeze_files.Imported | None = None


def freezes_page(visit: Visit, *, everything: bool = False) -> FreezesPage:
    """Return what the list of freezes shows."""
    return FreezesPage(freeze_views.list_freezes(visit.house, visit.actor, everything=everything), everything)


@router.get("/freezes")
def list_freezes(visit: Visiting, everything: Annotated[bool, Query(alias="all")] = False) -> Response:
    """List the freezes that hold and those of the year ahead; with `all` also what is over or was lifted."""
    if wanted_format(visit.request) == "html":
        return respond(visit.request, "freezes.html", freezes_page(visit, everything=everything))
    view = freeze_views.list_freezes(visit.house, visit.actor, everything=everything)
    return respond(visit.request, "freezes.html", view, rows=[_row(line) for line in view.freezes])


@dataclass(frozen=True, slots=True)
class FreezeRow:
    """One freeze as a row of a spreadsheet, in the columns that an import reads."""

    id: str
    state: str
    name: str
    start: str
    end: str
    zone: str
    targets: str
    regions: str
    tiers: str
    kinds: str
    during_ramp: str
    owner: str
    because: str


def _row(line: freeze_views.FreezeLine) -> FreezeRow:
    freeze, scope = line.freeze, line.freeze.scope
    return FreezeRow(
        id=freeze.id,
        state=line.state,
        name=freeze.name,
        start=f"{freeze.starts:%Y-%m-%d %H:%M}",
        end=f"{freeze.ends:%Y-%m-%d %H:%M}",
        zone=freeze.zone,
        targets=" ".join(sorted(scope.targets)),
        regions=" ".join(sorted(scope.regions)),
        tiers=" ".join(sorted(scope.tiers)),
        kinds=" ".join(sorted(scope.kinds)),
        during_ramp=freeze.during_ramp.value,
        owner=freeze.owner,
        because=freeze.because,
    )


@router.post("/freezes", status_code=201, openapi_extra=FREEZE_BODY)
def declare(visit: Visiting, typed: Typed) -> Response:
    """Declare a freeze: it holds from now on."""
    declared = freezes.declare(visit.house, visit.actor, read_typed(typed))
    return done(visit.request, declared, f"/freezes/{declared.id}", status=201)


@router.post("/freezes/check", openapi_extra=FREEZE_BODY)
def check(visit: Visiting, typed: Typed) -> Response:
    """Say what a freeze would stop, and which planned changes it would meet; writes nothing."""
    checked = freeze_views.check_freeze(visit.house, visit.actor, read_typed(typed))
    if wanted_format(visit.request) != "html":
        return JSONResponse(to_document(checked))
    page = FreezesPage(freeze_views.list_freezes(visit.house, visit.actor), False, checked)
    return respond(visit.request, "freezes.html", page, typed=_kept(typed), form="POST", at="/freezes")


def _kept(typed: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in typed.items() if name != "csrf"}


@dataclass(frozen=True, slots=True)
class File:
    """A file that was sent, and what the import says where it does not."""

    name: str
    body: bytes
    said: Mapping[str, Any]

    def missing(self) -> Missing:
        """Read what the import says; raises Invalid."""
        during = str(self.said.get("during_ramp") or DuringRamp.HOLD)
        if during not in list(DuringRamp):
            raise Invalid([Fault("during_ramp", f"{during} is no such word", "hold or narrow")])
        texts = {name: str(self.said.get(name) or "").strip() for name in ("owner", "because", "zone")}
        return Missing(**texts, scope=read_typed_scope(self.said), during_ramp=DuringRamp(during))


async def _file(request: Request) -> File:
    """Take a file as the body itself, named in the query, or as that of a form."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        said = dict(request.query_params)
        return File(said.get("source", ""), await raw(request), said)
    form = await request.form()
    said = {name: value for name, value in form.items() if isinstance(value, str)}
    found = form.get("file")
    if found is None or isinstance(found, str) or not found.filename:
        raise Invalid([Fault("file", "no file was sent", "choose a calendar (.ics) or a table (.csv)")])
    return File(str(said.get("source") or "") or found.filename, await found.read(), said)


ABOUT_FILE = {
    "source": "the file's name, by which importing it again finds what it told before",
    "owner": "who owns the freezes that name nobody",
    "because": "why, where the file does not say",
    "zone": "the IANA zone of times that have none; else that of each region",
    "during_ramp": "hold or narrow, where the file does not say",
    "targets": "of which targets, with commas between, where the file does not say",
    "regions": "of which regions",
    "tiers": "of which tiers",
    "kinds": "of which kinds",
    "check": "1: say what it would do, and write nothing",
}
FILE_BODY: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}, "description": about}
        for name, about in ABOUT_FILE.items()
    ],
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}}, "text/calendar": {"schema": {"type": "string"}}},
    },
}


@router.post("/freezes/imports", status_code=201, openapi_extra=FILE_BODY)
def import_file(visit: Visiting, file: Annotated[File, Depends(_file)]) -> Response:
    """Import the freezes of an iCalendar or CSV file: all of it, or nothing with every fault."""
    act = freeze_files.check_freezes if file.said.get("check") else freeze_files.import_freezes
    try:
        found = act(visit.house, visit.actor, file.name, file.body, file.missing())
    except (Invalid, Refused) as error:
        return _again(visit, error, file)
    if wanted_format(visit.request) != "html":
        return JSONResponse(to_document(found), 200 if file.said.get("check") else 201)
    page = FreezesPage(freeze_views.list_freezes(visit.house, visit.actor), False, imported=found)
    kept = _kept(file.said)
    return respond(visit.request, "freezes.html", page, typed=kept, form="POST imports", at="/freezes")


def _again(visit: Visit, error: Exception, file: File) -> Response:
    """Show the list again with what is wrong with a file; a program is told as ever."""
    problem = problem_of(error)
    if problem is None or wanted_format(visit.request) != "html":
        raise error
    page, status, kept = freezes_page(visit), problem.status, _kept(file.said)
    extra = {"problem": problem, "typed": kept, "form": "POST imports"}
    return respond(visit.request, "freezes.html", page, status=status, at="/freezes", **extra)


@router.get("/freezes/{id}")
def show_freeze(visit: Visiting, id: str) -> Response:
    """Show one declared freeze: what may move while it holds, and which open changes it meets."""
    view = freeze_views.show_freeze(visit.house, visit.actor, id)
    return respond(visit.request, "freeze.html", view)


@router.put("/freezes/{id}", openapi_extra=FREEZE_BODY)
def amend(visit: Visiting, id: str, typed: Typed) -> Response:
    """Put another freeze in its place: at once where it forbids as much and more, else on sign-offs."""
    reason = str(typed.get("reason") or "")
    found = loosening.amend(visit.house, visit.actor, id, read_typed(typed), reason, str(typed.get("role") or ""))
    return done(visit.request, found, f"/freezes/{found.stands.id}")


@router.post("/freezes/{id}/lifting", openapi_extra=describes(Lifting))
def lift(visit: Visiting, id: str, body: Annotated[Lifting, Depends(sent(Lifting))]) -> Response:
    """Ask that a freeze be lifted, or sign that; it is lifted when all seats are filled."""
    found = loosening.sign(visit.house, visit.actor, id, body.because, body.role)
    return done(visit.request, found, f"/freezes/{found.stands.id}")


@router.delete("/freezes/{id}/lifting", openapi_extra=describes(Reason))
def keep(visit: Visiting, id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Refuse what is asked of a freeze: it stands as it is."""
    kept = loosening.keep(visit.house, visit.actor, id, body.because)
    return done(visit.request, kept, f"/freezes/{kept.id}")
