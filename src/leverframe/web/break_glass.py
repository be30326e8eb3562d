"""Breaking glass: ask that one change may pass some gates, approve it, end it; and what is owed for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import Field, field_validator

from leverframe.actions import break_glass, debts
from leverframe.web.answers import done
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, Reason, describes, listed, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["break-glass"])


class Asking(Body):
    """Which gates should be passed, for how many minutes, and why."""

    gates: list[str] = Field(default_factory=list)
    minutes: int = 60
    because: str = ""

    @field_validator("gates", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return listed(value)


class Approving(Body):
    """A yes; there is nothing to choose."""


@dataclass(frozen=True, slots=True)
class DebtRow:
    """One debt as a row of a spreadsheet."""

    change: str
    gate: str
    owner: str
    due_at: datetime
    state: str
    paid_at: datetime | None
    because: str
    remedy: str


@router.post("/changes/{id}/break-glass", status_code=201, openapi_extra=describes(Asking))
def ask(visit: Visiting, id: str, body: Annotated[Asking, Depends(sent(Asking))]) -> Response:
    """Ask that a change may pass gates that refuse it; nothing is passed before it is approved."""
    asked = break_glass.ask(visit.house, visit.actor, id, body.gates, body.minutes, body.because)
    return done(visit.request, asked, f"/changes/{id}#break-glass", status=201)


@router.post("/changes/{id}/break-glass/approvals", status_code=201, openapi_extra=describes(Approving))
def approve(visit: Visiting, id: str, body: Annotated[Approving, Depends(sent(Approving))]) -> Response:
    """Approve it: its minutes begin when nobody else must."""
    approved = break_glass.approve(visit.house, visit.actor, id)
    return done(visit.request, approved, f"/changes/{id}#break-glass", status=201)


@router.delete("/changes/{id}/break-glass", openapi_extra=describes(Reason))
def withdraw(visit: Visiting, id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """End it at once: the gates refuse again."""
    ended = break_glass.withdraw(visit.house, visit.actor, id, body.because)
    return done(visit.request, ended, f"/changes/{id}#break-glass")


@router.get("/debts")
def list_debts(visit: Visiting) -> Response:
    """List what is owed for gates that were passed: by whom, until when, and what was paid."""
    view = debts.list_debts(visit.house, visit.actor)
    return respond(visit.request, "debts.html", view, rows=[_row(line) for line in view.debts])


def _row(line: debts.DebtLine) -> DebtRow:
    debt = line.debt
    return DebtRow(
        change=debt.subject,
        gate=debt.what,
        owner=debt.owner,
        due_at=debt.due_at,
        state=line.state,
        paid_at=debt.paid_at,
        because=line.because,
        remedy=line.remedy,
    )
