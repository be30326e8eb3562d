"""A change's sign-offs, schedule, ramp, review and evidence: what people do with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BeforeValidator, model_validator

from leverframe.actions import (
    growth,
    judgements,
    ramps,
    reviews,
    schedules,
    showing,
    sign_offs,
    way_back,
)
from leverframe.actions.agreed_actions import AskedAction
from leverframe.nouns.changes import StartWindow
from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Fault, Invalid, NotFound
from leverframe.web.answers import done, numbered
from leverframe.web.change_forms import in_zone
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, Reason, describes, sent
from leverframe.web.visits import Visiting, aside

router = APIRouter(tags=["ramps"])
Because = Annotated[Reason, Depends(sent(Reason))]
BECAUSE = describes(Reason)


class Signing(Body):
    """One sign-off: the role, the digest of what was read, and the member whose delegate signs."""

    role: str = ""
    content_digest: str = ""
    comment: str = ""
    on_behalf_of: str = ""


class Starting(Body):
    """A new start window; empty keeps the ticket's own."""

    opens_at: str = ""
    closes_at: str = ""
    not_after: str = ""


class Judging(Body):
    """One judgement of a stage: the role, and the digest of the reading that was shown."""

    role: str = ""
    reading_digest: str = ""
    because: str = ""


class Action(Body):
    """What is to be done after a review, by whom, until the end of which day."""

    what: str = ""
    owner: str = ""
    due_on: str = ""


ACTION_FIELD = re.compile(r"action_(?:what|owner|due_on)_([0-9]{1,2})")


class Reviewing(Body):
    """The change review."""

    close_code: str = ""
    notes: str = ""
    active_hours: Annotated[float | None, BeforeValidator(lambda typed: typed or None)] = None
    learned: str = ""
    facts: str = ""
    actions: list[Action] = []

    @model_validator(mode="before")
    @classmethod
    def _of_a_form(cls, sent: Any) -> Any:
        """Gather the numbered fields of a form's actions; a row in which nothing was typed is none."""
        if not isinstance(sent, Mapping) or "actions" in sent:
            return sent
        numbers = sorted({int(found[1]) for name in sent if (found := ACTION_FIELD.fullmatch(name))})
        rows = ({part: sent.get(f"action_{part}_{n}", "") for part in ("what", "owner", "due_on")} for n in numbers)
        return {**sent, "actions": [row for row in rows if any(text.strip() for text in row.values())]}


@router.post("/changes/{change_id}/sign-offs", status_code=201, openapi_extra=describes(Signing))
def sign(visit: Visiting, change_id: str, body: Annotated[Signing, Depends(sent(Signing))]) -> Response:
    """Sign what the digest names, in one role."""
    missing = [n for n in ("role", "content_digest") if not getattr(body, n)]
    if missing:
        raise Invalid(
            Fault(n, f"the {n.replace('_', ' ')} is missing", "send what the change's page shows") for n in missing
        )
    said = (body.role, body.content_digest, body.comment, body.on_behalf_of)
    signed = sign_offs.sign(visit.house, visit.actor, change_id, *said)
    return done(visit.request, signed, f"/changes/{change_id}", status=201)


@router.delete("/changes/{change_id}/sign-offs/mine", openapi_extra=BECAUSE)
def withdraw(visit: Visiting, change_id: str, body: Because) -> Response:
    """Take one's own sign-off back."""
    sign_offs.withdraw(visit.house, visit.actor, change_id, body.because)
    return done(visit.request, {"change": change_id}, f"/changes/{change_id}")


@router.put("/changes/{change_id}/schedule", openapi_extra=describes(Starting))
def schedule(visit: Visiting, change_id: str, body: Annotated[Starting, Depends(sent(Starting))]) -> Response:
    """Arm a change, or move its start and arm it."""
    change = schedules.schedule(visit.house, visit.actor, change_id, _start(body, visit.request))
    return done(visit.request, change, f"/changes/{change_id}")


@router.put("/changes/{change_id}/start", openapi_extra=describes(Starting))
def move_start(visit: Visiting, change_id: str, body: Annotated[Starting, Depends(sent(Starting))]) -> Response:
    """Choose a new start window; within the signed not_after only the release manager signs again."""
    start = _start(body, visit.request)
    if start is None:
        raise Invalid(
            [Fault("opens_at", "the new start window is missing", "send opens_at, closes_at and not_after")]
        )
    change = schedules.move_start(visit.house, visit.actor, change_id, start)
    return done(visit.request, change, f"/changes/{change_id}")


def _start(body: Starting, request: Request) -> StartWindow | None:
    typed = {n: getattr(body, n) for n in ("opens_at", "closes_at", "not_after")}
    if not any(typed.values()):
        return None
    zone, faults, read = request.state.reader.zone, [], {}
    for name, text in typed.items():
        try:
            read[name] = datetime.fromisoformat(in_zone(text, zone))
        except ValueError:
            faults.append(Fault(name, f"{text or 'nothing'} is no time", "write it as 2026-05-13T10:00"))
    if faults:
        raise Invalid(faults)
    return StartWindow(**read)


@router.delete("/changes/{change_id}/schedule", openapi_extra=BECAUSE)
def disarm(visit: Visiting, change_id: str, body: Because) -> Response:
    """Take a change off the schedule."""
    change = schedules.disarm(visit.house, visit.actor, change_id, body.because or "taken off the schedule")
    return done(visit.request, change, f"/changes/{change_id}")


@router.get("/changes/{change_id}/ramp")
def show_ramp(visit: Visiting, change_id: str) -> Response:
    """Show a ramp: its steps, what is proved, what comes next."""
    view = showing.show_change(visit.house, visit.actor, change_id).ramp
    if view is None:
        raise NotFound(f"{change_id} has not begun to ramp", remedy="PUT this to start it")
    return JSONResponse(to_document(view))


@router.get("/changes/{change_id}/ramp/evidence")
def show_growth(visit: Visiting, change_id: str, stage: int = 0) -> Response:
    """Show how the evidence of a ramp's newest stage grew, or of the one named by `stage`."""
    view = growth.show_growth(visit.house, change_id, stage)
    return respond(visit.request, "growth.html", view)


@router.put("/changes/{change_id}/ramp")
def start_ramp(visit: Visiting, change_id: str) -> Response:
    """Start a ramp at its first stage, now."""
    ramp = ramps.start_ramp(visit.house, visit.actor, change_id)
    return done(visit.request, ramp, f"/changes/{change_id}")


@router.put("/changes/{change_id}/ramp/hold", openapi_extra=BECAUSE)
async def hold(request: Request, visit: Visiting, change_id: str, body: Because) -> Response:
    """Hold a ramp where it stands."""
    ramp = await aside(request, ramps.hold_ramp, visit.house, visit.actor, change_id, body.because)
    return done(request, ramp, f"/changes/{change_id}")


@router.delete("/changes/{change_id}/ramp/hold", openapi_extra=BECAUSE)
def release(visit: Visiting, change_id: str, body: Because) -> Response:
    """End a person's hold."""
    ramp = ramps.release_ramp(visit.house, visit.actor, change_id, body.because)
    return done(visit.request, ramp, f"/changes/{change_id}")


@router.post("/changes/{change_id}/ramp/promotions", openapi_extra=describes(Judging))
def judge(visit: Visiting, change_id: str, body: Annotated[Judging, Depends(sent(Judging))]) -> Response:
    """Sign the promotion of a stage on judgement; it goes on when all the roles have."""
    missing = judgements.judge(visit.house, visit.actor, change_id, body.role, body.reading_digest, body.because)
    return done(visit.request, {"change": change_id, "open": missing}, f"/changes/{change_id}")


@router.post("/changes/{change_id}/ramp/abort", openapi_extra=BECAUSE)
async def abort(request: Request, visit: Visiting, change_id: str, body: Because) -> Response:
    """Take the candidate out everywhere, at once."""
    since = request.state.received_at
    ramp, number = await aside(
        request, ramps.abort_ramp, visit.house, visit.actor, change_id, body.because, received_at=since
    )
    return done(request, {"ramp": ramp, **numbered(visit.house, number)}, f"/changes/{change_id}")


@router.post("/changes/{change_id}/way-back", openapi_extra=BECAUSE)
async def go_back(request: Request, visit: Visiting, change_id: str, body: Because) -> Response:
    """Serve the former unit again, to all."""
    since = request.state.received_at
    change, number = await aside(
        request, way_back.go_back, visit.house, visit.actor, change_id, body.because, received_at=since
    )
    return done(request, {"change": change, **numbered(visit.house, number)}, f"/changes/{change_id}")


@router.put("/changes/{change_id}/review", openapi_extra=describes(Reviewing))
def review(visit: Visiting, change_id: str, body: Annotated[Reviewing, Depends(sent(Reviewing))]) -> Response:
    """Record the change review."""
    actions = tuple(AskedAction(each.what, each.owner, each.due_on) for each in body.actions)
    held = reviews.Held(body.close_code, body.notes, body.active_hours, body.learned, actions, body.facts)
    change = reviews.hold_review(visit.house, visit.actor, change_id, held)
    return done(visit.request, change, f"/changes/{change_id}")
