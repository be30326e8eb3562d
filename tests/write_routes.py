"""Which write routes are there, who may ask them, and what do they send?"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.world import ACME, World, acme, eval_run, pull_request

from leverframe.actions import (
    accounts,
    break_glass,
    cab,
    delegations,
    freezes,
    game_days,
    gateways,
    loosening,
    policies,
    unauthorised,
)
from leverframe.nouns.documents import to_document
from leverframe.nouns.outcomes import Outcome
from leverframe.sources.freezes.typed import read_typed
from leverframe.store import follow_ups

TARGET = "customer-support-ai"
SWITCH = f"/switches/feature/{TARGET}"
BECAUSE = {"because": "the tests ask for it"}
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Row:
    """One write route: who may, what they send where, and whether the policy keeps others from it."""

    by: str
    given: Callable[[World], tuple[str, Any]]
    keeps_out: bool = True
    writes: bool = True


def form(world: World, **other: object) -> dict[str, Any]:
    return {**to_document(world.form(**other))}


def noted(world: World) -> dict[str, Any]:
    """Have meeting-notes run, and return what a git host tells of a pull request of its prompt."""
    world.adopt("meeting-notes")
    return json.loads((ACME / "pull-requests" / "notes-311.json").read_text())


def ready(world: World) -> str:
    return f"/changes/{world.ready().id}"


def signed(world: World) -> str:
    return f"/changes/{world.sign_all(world.ready()).id}"


def ramping(world: World) -> str:
    return f"/changes/{world.ramping().id}"


def given_file(world: World) -> tuple[str, Any]:
    world.adopt()
    return "/changes", form(world)


def given_edit(world: World) -> tuple[str, Any]:
    change = world.ready()
    return f"/changes/{change.id}", {**form(world, title="Other words"), "version": change.version}


def given_signature(world: World) -> tuple[str, Any]:
    change = world.ready()
    digest = world.view(change).digest
    return f"/changes/{change.id}/sign-offs", {"role": "platform_engineer", "content_digest": digest}


def given_start(world: World) -> tuple[str, Any]:
    path = signed(world)
    start = world.form().start
    later = {n: (getattr(start, n) + timedelta(days=1)).isoformat() for n in ("opens_at", "closes_at")}
    return f"{path}/start", {**later, "not_after": start.not_after.isoformat()}


def given_emergency(world: World) -> tuple[str, Any]:
    return f"{ready(world)}/break-glass", {"gates": ["sign_offs"], "minutes": 60, **BECAUSE}


def given_asked(world: World) -> tuple[str, Any]:
    change = world.ready()
    accounts.add_account(world.house, world.adi, "rita", PASSWORD)
    break_glass.ask(world.house, world.sol, change.id, ["sign_offs"], 60, "it is urgent")
    return f"/changes/{change.id}/break-glass/approvals", {}


def given_unauthorised(world: World) -> tuple[str, Any]:
    world.adopt()
    world.tell([Outcome(world.call(TARGET, "somebody", unit="customer-support@by-hand"), 100.0)])
    unauthorised.look_out(world.house, unauthorised.Lookout())
    return "/population/unauthorised/UNA-1/settlement", {"as": "incident", **BECAUSE}


def given_begin(world: World) -> tuple[str, Any]:
    path = signed(world)
    world.at("Wed 10:00")
    return f"{path}/ramp", {}


def given_hold(world: World) -> tuple[str, Any]:
    path = ramping(world)
    world.hold("sol", path.rpartition("/")[2])
    return f"{path}/ramp/hold", BECAUSE


def given_baked(world: World) -> tuple[str, Any]:
    path = ramping(world)
    change = path.rpartition("/")[2]
    world.outcomes(change)
    world.at("Wed 10:30")
    read = world.view(change).ramp.reading_digest
    return f"{path}/ramp/promotions", {"role": "release_manager", "reading_digest": read, **BECAUSE}


def given_settled(world: World) -> tuple[str, Any]:
    return f"/changes/{world.settle(world.ramping()).id}/way-back", BECAUSE


def given_aborted(world: World) -> tuple[str, Any]:
    path = ramping(world)
    world.abort("sol", path.rpartition("/")[2])
    return f"{path}/review", {"close_code": "aborted", "notes": "It went wrong."}


def given_evals(world: World) -> tuple[str, Any]:
    world.adopt()
    change = world.file()
    return f"/changes/{change.id}/evidence", eval_run(change)


def given_pull_request(world: World) -> tuple[str, Any]:
    world.adopt()
    change = world.file()
    return f"/changes/{change.id}/pull-request", pull_request(change.artefacts["pull_request"])


def given_thrown(world: World) -> tuple[str, Any]:
    world.throw("sol", f"feature/{TARGET}")
    return f"{SWITCH}/set", {"role": "release_manager", **BECAUSE}


def another_policy() -> dict[str, str]:
    files = dict(acme()[1])
    files["policy.yaml"] = files["policy.yaml"].replace("due_business_days: 5", "due_business_days: 4")
    return files


def given_proposal(world: World) -> tuple[str, Any]:
    digest = policies.load_policy(world.house, world.adi, another_policy()).digest
    return f"/policy/proposals/{digest}/sign-offs", {"role": "release_manager"}


def given_token(world: World) -> tuple[str, Any]:
    token_id, _ = accounts.add_token(world.house, world.ana, "pipeline", ("read",))
    return f"/tokens/{token_id}", {}


def given_gateway(world: World) -> tuple[str, Any]:
    gateways.enrol(world.house, world.adi, "edge", frozenset())
    return "/gateways/edge", BECAUSE


def given_game_day(world: World) -> tuple[str, Any]:
    gateways.enrol(world.house, world.adi, "edge", frozenset(), address="https://ai.acme.example/v1")
    return "/game-days", {"switches": [f"feature/{TARGET}"], **BECAUSE}


def held(world: World, act: str, *, paused: bool = False) -> tuple[str, Any]:
    given_game_day(world)
    day = game_days.begin(world.house, world.sol, [f"feature/{TARGET}"], "the quarterly game day")
    if paused:
        game_days.pause(world.house, world.sol, day.id, "lunch")
    return f"/game-days/{day.id}/{act}", BECAUSE


def at_the_cab(world: World, *, open_it: bool = True) -> tuple[str, str, str]:
    """Have a change wait at the CAB, and Cass open it; returns its path there, its id and its digest."""
    change = world.ready()
    world.at("Wed 10:00")
    world.round()
    if open_it:
        cab.open_item(world.house, world.cass, "CAB-2026-05-13", change.id)
    return f"/cab/CAB-2026-05-13/{change.id}", change.id, world.view(change).digest


def given_approval(world: World) -> tuple[str, Any]:
    path, _, digest = at_the_cab(world)
    return f"{path}/approvals", {"role": "platform_engineer", "content_digest": digest}


def given_return(world: World) -> tuple[str, Any]:
    path, _, digest = at_the_cab(world)
    said = {"role": "platform_engineer", "content_digest": digest, "reason": "window_not_right"}
    return f"{path}/returns", said


def given_own_return(world: World) -> tuple[str, Any]:
    _, change, digest = at_the_cab(world)
    said = ("platform_engineer", digest, "window_not_right")
    cab.send_back(world.house, world.cass, "CAB-2026-05-13", change, *said)
    return f"/changes/{change}/returns/mine", BECAUSE


DELEGATION = {"role": "platform_engineer", "delegate": "sol", "starts": "2026-05-12", "ends": "2026-05-15", **BECAUSE}


def given_delegation(world: World) -> tuple[str, Any]:
    until = world.now + timedelta(days=2)
    made = delegations.delegate(world.house, world.cass, "platform_engineer", "sol", world.now, until, "away")
    return f"/cab/delegations/{made.id}", BECAUSE


FREEZE = {
    "name": "board meeting",
    "first_day": "2026-05-14",
    "last_day": "2026-05-14",
    "owner": "release-managers",
    "because": "the board tries the product",
}
ROTA = b"- {who: sol, from: 2026-05-11 08:00, until: 2026-05-18 08:00}\n"
FILE = b"name,start,end,because\nquarter close,2026-06-29,2026-07-02,the books are closed\n"


def frozen(world: World) -> str:
    freeze = read_typed(FREEZE)
    return f"/freezes/{freezes.declare(world.house, world.remi, freeze).id}"


def given_loosening(world: World) -> tuple[str, Any]:
    path = frozen(world)
    world.at("Thu 12:00")
    loosening.lift(world.house, world.rita, path.rpartition("/")[2], "it is over")
    return f"{path}/lifting", BECAUSE


def given_clock(world: World) -> tuple[str, Any]:
    world.house.demo = True
    return "/clock", {"minutes": 1}


def owed(world: World, act: str, body: dict[str, Any]) -> tuple[str, Any]:
    """Settle a change, and name the first look at it that the policy asks for."""
    change = world.settle(world.ramping())
    with world.store.read() as db:
        duty = follow_ups.open_ones(db, subject=change.id, kind="follow_up")[0]
    return f"/follow-ups/{duty.id}{act}", body


ROWS: dict[tuple[str, str], Row] = {
    ("POST", "/changes"): Row("ana", given_file),
    ("POST", "/changes/check"): Row("ana", lambda w: ("/changes/check", form(w)), writes=False),
    ("POST", "/rehearsals"): Row(
        "ana", lambda w: ("/rehearsals", {"change": ready(w).rpartition("/")[2]}), keeps_out=False, writes=False
    ),
    ("POST", "/rehearsals/month"): Row(
        "ana", lambda w: ("/rehearsals/month", {"from": "2026-05-01"}), keeps_out=False, writes=False
    ),
    ("PUT", "/changes/{change_id}"): Row("ana", given_edit),
    ("PATCH", "/changes/{change_id}"): Row("ana", lambda w: (ready(w), {"title": "Another title"})),
    ("DELETE", "/changes/{change_id}"): Row("ana", lambda w: (ready(w), BECAUSE)),
    ("POST", "/changes/{change_id}/refresh"): Row("ana", lambda w: (f"{ready(w)}/refresh", {})),
    ("POST", "/changes/{change_id}/sign-offs"): Row("cass", given_signature),
    ("PUT", "/changes/{change_id}/fields/{field}/review"): Row(
        "cass", lambda w: (f"/changes/{w.high().id}/fields/rollback_plan/review", {"comment": "I have tried it."})
    ),
    ("DELETE", "/changes/{change_id}/sign-offs/mine"): Row(
        "cass", lambda w: (f"{signed(w)}/sign-offs/mine", BECAUSE)
    ),
    ("PUT", "/changes/{change_id}/schedule"): Row("remi", lambda w: (f"{signed(w)}/schedule", {})),
    ("DELETE", "/changes/{change_id}/schedule"): Row("sol", lambda w: (f"/changes/{w.armed().id}/schedule", BECAUSE)),
    ("PUT", "/changes/{change_id}/start"): Row("remi", given_start),
    ("PUT", "/changes/{change_id}/ramp"): Row("remi", given_begin),
    ("PUT", "/changes/{change_id}/ramp/hold"): Row("sol", lambda w: (f"{ramping(w)}/ramp/hold", BECAUSE)),
    ("DELETE", "/changes/{change_id}/ramp/hold"): Row("remi", given_hold),
    ("POST", "/changes/{change_id}/ramp/promotions"): Row("remi", given_baked),
    ("POST", "/changes/{change_id}/ramp/abort"): Row("sam", lambda w: (f"{ramping(w)}/ramp/abort", BECAUSE)),
    ("POST", "/changes/{change_id}/way-back"): Row("sol", given_settled),
    ("PUT", "/changes/{change_id}/review"): Row("remi", given_aborted),
    ("POST", "/follow-ups/{id}/done"): Row("ana", lambda w: owed(w, "/done", {"note": "The scores are as before."})),
    ("PUT", "/follow-ups/{id}/owner"): Row("remi", lambda w: owed(w, "/owner", {"to": "cleo"})),
    ("DELETE", "/follow-ups/{id}"): Row("remi", lambda w: owed(w, "", BECAUSE)),
    ("POST", "/changes/{change_id}/evidence"): Row("ana", given_evals),
    ("PUT", "/changes/{change_id}/pull-request"): Row("remi", given_pull_request),
    ("POST", "/changes/{change_id}/staging"): Row(
        "ana", lambda w: (f"{ready(w)}/staging", {"state": "deployed", **BECAUSE})
    ),
    ("PUT", "/switches/{layer}/{key}/throw"): Row("sol", lambda w: (f"{SWITCH}/throw", BECAUSE)),
    ("POST", "/switches/{layer}/{key}/set"): Row("remi", given_thrown),
    ("POST", "/switches/file"): Row("adi", lambda w: ("/switches/file", {"commit": "ab" * 20, "pusher": "sol-git"})),
    ("POST", "/changes/from-pull-request"): Row("cass", lambda w: ("/changes/from-pull-request", noted(w))),
    ("POST", "/freezes"): Row("sol", lambda w: ("/freezes", FREEZE)),
    ("POST", "/freezes/check"): Row("sol", lambda w: ("/freezes/check", FREEZE), writes=False),
    ("POST", "/freezes/imports"): Row(
        "remi", lambda w: ("/freezes/imports?source=a.csv&owner=release-managers", FILE)
    ),
    ("POST", "/rotas"): Row("sol", lambda w: ("/rotas?name=ai-feature-on-call", ROTA)),
    ("PUT", "/rotas/{name}"): Row("sol", lambda w: ("/rotas/ai-feature-on-call", ROTA)),
    ("PUT", "/freezes/{id}"): Row(
        "remi", lambda w: (frozen(w), {**FREEZE, "last_day": "2026-05-15", "reason": "it takes longer"})
    ),
    ("POST", "/freezes/{id}/lifting"): Row("remi", lambda w: (f"{frozen(w)}/lifting", BECAUSE)),
    ("DELETE", "/freezes/{id}/lifting"): Row("sol", given_loosening),
    ("PUT", "/cab/{meeting}/{change}/discussion"): Row(
        "cass", lambda w: (f"{at_the_cab(w, open_it=False)[0]}/discussion", {})
    ),
    ("POST", "/cab/{meeting}/{change}/approvals"): Row("cass", given_approval),
    ("POST", "/cab/{meeting}/{change}/returns"): Row("cass", given_return),
    ("PUT", "/cab/{meeting}/{change}/carry-over"): Row("cass", lambda w: (f"{at_the_cab(w)[0]}/carry-over", BECAUSE)),
    ("DELETE", "/cab/{meeting}"): Row("cass", lambda w: (at_the_cab(w)[0].rpartition("/")[0], BECAUSE)),
    ("DELETE", "/changes/{change_id}/returns/mine"): Row("cass", given_own_return),
    ("POST", "/cab/delegations"): Row("cass", lambda w: ("/cab/delegations", DELEGATION)),
    ("DELETE", "/cab/delegations/{id}"): Row("cass", given_delegation),
    ("POST", "/population/unauthorised/{id}/settlement"): Row("remi", given_unauthorised),
    ("POST", "/changes/{change_id}/check"): Row("ana", lambda w: (f"{ready(w)}/check", form(w)), writes=False),
    ("POST", "/changes/{change_id}/nudges"): Row("ana", lambda w: (f"{ready(w)}/nudges", {"who": "cass"})),
    ("PUT", "/changes/{change_id}/coordinator"): Row(
        "remi", lambda w: (f"{ready(w)}/coordinator", {"to": "sol", **BECAUSE})
    ),
    ("POST", "/changes/{id}/break-glass"): Row("sol", given_emergency),
    ("POST", "/changes/{id}/break-glass/approvals"): Row("rita", given_asked),
    ("DELETE", "/changes/{id}/break-glass"): Row("remi", lambda w: (given_asked(w)[0].rpartition("/")[0], BECAUSE)),
    ("POST", "/game-days"): Row("sol", given_game_day),
    ("POST", "/game-days/{id}/pause"): Row("sol", lambda w: held(w, "pause")),
    ("POST", "/game-days/{id}/resume"): Row("sol", lambda w: held(w, "resume", paused=True)),
    ("POST", "/game-days/{id}/abort"): Row("sol", lambda w: held(w, "abort")),
    ("PUT", "/targets/{target}/unit"): Row(
        "ana", lambda w: (f"/targets/{TARGET}/unit", {"unit": {"prompt": "customer-support@v7"}, **BECAUSE})
    ),
    ("POST", "/route-tables/epochs"): Row("adi", lambda w: ("/route-tables/epochs", BECAUSE)),
    ("POST", "/policy"): Row("adi", lambda w: ("/policy", {"files": another_policy()})),
    ("POST", "/policy/check"): Row(
        "vic", lambda w: ("/policy/check", {"files": another_policy()}), keeps_out=False, writes=False
    ),
    ("POST", "/policy/proposals/{digest}/sign-offs"): Row("remi", given_proposal),
    ("POST", "/accounts"): Row("adi", lambda w: ("/accounts", {"name": "rita", "password": PASSWORD})),
    ("DELETE", "/accounts/{name}"): Row("adi", lambda w: ("/accounts/cass", BECAUSE)),
    ("POST", "/tokens"): Row("vic", lambda w: ("/tokens", {"name": "mine", "scopes": ["read"]}), keeps_out=False),
    ("DELETE", "/tokens/{token_id}"): Row("ana", given_token),
    ("POST", "/gateways"): Row("adi", lambda w: ("/gateways", {"name": "edge", "targets": []})),
    ("PUT", "/gateways/{name}/address"): Row(
        "adi", lambda w: (f"{given_gateway(w)[0]}/address", {"address": "https://ai.acme.example/v1"})
    ),
    ("DELETE", "/gateways/{name}"): Row("adi", given_gateway),
    ("POST", "/sessions/end"): Row("vic", lambda w: ("/sessions/end", {}), keeps_out=False),
    ("POST", "/clock"): Row("vic", given_clock, keeps_out=False),
}
"""The routes of people: they ask for a session, its csrf, and mostly for a role."""

OTHERS = {
    ("POST", "/gateways/outcomes"),
    ("POST", "/gateways/me/poll"),
    ("POST", "/feedback"),
    ("POST", "/sessions"),
    ("POST", "/first-administrator"),
    ("POST", "/demo/act-as"),
}
"""The routes of gateways, and the ways in: each has a test of its own below."""
