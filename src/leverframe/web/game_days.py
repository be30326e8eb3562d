"""The game days: begin one, follow it, leave and resume it, abort it, read what it has proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import field_validator

from leverframe.actions import game_days
from leverframe.nouns.exercises import Exercise, SliceKind
from leverframe.web.answers import done
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, Reason, describes, listed, sent
from leverframe.web.visits import Visit, Visiting, aside

router = APIRouter(tags=["game days"])


class Beginning(Body):
    """A game day: the switches to exercise (none: all that are set), why, and on which slice."""

    switches: list[str] = []
    because: str = ""
    slice: str = SliceKind.SYNTHETIC.value
    share_percent: float = 0.1

    _split = field_validator("switches", mode="before")(listed)


@dataclass(frozen=True, slots=True)
class GameDaysView:
    """The game days, the newest first, and whether this reader may hold one."""

    game_days: tuple[game_days.GameDayLine, ...]
    may_hold: bool


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """One exercise as a row of a spreadsheet."""

    game_day: str
    switch: str
    state: str
    began_at: datetime | None
    ended_at: datetime | None
    number: str
    set_number: str
    effect_ms: float | None
    receipt: str
    findings: tuple[str, ...]


def game_days_view(visit: Visit) -> GameDaysView:
    """Return what the list of game days shows."""
    return GameDaysView(game_days.list_game_days(visit.house), game_days.may_hold(visit.house, visit.actor))


@router.get("/game-days")
def list_game_days(visit: Visiting) -> Response:
    """List the game days, the newest first."""
    view = game_days_view(visit)
    return respond(visit.request, "game_days.html", view, rows=view.game_days)


@router.post("/game-days", status_code=201, openapi_extra=describes(Beginning))
def begin(visit: Visiting, body: Annotated[Beginning, Depends(sent(Beginning))]) -> Response:
    """Begin a game day: throw one switch after the other on a slice, ask through each gateway, set it again."""
    on = {"slice": body.slice, "share_percent": body.share_percent}
    day = game_days.begin(visit.house, visit.actor, body.switches, body.because, **on)
    return done(visit.request, day, f"/game-days/{day.id}", status=201)


@router.get("/game-days/{id}")
def show_game_day(visit: Visiting, id: str) -> Response:
    """Show one game day with its proofs."""
    view = game_days.show_game_day(visit.house, visit.actor, id)
    return respond(visit.request, "game_day.html", view, rows=[_row(each) for each in view.exercises])


@router.post("/game-days/{id}/pause", openapi_extra=describes(Reason))
def pause(visit: Visiting, id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Leave a game day: the switch that is being exercised is set again, and no other is thrown."""
    day = game_days.pause(visit.house, visit.actor, id, body.because)
    return done(visit.request, day, f"/game-days/{id}")


@router.post("/game-days/{id}/resume", openapi_extra=describes(Reason))
def resume(visit: Visiting, id: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Go on with what has not been proved yet."""
    day = game_days.resume(visit.house, visit.actor, id, body.because)
    return done(visit.request, day, f"/game-days/{id}")


@router.post("/game-days/{id}/abort", openapi_extra=describes(Reason))
async def abort(
    request: Request, visit: Visiting, id: str, body: Annotated[Reason, Depends(sent(Reason))]
) -> Response:
    """End a game day at once: what it has thrown is set again."""
    day = await aside(request, game_days.abort, visit.house, visit.actor, id, body.because)
    return done(request, day, f"/game-days/{id}")


def _row(each: Exercise) -> ExerciseRow:
    return ExerciseRow(
        each.game_day,
        each.switch,
        each.state.value,
        each.began_at,
        each.ended_at,
        each.number,
        each.set_number,
        each.effect_ms,
        each.receipt,
        tuple(f"{found.gateway or each.switch}: {found.code.value}: {found.because};" for found in each.findings),
    )
