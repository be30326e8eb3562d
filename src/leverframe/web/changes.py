"""The changes: file one, look at one, edit one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from leverframe.actions import changes, form_checks, listing, policies, showing, units
from leverframe.actions.changes import Checked
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import to_document
from leverframe.nouns.targets import Target
from leverframe.nouns.units import UNIT_PARTS
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Refused, Verdict
from leverframe.rules.forecasting import Forecast
from leverframe.web.answers import done
from leverframe.web.change_forms import FORM_BODY, Typed, from_fields, typed
from leverframe.web.problems import problem_of
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import Reason, describes, sent
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["changes"])
Form = Annotated[Typed, Depends(typed)]
NEW = "/changes/new"


@dataclass(frozen=True, slots=True)
class NewChangeView:
    """What the form for a new change needs, and what a check of it answered."""

    targets: tuple[Target, ...]
    plans: tuple[str, ...]
    people: tuple[str, ...]
    verdicts: tuple[Verdict, ...] = ()
    forecast: Forecast | None = None
    windows_band: tuple[Any, ...] = ()
    freezes_band: tuple[Any, ...] = ()
    change: Change | None = None
    needs: Checked | None = None


@dataclass(frozen=True, slots=True)
class Needs:
    """What the list of needs shows while a form is typed in: `check` answers for it, `form_id` is the form's."""

    needs: Checked
    check: str
    form_id: str


@router.get("/changes")
def list_changes(visit: Visiting, before: str = "") -> Response:
    """List changes, newest first or sorted by time, filtered by state, target, tier, author and text."""
    asked = visit.request.query_params
    filters = {n: asked[n] for n in ("state", "target", "tier", "author", "text", "sort") if asked.get(n)}
    view = listing.list_changes(visit.house, filters, before=before)
    return respond(visit.request, "change_list.html", view, rows=view.changes)


@router.get("/changes/new")
def new_change(visit: Visiting) -> Response:
    """Show the form that files a change; with a target in the address, beginning from the unit that runs on it."""
    typed = _from_what_runs(visit, dict(visit.request.query_params))
    return respond(visit.request, "change_new.html", _beginning(visit, typed), typed=typed)


def _beginning(visit: Visit, typed: Mapping[str, str]) -> NewChangeView:
    """Return the page of the form with what it needs so far; nothing is wrong yet with what nobody has typed."""
    zone = visit.request.state.reader.zone
    try:
        form, _ = Typed(from_fields(typed, zone), typed, zone=zone).so_far()
        needs = form_checks.look_at_form(visit.house, visit.actor, form)
    except (Invalid, Refused, NotFound):
        return _blank(visit)
    return replace(_blank(visit), needs=replace(needs, faults=()))


def _blank(visit: Visit) -> NewChangeView:
    policy = policies.policy_in_force(visit.house)
    plans, people = sorted(policy.plans), sorted(policy.catalog.people)
    return NewChangeView(tuple(policy.catalog.targets.values()), tuple(plans), tuple(people))


def _from_what_runs(visit: Visit, typed: Mapping[str, str]) -> dict[str, str]:
    """Fill the parts of the candidate that nobody typed with those of the unit that runs."""
    target = typed.get("target", "")
    running = next((v.current for v in units.list_targets(visit.house) if v.target.id == target), None)
    parts = {part: getattr(running, part) for part in UNIT_PARTS} if running else {}
    return parts | {name: value for name, value in typed.items() if value}


def checked_view(visit: Visit, checked: changes.Checked) -> NewChangeView:
    """Return the form's page with what a check has answered."""
    return replace(
        _blank(visit),
        verdicts=checked.verdicts,
        forecast=checked.forecast,
        windows_band=checked.windows_band,
        freezes_band=checked.freezes_band,
        change=checked.change,
    )


def form_again(visit: Visit, error: Exception, kept: Mapping[str, str]) -> Response:
    """Show the form again with what is wrong with it; a program is told as ever."""
    problem = problem_of(error)
    if problem is None or wanted_format(visit.request) != "html":
        raise error
    page, status = _blank(visit), problem.status
    return respond(visit.request, "change_new.html", page, status=status, problem=problem, typed=kept, at=NEW)


@router.post("/changes", status_code=201, openapi_extra=FORM_BODY)
def file_change(visit: Visiting, form: Form) -> Response:
    """File a change from JSON, a form, or a change file as YAML."""
    try:
        change = changes.file_change(visit.house, visit.actor, form.form())
    except (Invalid, Refused, NotFound) as error:
        return form_again(visit, error, form.kept)
    return done(visit.request, change, f"/changes/{change.id}", status=201)


@router.post("/changes/check", openapi_extra=FORM_BODY)
def check_change(visit: Visiting, form: Form) -> Response:
    """Say what filing this would need, and what the ramp would look like; writes nothing."""
    if form.kept.get("fill"):
        typed = _from_what_runs(visit, {name: value for name, value in form.kept.items() if name != "fill"})
        return respond(visit.request, "change_new.html", _beginning(visit, typed), typed=typed, at=NEW)
    if wanted_format(visit.request) == "html":
        return _check_so_far(visit, form)
    try:
        checked = changes.check_change(visit.house, visit.actor, form.form())
    except (Invalid, Refused, NotFound) as error:
        return form_again(visit, error, form.kept)
    return respond(visit.request, "change_new.html", checked_view(visit, checked), typed=form.kept, at=NEW)


def _check_so_far(visit: Visit, form: Typed) -> Response:
    """Show the form again with what it needs; a browser that follows what is typed takes the list out of that."""
    try:
        read, faults = form.so_far()
        needs = form_checks.look_at_form(visit.house, visit.actor, read, faults)
    except (Invalid, Refused, NotFound) as error:
        return form_again(visit, error, form.kept)
    if visit.request.headers.get("hx-request") == "true":
        return respond(visit.request, "needs.html", Needs(needs, "/changes/check", "filing"), at=NEW)
    problem = problem_of(Invalid(needs.faults)) if needs.faults else None
    page, status = replace(checked_view(visit, needs), needs=needs), problem.status if problem else 200
    return respond(visit.request, "change_new.html", page, status=status, problem=problem, typed=form.kept, at=NEW)


@router.get("/changes/{change_id}")
def show_change(visit: Visiting, change_id: str) -> Response:
    """Show one change: may it ship; if not, why, what would clear it, and who."""
    is_page = wanted_format(visit.request) == "html"
    view = showing.show_change(visit.house, visit.actor, change_id, with_growth=is_page)
    return respond(visit.request, "change.html", view)


@router.get("/changes/{change_id}/requirements")
def requirements(visit: Visiting, change_id: str) -> Response:
    """List every requirement with its answer."""
    view = {"requirements": showing.requirements(visit.house, change_id)}
    return JSONResponse(to_document(view))


@router.put("/changes/{change_id}", openapi_extra=FORM_BODY)
def edit_change(visit: Visiting, change_id: str, form: Form) -> Response:
    """Edit a change that has not begun; names the version that was read."""
    change = changes.edit_change(visit.house, visit.actor, change_id, form.form(), form.version)
    return done(visit.request, change, f"/changes/{change_id}")


@router.patch("/changes/{change_id}", openapi_extra=FORM_BODY)
def amend_change(visit: Visiting, change_id: str, form: Form) -> Response:
    """Edit the fields that are sent, and leave the others with whoever wrote them."""
    if not isinstance(form.read, Mapping):
        raise Invalid([Fault("body", "it is a whole file", "send the fields to alter as JSON; PUT takes a file")])
    change = changes.amend_change(visit.house, visit.actor, change_id, form.read, form.version)
    return done(visit.request, change, f"/changes/{change_id}")


@router.post("/changes/{change_id}/refresh")
def refresh_change(visit: Visiting, change_id: str) -> Response:
    """Write the change against what runs now."""
    change = changes.refresh_change(visit.house, visit.actor, change_id)
    return done(visit.request, change, f"/changes/{change_id}")


@router.delete("/changes/{change_id}", openapi_extra=describes(Reason))
def cancel_change(visit: Visiting, change_id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Cancel a change that has not begun."""
    change = changes.cancel_change(visit.house, visit.actor, change_id, body.because)
    return done(visit.request, change, f"/changes/{change_id}")
