"""Who asks, and is the request really theirs?"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import anyio
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from leverframe.actions import accounts, rooms
from leverframe.actions.house import House
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.verdicts import Forbidden
from leverframe.web.rendering import Reader

COOKIE = "leverframe_session"
CSRF_HEADER = "x-leverframe-csrf"
SAFE = ("GET", "HEAD", "OPTIONS")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SCOPE_OF_PATH = (
    (re.compile(r"/feedback"), ("feedback",)),
    (re.compile(r"/switches/file$"), ("switch-file", "admin")),
    (re.compile(r"/(switches|game-days)"), ("switch", "admin")),
    (re.compile(r"/changes/[^/]+/(evidence|staging|pull-request)$"), ("evidence",)),
    (re.compile(r"/(changes|rotas)"), ("change", "admin")),
)
"""What a token's write needs, by the first that matches: one that may post evals may do nothing else to a change."""


class NotLoggedIn(Exception):
    """Nobody is behind this request: a page goes to the login, a program gets 401."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one actor; `csrf` is the session's."""

    request: Request
    house: House
    actor: Actor
    csrf: str = ""


def house_of(request: Request) -> House:
    """Return the house this server was wired with."""
    return request.app.state.house


async def visit(request: Request) -> Visit:
    """Find out who asks; refuses a write whose form does not carry the session's own csrf.

    The page's reader is known before anything can be refused, so that a refusal is a page of theirs too; but where
    something is to be stopped, nothing is read that only a page needs.
    """
    house, bearer = house_of(request), bearer_of(request)
    if bearer:
        actor = await aside(request, accounts.whose_token, house, bearer)
        if actor is None:
            raise NotLoggedIn("this token is not known, has expired or was revoked")
        _check_scope(request, actor)
        made = Visit(request, house, actor)
        return made if is_urgent(request.scope) else await _welcome(request, made)
    found = await _found(request) if is_urgent(request.scope) else await of_session(request)
    if found is None:
        raise NotLoggedIn("nobody is logged in")
    await _check_csrf(request, found.csrf)
    return found


async def of_session(request: Request) -> Visit | None:
    """Return the visit of the person whose session's cookie came with a request, if it is one."""
    found = await _found(request)
    return await _welcome(request, found) if found else None


async def _found(request: Request) -> Visit | None:
    house = house_of(request)
    found = await aside(request, accounts.who_is, house, request.cookies.get(COOKIE, ""))
    return Visit(request, house, found[0], found[1]) if found else None


async def _welcome(request: Request, made: Visit) -> Visit:
    request.state.heard = request.app.state.events.mark
    request.state.reader = await aside(request, reader_of, made.house, made.actor, made.csrf)
    return made


def reader_of(house: House, actor: Actor | None = None, csrf: str = "") -> Reader:
    """Return for whom a page is drawn; without an actor, for whoever is not logged in."""
    room = rooms.room(house)
    return Reader(
        now=house.clock.now(),
        zone=room.zone,
        actor=actor,
        csrf=csrf,
        solo=room.solo,
        demo_people=room.cast,
        organisation=room.organisation,
        withheld=room.withheld,
    )


def bearer_of(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


async def _check_csrf(request: Request, csrf: str) -> None:
    if request.method in SAFE:
        return
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and request.headers.get("content-type", "").startswith(FORMS):
        sent = str((await request.form()).get("csrf", ""))
    if not hmac.compare_digest(sent.encode(), csrf.encode()):
        raise Forbidden("this form is not from your session", remedy="open the page again and repeat what you did")


def _check_scope(request: Request, actor: Actor) -> None:
    """Let a token do what its scopes say: any reads, a write the scope of its resource."""
    if request.method in SAFE:
        needed: tuple[str, ...] = ("read", "change", "switch", "admin", "evidence")
    else:
        needed = next((s for path, s in SCOPE_OF_PATH if path.match(request.url.path)), ("admin",))
    if actor.kind is ActorKind.TOKEN and not set(needed) & actor.scopes:
        raise Forbidden(f"this token lacks the scope {' or '.join(needed)}", remedy="make a token with that scope")


URGENT_WORKERS = 2
_urgent = ThreadPoolExecutor(URGENT_WORKERS, thread_name_prefix="urgent")


def is_urgent(scope: Scope) -> bool:
    """Say whether a request stops something: it never waits behind pages."""
    return scope["method"] not in SAFE and scope["path"].endswith(("/throw", "/abort", "/way-back", "/hold"))


async def aside(request: Request, call: Any, *arguments: Any, **named: Any) -> Any:
    """Run a blocking call in a thread: what stops something has reserved workers."""
    if not is_urgent(request.scope):
        return await run_in_threadpool(call, *arguments, **named)
    future = _urgent.submit(_first, house_of(request), partial(call, *arguments, **named))
    with anyio.CancelScope(shield=True):
        return await asyncio.wrap_future(future)


def _first(house: House, call: Callable[[], Any]) -> Any:
    with house.store.precedence.going_first():
        return call()


Visiting = Annotated[Visit, Depends(visit)]
