"""The way in: log in, log out, the first administrator, the demo's cast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from leverframe.actions import accounts, rooms
from leverframe.nouns.verdicts import Fault, Forbidden, Invalid, NotFound
from leverframe.web.rendering import Reader, respond, wanted_format
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import COOKIE, Visiting, house_of, reader_of

router = APIRouter(tags=["sessions"])


class Login(Body):
    """A name and its password; `next` is where to go then."""

    name: str = ""
    password: str = ""
    next: str = "/"


class ActAs(Body):
    """Whom the demo's visitor would be."""

    name: str = ""
    next: str = "/"


@dataclass(frozen=True, slots=True)
class LoginView:
    """The login form: what was typed, and why it did not work."""

    next: str
    name: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class FirstView:
    """The form of the one-time link."""

    key: str
    name: str = ""
    faults: tuple[Fault, ...] = ()


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    """Show the login form."""
    request.state.reader = _anonymous(request)
    return respond(request, "login.html", LoginView(_inside(next)))


@router.post("/sessions", status_code=201, openapi_extra=describes(Login))
def log_in(request: Request, body: Annotated[Login, Depends(sent(Login))]) -> Response:
    """Open a session of 12 h."""
    request.state.reader = _anonymous(request)
    try:
        session = accounts.log_in(house_of(request), body.name, body.password)
    except Forbidden as no:
        if wanted_format(request) != "html":
            raise
        view = LoginView(_inside(body.next), body.name, f"{no.because}: {no.remedy}.")
        return respond(request, "login.html", view, status=403)
    return _with_session(request, session, body.name, body.next)


def _with_session(request: Request, session: accounts.Session, name: str, next: str) -> Response:
    if wanted_format(request) == "html":
        answer: Response = RedirectResponse(_inside(next), 303)
    else:
        told = {"name": name, "csrf": session.csrf, "expires_at": session.expires_at.isoformat()}
        answer = JSONResponse(told, 201, headers={"Cache-Control": "no-store"})
    secure = request.url.scheme == "https"
    seconds = accounts.SESSION_HOURS * 3600
    answer.set_cookie(COOKIE, session.key, max_age=seconds, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sessions/end")
def log_out(request: Request, visit: Visiting) -> Response:
    """End the session."""
    accounts.log_out(visit.house, request.cookies.get(COOKIE, ""))
    html = wanted_format(request) == "html"
    answer: Response = RedirectResponse("/login", 303) if html else JSONResponse({"ended": True})
    answer.delete_cookie(COOKIE)
    return answer


@router.get("/first-administrator")
def first_page(request: Request, key: str = "") -> Response:
    """Show the form of the one-time link."""
    request.state.reader = _anonymous(request)
    accounts.check_first_link(house_of(request), key)
    return respond(request, "first_administrator.html", FirstView(key))


@router.post("/first-administrator", status_code=201, openapi_extra=describes(Login))
def take_first_link(request: Request, body: Annotated[Login, Depends(sent(Login))], key: str = "") -> Response:
    """Make the first administrator's account."""
    request.state.reader = _anonymous(request)
    house = house_of(request)
    try:
        accounts.take_first_link(house, key, body.name, body.password)
    except Invalid as no:
        if wanted_format(request) != "html":
            raise
        return respond(request, "first_administrator.html", FirstView(key, body.name, no.faults), status=422)
    return _with_session(request, accounts.open_session(house, body.name), body.name, "/")


@router.post("/demo/act-as", openapi_extra=describes(ActAs), include_in_schema=False)
def act_as(request: Request, body: Annotated[ActAs, Depends(sent(ActAs))]) -> Response:
    """Become any of the cast; exists in the demo only, where nobody has a password."""
    house = house_of(request)
    if not house.demo or body.name not in rooms.room(house).cast:
        raise NotFound("there is no such act", remedy="only the demo lets a visitor act as its cast")
    return _with_session(request, accounts.open_session(house, body.name), body.name, body.next)


def _inside(next: str) -> str:
    """Return a path of this server; an address of another one is not followed."""
    return next if next.startswith("/") and not next.startswith(("//", "/\\")) else "/"


def _anonymous(request: Request) -> Reader:
    return reader_of(house_of(request))
