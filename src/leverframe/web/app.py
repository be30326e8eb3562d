"""How is the first door put together?"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from leverframe import __version__
from leverframe.actions.house import House
from leverframe.clock import monotonic
from leverframe.nouns.verdicts import Conflict, Fault, Forbidden, Invalid, NotFound, Refused, SourceFailed
from leverframe.web import (
    accounts,
    break_glass,
    bridge,
    cab,
    calendar,
    change_times,
    changes,
    doors,
    evidence,
    field_guide,
    field_reviews,
    follow_ups,
    form_checks,
    freezes,
    game_days,
    live,
    me,
    metrics,
    nudges,
    outcomes,
    pages,
    planning,
    policy,
    population,
    proposals,
    ramps,
    rehearsals,
    replays,
    rotas,
    switches,
    unauthorised,
)
from leverframe.web.again import come_back, typed_in
from leverframe.web.answers import ERRORS, PROBLEM_SCHEMA
from leverframe.web.problems import Problem, problem_of
from leverframe.web.rendering import respond_problem, wanted_format
from leverframe.web.visits import NotLoggedIn, Visit, Visiting, aside, house_of, is_urgent, of_session, reader_of

TYPES = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "md": "text/markdown",
    "png": "image/png",
}


def make_app(house: House, events: live.Events) -> FastAPI:
    """Return the HTTP application of a house: pages and JSON from one handler."""
    app = FastAPI(title="Leverframe", version=__version__, openapi_url=None, responses=ERRORS)
    app.state.house, app.state.events = house, events
    for room in (
        switches,
        ramps,
        evidence,
        pages,
        change_times,
        field_guide,
        changes,
        bridge,
        field_reviews,
        nudges,
        rotas,
        form_checks,
        follow_ups,
        me,
        rehearsals,
        replays,
        freezes,
        planning,
        proposals,
        calendar,
        cab,
        game_days,
        policy,
        population,
        unauthorised,
        break_glass,
        outcomes,
        accounts,
        doors,
        live,
        metrics,
    ):
        app.include_router(room.router)
    app.add_api_route("/openapi.json", _description(app), include_in_schema=False)
    app.add_api_route("/assets/{name:path}", asset, include_in_schema=False)
    for error in (Refused, Conflict, Invalid, NotFound, Forbidden, SourceFailed):
        app.add_exception_handler(error, _house_error)
    app.add_exception_handler(NotLoggedIn, _not_logged_in)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _request_error)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(Precedence, house=house)
    app.add_middleware(MethodOverride)
    return app


class MethodOverride:
    """Lets a form ask for PUT, PATCH or DELETE by `?_method=`; forms know GET and POST. Notes when a request came."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under the method that it asks for."""
        if scope["type"] == "http":
            scope.setdefault("state", {})["received_at"] = monotonic()
            wanted = _asked_method(scope) if scope["method"] == "POST" else None
            scope = {**scope, "method": wanted} if wanted else scope
        await self.app(scope, receive, send)


class Precedence:
    """Lets a request that stops something go before pages, from its first byte on."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self.app, self._house = app, house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, while who reads gives way to it where it is urgent."""
        if scope["type"] == "http" and is_urgent(scope):
            with self._house.store.precedence.taken():
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _asked_method(scope: Scope) -> str | None:
    query = scope["query_string"]
    return next((m for m in ("PUT", "PATCH", "DELETE") if b"_method=" + m.encode() in query.split(b"&")), None)


def asset(name: str) -> Response:
    """Serve one of our own files; its address carries its digest, so that it is kept for ever."""
    path = files("leverframe.web").joinpath("assets")
    for part in name.split("/"):
        if part in ("", ".", ".."):
            raise NotFound("there is no such file")
        path = path.joinpath(part)
    if not path.is_file():
        raise NotFound("there is no such file")
    media = TYPES.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(path.read_bytes(), media_type=media, headers=headers)


async def _house_error(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    assert problem is not None
    return await _say(request, problem)


async def _say(request: Request, problem: Problem) -> Response:
    """Say a problem: a person's form comes back on its own page; what has none is a page of its own."""
    if wanted_format(request) != "html":
        return respond_problem(request, problem)
    typed = await typed_in(request)
    back = await come_back(request, problem, typed)
    if back is None and not hasattr(request.state, "reader") and await of_session(request) is None:
        request.state.reader = await aside(request, reader_of, house_of(request))
    return back or respond_problem(request, problem, typed)


async def _not_logged_in(request: Request, error: Exception) -> Response:
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if wanted_format(request) == "html" and request.method == "GET":
        return RedirectResponse(f"/login?{urlencode({'next': here})}", 303)
    problem = Problem("not-logged-in", "Log in first", 401, str(error), "leverframe login, or the page /login")
    answer = await _say(request, problem)
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


async def _http_error(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    title = {404: "There is no such page", 405: "This cannot be done here"}.get(status, "That did not work")
    return await _say(request, Problem("http", title, status, str(getattr(error, "detail", ""))))


async def _gone(request: Request, error: Exception) -> Response:
    """Say nothing to whoever has left before they had sent all: a page that looks again takes back what it asked."""
    return Response(status_code=400)


async def _bug(request: Request, error: Exception) -> Response:
    """Say that something is wrong with the house itself; the server's log has the rest."""
    because = "something went wrong that should not; nothing was changed, and the server's log says more"
    return respond_problem(request, Problem("bug", "This is our fault", 500, because, "try again"))


async def _request_error(request: Request, error: Exception) -> Response:
    faults = [
        Fault(".".join(str(x) for x in e["loc"]), e["msg"], "correct it") for e in getattr(error, "errors", list)()
    ]
    problem = problem_of(Invalid(faults))
    assert problem is not None
    return await _say(request, problem)


def _description(app: FastAPI) -> Callable[[Visit], Response]:
    """Describe the API to whoever is logged in: nothing is open but health."""

    def description(visit: Visiting) -> Response:
        return JSONResponse(openapi_of(app))

    return description


def openapi_of(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes, openapi_version="3.1.0")
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        app.openapi_schema = schema
    return app.openapi_schema
