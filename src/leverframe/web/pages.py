"""The pages that only show: today, what changed, why, the audit log, the targets, the tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import model_validator

from leverframe.actions import audits, calls, recent, tables, units
from leverframe.actions.today import today
from leverframe.clock import monotonic
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.nouns.verdicts import Fault, Invalid, NotFound
from leverframe.web.answers import done, framed
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import Body, Reason, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["pages"])


@router.get("/")
def show_today(visit: Visiting) -> Response:
    """What needs me, what is moving, may we ship now."""
    return respond(visit.request, "today.html", today(visit.house, visit.actor))


@dataclass(frozen=True, slots=True)
class RecentView:
    """What changed, and with which filters it was asked."""

    rows: tuple[Any, ...]
    filters: dict[str, str]


@router.get("/changes/recent")
def what_changed(visit: Visiting, since: str = "2h", target: str = "", region: str = "") -> Response:
    """What did we do to production in the last hours, and one act to stop each."""
    rows = recent.what_changed(visit.house, visit.actor, since, target, region)
    view = RecentView(rows, {"since": since, "target": target, "region": region})
    return respond(visit.request, "recent.html", view, rows=rows)


@dataclass(frozen=True, slots=True)
class CallsView:
    """The form that asks for a call's id."""


@router.get("/calls")
def find_call(visit: Visiting, call: str = "") -> Response:
    """Ask for the id of a call, or go to the page that says why it got its answer."""
    if call.strip():
        return RedirectResponse(f"/calls/{quote(call.strip(), safe='')}", 303)
    return respond(visit.request, "calls.html", CallsView())


@router.get("/calls/{call}")
def why(visit: Visiting, call: str) -> Response:
    """Why did this call get this answer."""
    return respond(visit.request, "call.html", calls.why(visit.house, call))


@dataclass(frozen=True, slots=True)
class AuditView:
    """A page of the audit log with its filters."""

    entries: tuple[Any, ...]
    filters: dict[str, str]
    checkpoint: Any
    before: int | None


@router.get("/audit")
def list_entries(
    visit: Visiting, act: str = "", actor: str = "", object: str = "", since: str = "", before: int | None = None
) -> Response:
    """Who did what, newest first."""
    after: datetime | None = visit.house.clock.now() - recent.read_span(since) if since else None
    page = audits.list_entries(visit.house, visit.actor, act=act, by=actor, thing=object, since=after, before=before)
    filters = {"act": act, "actor": actor, "object": object, "since": since}
    view = AuditView(page.entries, {k: v for k, v in filters.items() if v}, page.checkpoint, page.before)
    return respond(visit.request, "audit.html", view, rows=page.entries)


@router.get("/audit/checkpoint")
def checkpoint(visit: Visiting) -> Response:
    """Return the newest signed checkpoint, as the signed note that others keep."""
    note = audits.newest_note(visit.house, visit.actor)
    return Response(note, media_type="text/plain; charset=utf-8")


@dataclass(frozen=True, slots=True)
class VerificationView:
    """What a verification of the whole log found, and how long it took."""

    report: Any
    seconds: float


@router.get("/audit/verification")
def verification(visit: Visiting) -> Response:
    """Recompute every leaf and every checkpoint, and say what does not hold."""
    begins = monotonic()
    report = audits.verify_log(visit.house, visit.actor, *visit.request.app.state.audit)
    if wanted_format(visit.request) != "html":
        return JSONResponse(to_document(report))
    return respond(visit.request, "audit_verification.html", VerificationView(report, monotonic() - begins))


@router.get("/audit/{leaf}")
def show_entry(visit: Visiting, leaf: int) -> Response:
    """Show one entry with its inclusion proof under the newest checkpoint."""
    return respond(visit.request, "audit_entry.html", audits.show_entry(visit.house, visit.actor, leaf))


@dataclass(frozen=True, slots=True)
class TargetsView:
    """The targets of the catalog."""

    targets: tuple[units.TargetView, ...]


@router.get("/targets")
def list_targets(visit: Visiting) -> Response:
    """List the targets of the catalog with what runs on each."""
    view = TargetsView(units.list_targets(visit.house))
    return respond(visit.request, "targets.html", view, rows=view.targets)


@router.get("/targets/{target}")
def show_target(visit: Visiting, target: str) -> Response:
    """Show one target with its history."""
    return respond(visit.request, "target.html", units.show_target(visit.house, target, visit.actor))


class Adopting(Body):
    """The unit that runs on day zero; a form writes its parts beside the reason."""

    unit: dict[str, str]
    because: str = ""

    @model_validator(mode="before")
    @classmethod
    def _of_a_form(cls, sent: Any) -> Any:
        if isinstance(sent, Mapping) and "unit" not in sent:
            return {**sent, "unit": {part: str(sent[part]).strip() for part in UNIT_PARTS if sent.get(part)}}
        return sent


@router.put("/targets/{target}/unit", openapi_extra=describes(Adopting))
def adopt(visit: Visiting, target: str, body: Annotated[Adopting, Depends(sent(Adopting))]) -> Response:
    """Adopt the unit that runs."""
    unknown = sorted(set(body.unit) - set(UNIT_PARTS))
    if unknown:
        raise Invalid([Fault(f"unit.{n}", f"a unit has no {n}", ", ".join(UNIT_PARTS)) for n in unknown])
    unit = units.adopt(visit.house, visit.actor, target, from_document(Unit, body.unit), body.because)
    return done(visit.request, unit, f"/targets/{target}")


@router.get("/route-tables/newest")
def newest_table(visit: Visiting) -> Response:
    """Return the newest route table, whole and signed, as a gateway takes it at a cold start."""
    newest = tables.whole_frame(visit.house)
    if newest is None:
        raise NotFound("no table was published yet", remedy="load a policy: leverframe policy load DIR")
    return framed(newest)


@router.post("/route-tables/epochs", openapi_extra=describes(Reason))
def raise_epoch(visit: Visiting, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Go on with the next epoch after a restore."""
    number = tables.raise_epoch(visit.house, visit.actor, body.because)
    return done(visit.request, {"number": str(number or "")}, "/")
