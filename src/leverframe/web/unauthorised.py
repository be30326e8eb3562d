"""The units in production that no change explains, and what a person makes of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import Field

from leverframe.actions import unauthorised
from leverframe.nouns.unauthorised import UnauthorisedUnit
from leverframe.web.answers import done
from leverframe.web.population import From, To
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["population"])


class Settling(Body):
    """What such a unit was: of a `change`, or an `incident`; and why."""

    what: str = Field("", alias="as")
    change: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One such unit as a row of a spreadsheet."""

    id: str
    target: str
    unit: str
    first_at: datetime
    last_at: datetime
    found_at: datetime
    calls: int
    gateways: str
    tables: str
    last_calls: str
    explains: str
    because: str
    change: str
    settled_as: str
    settled_by: str
    settled_at: datetime | None
    settled_because: str


@router.get("/population/unauthorised")
def list_unauthorised(visit: Visiting, first: From = "", last: To = "") -> Response:
    """List the units that were served in a period and that no change explains, and what people made of them."""
    view = unauthorised.show_unauthorised(visit.house, visit.actor, first.strip(), last.strip())
    return respond(visit.request, "unauthorised.html", view, rows=[_row(each) for each in view.units])


def _row(found: UnauthorisedUnit) -> UnitRow:
    settled = found.settled
    return UnitRow(
        id=found.id,
        target=found.target,
        unit=found.unit,
        first_at=found.first_at,
        last_at=found.last_at,
        found_at=found.found_at,
        calls=found.calls,
        gateways=" ".join(one.gateway for one in found.sightings),
        tables=" ".join(one.number for one in found.sightings),
        last_calls=" ".join(one.call for one in found.sightings),
        explains=found.explanation.what.value,
        because=found.explanation.because,
        change=(settled.change if settled else "") or found.explanation.change,
        settled_as=("change" if settled.change else "incident") if settled else "",
        settled_by=settled.by if settled else "",
        settled_at=settled.at if settled else None,
        settled_because=settled.because if settled else "",
    )


@router.post("/population/unauthorised/{id}/settlement", status_code=201, openapi_extra=describes(Settling))
def settle(visit: Visiting, id: str, body: Annotated[Settling, Depends(sent(Settling))]) -> Response:
    """Say what such a unit was: link it to a change, or call it an incident; the record stays."""
    settled = unauthorised.settle(visit.house, visit.actor, id, body.what, body.change, body.because)
    page = f"/population/unauthorised?from={settled.first_at:%Y-%m-%d}#{settled.id}"
    return done(visit.request, settled, page, status=201)


def unauthorised_page(visit: Visit) -> unauthorised.UnauthorisedView:
    """Return what the page shows where nobody says of which days."""
    return unauthorised.show_unauthorised(visit.house, visit.actor)
