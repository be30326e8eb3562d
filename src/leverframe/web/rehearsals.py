"""Rehearsals: how would a ramp go, and how often would it be wrong?"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response

from leverframe.actions import policies, rehearsals
from leverframe.actions.rehearsal_asks import Asked
from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.changes import read_change_form
from leverframe.sources.metrics.figures import read_figures
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["changes"])


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
