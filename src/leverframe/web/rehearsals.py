"""Rehearsals: how would a ramp go, and how often would it be wrong?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import ConfigDict, Field

from leverframe.actions import months, policies, rehearsals
from leverframe.actions.months import DAYS, MOST_AT_ONCE, AskedMonth
from leverframe.actions.rehearsal_asks import Asked
from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.rehearsed_months import Month
from leverframe.sources.changes import read_change_form
from leverframe.sources.metrics.figures import read_figures
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])
ON_A_PAGE = 30


class Rehearse(Body):
    """What to rehearse: a change on the ticket, or a change file as YAML, under the policy in force or an edit of it.

    `rates` are shares of people by guardrail (0.05). `policy_files` is a policy's folder, path to text. `recorded` is
    an earlier change of the target, whose minutes come; or `figures` are rows of your own, with `metric` (the
    guardrail), `minute`, `arm` (candidate or control), `n` (people) and `total` (of them, who met it).
    """

    change: str = ""
    file: str = ""
    name: str = "change.yaml"
    runs: int = 0
    seed: int = 1
    guardrail: str = ""
    ratio: float = 2.0
    after_minutes: float = 0.0
    per_minute: float | None = None
    rates: dict[str, float] = {}
    policy_files: dict[str, str] = {}
    recorded: str = ""
    figures: list[Any] = []

    def asked(self) -> Asked:
        """Return what the action is asked."""
        return Asked(
            runs=self.runs,
            seed=self.seed,
            guardrail=self.guardrail,
            ratio=self.ratio,
            after_minutes=self.after_minutes,
            per_minute=self.per_minute,
            rates=self.rates,
            policy_files=self.policy_files,
            recorded=self.recorded,
            figures=read_figures(self.figures),
        )


@router.post("/rehearsals", openapi_extra=describes(Rehearse))
def rehearse(visit: Visiting, body: Annotated[Rehearse, Depends(sent(Rehearse))]) -> Response:
    """Say what each stage can rule out, and play runs without harm, with it, and as recorded; writes nothing."""
    if body.change:
        found = rehearsals.rehearse_change(visit.house, body.change, body.asked())
    else:
        zone = policies.policy_in_force(visit.house).calendar.home_zone
        form = read_change_form(body.file, place=body.name, home_zone=zone)
        found = rehearsals.rehearse_form(visit.house, visit.actor, form, body.asked())
    return JSONResponse(to_document(found))


class RehearseMonth(Body):
    """Which month to rehearse: 30 days from a day (none: the last 30), under the policy in force or an edit of it.

    The changes come in parts: `limit` of them (at most 100) from `first` on, counted from 0.
    """

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, populate_by_name=True)

    begins: date | None = Field(default=None, alias="from")
    policy_files: dict[str, str] = {}
    first: int = 0
    limit: int = MOST_AT_ONCE
    seed: int = 1


@router.post("/rehearsals/month", openapi_extra=describes(RehearseMonth))
def rehearse_month(visit: Visiting, body: Annotated[RehearseMonth, Depends(sent(RehearseMonth))]) -> Response:
    """Play each change whose ramp began in a month, or is to begin, and say how it differs; writes nothing."""
    asked = AskedMonth(body.begins, body.policy_files, body.first, body.limit, body.seed)
    return JSONResponse(to_document(months.rehearse_month(visit.house, asked)))


@dataclass(frozen=True, slots=True)
class MonthView:
    """The page of a month: the day that was typed, and what was played (None: nothing yet)."""

    begins: date
    month: Month | None


@router.get("/rehearsals/month")
def show_month(
    visit: Visiting, begins: Annotated[str, Query(alias="from")] = "", first: Annotated[int, Query()] = 0
) -> Response:
    """Show what would have become of a month's changes under the policy in force; without a day, ask for it."""
    day = _day(begins)
    if day is None:
        home = ZoneInfo(policies.policy_in_force(visit.house).calendar.home_zone)
        view = MonthView(visit.house.clock.now().astimezone(home).date() - DAYS + timedelta(days=1), None)
    else:
        view = MonthView(day, months.rehearse_month(visit.house, AskedMonth(day, first=first, limit=ON_A_PAGE)))
    return respond(visit.request, "rehearsed_month.html", view)


def _day(typed: str) -> date | None:
    """Read a day that may be left empty."""
    try:
        return date.fromisoformat(typed) if typed.strip() else None
    except ValueError:
        raise Invalid([Fault("from", f"{typed!r} is no day", "write it as 2026-05-01")]) from None


@router.get("/changes/{change_id}/rehearsal")
def show_rehearsal(
    visit: Visiting,
    change_id: str,
    runs: Annotated[int, Query()] = 0,
    guardrail: str = "",
    ratio: Annotated[float, Query()] = 2.0,
    after_minutes: Annotated[float, Query()] = 0.0,
    per_minute: str = "",
    seed: Annotated[int, Query()] = 1,
    recorded: str = "",
) -> Response:
    """Show what each stage can rule out, and how so many runs went; the same address shows the same runs."""
    people = _number("per_minute", per_minute)
    asked = Asked(runs, seed, guardrail, ratio, after_minutes, people, recorded=recorded)
    return respond(visit.request, "rehearsal.html", rehearsals.rehearse_change(visit.house, change_id, asked))


def _number(name: str, typed: str) -> float | None:
    """Read a field that may be left empty."""
    try:
        return float(typed) if typed.strip() else None
    except ValueError:
        raise Invalid([Fault(name, f"{typed!r} is no number", "write how many people ask in a minute")]) from None
