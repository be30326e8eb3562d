"""On which page does a refused form come back, with what is wrong on top and what was typed kept?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from leverframe.actions import cab_views, freeze_views, game_days, levers, policy_views, showing, units
from leverframe.nouns.verdicts import Forbidden, Invalid, NotFound, Refused
from leverframe.web.accounts import accounts_view
from leverframe.web.cab import cab_view
from leverframe.web.follow_ups import follow_ups_view
from leverframe.web.freezes import freezes_page
from leverframe.web.game_days import game_days_view
from leverframe.web.problems import Problem
from leverframe.web.rendering import respond
from leverframe.web.sent import FORMS, with_newlines
from leverframe.web.unauthorised import unauthorised_page
from leverframe.web.visits import SAFE, Visit, aside, of_session


@dataclass(frozen=True, slots=True)
class Stand:
    """A page on which forms stand: the paths of its forms, its own address, its template and its view."""

    forms: re.Pattern[str]
    address: str
    template: str
    view: Callable[..., Any]


STANDS = (
    Stand(
        re.compile(r"/changes/(?P<id>CHG-[^/]+)(?:/(?P<form>.+))?"),
        "/changes/{id}",
        "change.html",
        lambda visit, id: showing.show_change(visit.house, visit.actor, id, with_growth=True),
    ),
    Stand(
        re.compile(r"/switches/(?P<layer>[^/]+)/(?P<key>.+)/(?P<form>throw|set)"),
        "/switches/{layer}/{key}",
        "switch.html",
        lambda visit, layer, key: levers.show_switch(visit.house, visit.actor, f"{layer}/{key}"),
    ),
    Stand(re.compile(r"/freezes(?:/(?P<form>check))?"), "/freezes", "freezes.html", freezes_page),
    Stand(
        re.compile(r"/freezes/(?P<id>FRZ-[^/]+)(?:/(?P<form>lifting))?"),
        "/freezes/{id}",
        "freeze.html",
        lambda visit, id: freeze_views.show_freeze(visit.house, visit.actor, id),
    ),
    Stand(re.compile(r"/follow-ups/(?P<form>.+)"), "/follow-ups", "follow_ups.html", follow_ups_view),
    Stand(
        re.compile(r"/cab/(?P<form>delegations(?:/.+)?)"),
        "/cab/delegations",
        "cab_delegations.html",
        lambda visit: cab_views.show_delegations(visit.house, visit.actor),
    ),
    Stand(re.compile(r"/cab/(?P<meeting>CAB-[^/]+)(?P<form>)"), "/cab/{meeting}", "cab.html", cab_view),
    Stand(
        re.compile(r"/cab/(?P<meeting>CAB-[^/]+)/(?P<change>CHG-[^/]+)/(?P<form>.+)"),
        "/cab/{meeting}/{change}",
        "cab_item.html",
        lambda visit, meeting, change: cab_views.show_item(visit.house, visit.actor, meeting, change),
    ),
    Stand(
        re.compile(r"/population/unauthorised/(?P<form>UNA-[^/]+/settlement)"),
        "/population/unauthorised",
        "unauthorised.html",
        unauthorised_page,
    ),
    Stand(re.compile(r"/(?P<form>game-days)"), "/game-days", "game_days.html", game_days_view),
    Stand(
        re.compile(r"/game-days/(?P<id>[^/]+)/(?P<form>pause|resume|abort)"),
        "/game-days/{id}",
        "game_day.html",
        lambda visit, id: game_days.show_game_day(visit.house, visit.actor, id),
    ),
    Stand(
        re.compile(r"/targets/(?P<target>[^/]+)/(?P<form>unit)"),
        "/targets/{target}",
        "target.html",
        lambda visit, target: units.show_target(visit.house, target, visit.actor),
    ),
    Stand(re.compile(r"/(?P<form>(?:accounts|tokens|gateways).*)"), "/accounts", "accounts.html", accounts_view),
    Stand(
        re.compile(r"/policy/(?P<form>proposals/.+)"),
        "/policy",
        "policy.html",
        lambda visit: policy_views.show_policy(visit.house, visit.actor),
    ),
)


async def typed_in(request: Request) -> dict[str, str]:
    """Return what was typed into the form that a request carries; files are not kept."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return {}
    return {name: with_newlines(value) for name, value in (await request.form()).items() if isinstance(value, str)}


async def come_back(request: Request, problem: Problem, typed: Mapping[str, str]) -> Response | None:
    """Show a form's own page again; None where it has none, or where its reader may not see it."""
    if request.method in SAFE:
        return None
    for stand in STANDS:
        found = stand.forms.fullmatch(request.url.path)
        if found:
            return await _come_back(request, problem, typed, stand, found.groupdict())
    return None


async def _come_back(
    request: Request, problem: Problem, typed: Mapping[str, str], stand: Stand, named: dict[str, str | None]
) -> Response | None:
    form = f"{request.method} {named.pop('form') or ''}".strip()
    visit = await of_session(request)
    view = await aside(request, _view, stand, visit, named) if visit else None
    if view is None:
        return None
    return respond(
        request,
        stand.template,
        view,
        status=problem.status,
        problem=problem,
        typed=typed,
        form=form,
        at=stand.address.format(**named),
    )


def _view(stand: Stand, visit: Visit, named: Mapping[str, str]) -> Any:
    try:
        return stand.view(visit, **named)
    except (Refused, NotFound, Forbidden, Invalid):
        return None
