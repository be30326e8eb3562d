"""What gateways send: who they are, outcomes in numbered batches, feedback by call id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import TypeAdapter, ValidationError

from leverframe.actions import accounts, gateways, outcomes, polls
from leverframe.actions.house import House
from leverframe.nouns.documents import to_document
from leverframe.nouns.gateways import Gateway, Report
from leverframe.nouns.outcomes import Batch, Feedback
from leverframe.nouns.verdicts import Fault, Forbidden, Invalid
from leverframe.web.answers import framed
from leverframe.web.sent import document, raw
from leverframe.web.visits import NotLoggedIn, aside, bearer_of, house_of

router = APIRouter(tags=["gateways"])
MOST_FEEDBACK = 10_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class GatewayVisit:
    """One request of one enrolled gateway."""

    house: House
    gateway: Gateway


async def gateway_visit(request: Request) -> GatewayVisit:
    """Find out which gateway asks."""
    house = house_of(request)
    gateway = await aside(request, gateways.authenticate, house, bearer_of(request))
    if gateway is None:
        raise NotLoggedIn("this gateway's token is not known or was revoked")
    return GatewayVisit(house, gateway)


FromGateway = Annotated[GatewayVisit, Depends(gateway_visit)]


@router.get("/gateways/me")
def me(visit: FromGateway) -> Response:
    """Tell a gateway where its stream is and with which key it signs call ids."""
    return JSONResponse(
        to_document(gateways.welcome(visit.house, visit.gateway)), headers={"Cache-Control": "no-store"}
    )


REPORT, BATCH, FEEDBACK = TypeAdapter(Report), TypeAdapter(Batch), TypeAdapter(list[Feedback])


async def _report(request: Request) -> Report:
    return _checked(REPORT, await document(request), "send instance, boot, number, traffic and whole")


@router.post("/gateways/me/poll")
def poll(visit: FromGateway, report: Annotated[Report, Depends(_report)]) -> Response:
    """Take what a gateway holds that has no line, and answer with what it lacks; 204 where that is nothing."""
    frame = polls.poll(visit.house, visit.gateway, report)
    return framed(frame) if frame is not None else Response(status_code=204)


async def _batch(request: Request) -> Batch:
    return _checked(BATCH, await document(request), "send boot, sequence and outcomes")


def _checked(kind: TypeAdapter[T], found: Any, remedy: str) -> T:
    """Return what was sent as the noun that it should be; raises Invalid with every fault, each with its place."""
    try:
        return kind.validate_python(found)
    except ValidationError as error:
        faults = (
            Fault(".".join(map(str, e["loc"])) or "body", e["msg"], remedy) for e in error.errors(include_url=False)
        )
        raise Invalid(faults) from None


@router.post("/gateways/outcomes")
def take_outcomes(visit: FromGateway, batch: Annotated[Batch, Depends(_batch)]) -> Response:
    """Count one numbered batch, once."""
    taken = outcomes.accept_batch(visit.house, visit.gateway.name, visit.gateway.targets, batch)
    return JSONResponse({"acknowledged": batch.sequence, **to_document(taken)})


async def _feedback(request: Request) -> list[Feedback]:
    try:
        rows: Any = json.loads(await raw(request))
    except (ValueError, RecursionError) as error:
        raise Invalid([Fault("body", f"this is no JSON: {error}", "send a list")]) from None
    rows = rows if isinstance(rows, list) else [rows]
    if len(rows) > MOST_FEEDBACK:
        raise Invalid([Fault("body", f"{len(rows):,} items were sent", f"send at most {MOST_FEEDBACK:,} at a time")])
    return _checked(FEEDBACK, rows, "send a list of call with negative, or metric and value")


async def feedback_house(request: Request) -> House:
    """Let gateways and tokens with the scope `feedback` in."""
    house, bearer = house_of(request), bearer_of(request)
    if bearer and await aside(request, gateways.authenticate, house, bearer) is not None:
        return house
    actor = await aside(request, accounts.whose_token, house, bearer) if bearer else None
    if actor is None:
        raise NotLoggedIn("feedback needs a gateway's token, or an API token with the scope feedback")
    if "feedback" not in actor.scopes:
        raise Forbidden("this token lacks the scope feedback", remedy="make a token with that scope")
    return house


@router.post("/feedback")
def take_feedback(
    house: Annotated[House, Depends(feedback_house)], found: Annotated[list[Feedback], Depends(_feedback)]
) -> Response:
    """Count thumbs and scores by call id, where the call was served."""
    return JSONResponse(to_document(outcomes.accept_feedback(house, found)))
