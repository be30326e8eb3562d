"""The accounts: who may do what, with which token, and which gateways report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import field_validator

from leverframe.actions import accounts, gateways
from leverframe.nouns.documents import to_document
from leverframe.nouns.gateways import MissingBatches
from leverframe.web.answers import done
from leverframe.web.rendering import respond, wanted_format
from leverframe.web.sent import Body, Reason, describes, listed, sent
from leverframe.web.visits import Visit, Visiting

router = APIRouter(tags=["accounts"])


class NewAccount(Body):
    """An account for a person of the catalog."""

    name: str = ""
    password: str = ""


class NewToken(Body):
    """An API token for oneself."""

    name: str = ""
    scopes: list[str] = []
    days: int = accounts.TOKEN_DAYS

    _split = field_validator("scopes", mode="before")(listed)


class NewGateway(Body):
    """A gateway, the targets whose outcomes it may send (none: all), and where and with which key it can be asked."""

    name: str = ""
    targets: list[str] = []
    address: str = ""
    key_env: str = ""

    _split = field_validator("targets", mode="before")(listed)


class Address(Body):
    """Where a gateway answers users, and the environment variable with the key for asking it."""

    address: str = ""
    key_env: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that is shown once."""

    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class AccountsView:
    """People, tokens, gateways."""

    people: tuple[Any, ...]
    tokens: tuple[Any, ...]
    gateways: tuple[Any, ...]
    missing: tuple[MissingBatches, ...]
    may_manage: bool
    shown_once: Secret | None = None


def accounts_view(visit: Visit, shown_once: Secret | None = None) -> AccountsView:
    """Return what the page of accounts shows."""
    return AccountsView(
        people=accounts.list_people(visit.house),
        tokens=accounts.list_tokens(visit.house, visit.actor),
        gateways=gateways.list_gateways(visit.house),
        missing=tuple(gateways.missing_batches(visit.house).values()),
        may_manage=accounts.may_manage(visit.house, visit.actor),
        shown_once=shown_once,
    )


def _show(visit: Visit, shown_once: Secret | None = None, status: int = 200) -> Response:
    return respond(visit.request, "accounts.html", accounts_view(visit, shown_once), status=status, at="/accounts")


@router.get("/accounts")
def list_accounts(visit: Visiting) -> Response:
    """Show people, tokens and gateways."""
    return _show(visit)


@router.post("/accounts", status_code=201, openapi_extra=describes(NewAccount))
def add_account(visit: Visiting, body: Annotated[NewAccount, Depends(sent(NewAccount))]) -> Response:
    """Give a person of the catalog an account."""
    accounts.add_account(visit.house, visit.actor, body.name, body.password)
    return done(visit.request, {"name": body.name}, "/accounts", status=201)


@router.delete("/accounts/{name}", openapi_extra=describes(Reason))
def disable_account(visit: Visiting, name: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Close an account."""
    accounts.disable_account(visit.house, visit.actor, name, body.because)
    return done(visit.request, {"name": name}, "/accounts")


@router.get("/tokens")
def list_tokens(visit: Visiting) -> Response:
    """List one's tokens; an administrator sees all."""
    return JSONResponse(to_document({"tokens": accounts.list_tokens(visit.house, visit.actor)}))


@router.post("/tokens", status_code=201, openapi_extra=describes(NewToken))
def add_token(visit: Visiting, body: Annotated[NewToken, Depends(sent(NewToken))]) -> Response:
    """Make an API token; its secret is shown once."""
    token_id, secret = accounts.add_token(visit.house, visit.actor, body.name, tuple(body.scopes), body.days)
    if wanted_format(visit.request) == "html":
        return _show(visit, Secret(body.name, secret), 201)
    return JSONResponse({"id": token_id, "secret": secret}, 201, headers={"Cache-Control": "no-store"})


@router.delete("/tokens/{token_id}")
def revoke_token(visit: Visiting, token_id: str) -> Response:
    """Revoke a token."""
    accounts.revoke_token(visit.house, visit.actor, token_id)
    return done(visit.request, {"id": token_id}, "/accounts")


@router.get("/gateways")
def list_gateways(visit: Visiting) -> Response:
    """Show the gateways and how they report."""
    if wanted_format(visit.request) == "html":
        return _show(visit)
    missing = gateways.missing_batches(visit.house)
    rows = [
        {"gateway": g, "seen": seen, "missing": missing.get(g.name)}
        for g, seen in gateways.list_gateways(visit.house)
    ]
    return JSONResponse(to_document({"gateways": rows}))


@router.post("/gateways", status_code=201, openapi_extra=describes(NewGateway))
def enrol(visit: Visiting, body: Annotated[NewGateway, Depends(sent(NewGateway))]) -> Response:
    """Enrol a gateway; its token is shown once."""
    asked = {"address": body.address, "key_env": body.key_env}
    token = gateways.enrol(visit.house, visit.actor, body.name, frozenset(body.targets), **asked)
    if wanted_format(visit.request) == "html":
        return _show(visit, Secret(body.name, token), 201)
    return JSONResponse({"name": body.name, "token": token}, 201, headers={"Cache-Control": "no-store"})


@router.put("/gateways/{name}/address", openapi_extra=describes(Address))
def set_address(visit: Visiting, name: str, body: Annotated[Address, Depends(sent(Address))]) -> Response:
    """Say where a gateway answers users, so that a game day can ask it; an empty address: it is not asked."""
    changed = gateways.set_address(visit.house, visit.actor, name, body.address, body.key_env)
    return done(visit.request, changed, "/accounts")


@router.delete("/gateways/{name}", openapi_extra=describes(Reason))
def revoke_gateway(visit: Visiting, name: str, body: Annotated[Reason, Depends(sent(Reason))]) -> Response:
    """Revoke a gateway's token."""
    gateways.revoke(visit.house, visit.actor, name, body.because)
    return done(visit.request, {"name": name}, "/accounts")
