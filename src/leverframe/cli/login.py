"""How does a person open and end a session?"""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from leverframe.cli.credentials import address_of, forget, keep, saved
from leverframe.cli.output import say, when
from leverframe.cli.verbs import said, show, verb
from leverframe.client import SESSION_COOKIE, Credentials, Problem, Server, document_of


def add_to(app: typer.Typer) -> None:
    """Add `login` and `logout`."""
    verb(app, "login")(login)
    verb(app, "logout")(logout)


def login(
    name: Annotated[str, typer.Option("--name", help="Your account; asked for when left out.")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from a pipe.")] = False,
) -> None:
    """Open a session; it lasts 12 hours and is kept in a file that only you may read."""
    address = address_of(said().server)
    name = name or typer.prompt("Name", err=True)
    password = read_password(password_stdin)
    with Server(address) as server:
        answer = server.answer("POST", "/sessions", body={"name": name, "password": password})
        document = document_of(answer)
    cookie = answer.cookies.get(SESSION_COOKIE)
    if not cookie or not isinstance(document, dict):
        title = f"{address} opened no session"
        raise Problem({"status": answer.status_code, "title": title, "remedy": "check the address"})
    session = Credentials(name, cookie, str(document["csrf"]), str(document["expires_at"]))
    keep(address, session)
    show({"name": name, "server": address, "expires_at": session.expires_at}, _say_opened)


def read_password(from_pipe: bool, *, twice: bool = False) -> str:
    """Read a password: the first line of a pipe, or typed without being shown."""
    if from_pipe:
        return sys.stdin.readline().rstrip("\r\n")
    return typer.prompt("Password", hide_input=True, confirmation_prompt=twice, err=True)


def _say_opened(document: dict[str, Any]) -> None:
    say(f"{document['name']} is logged in at {document['server']} until {when(document['expires_at'])}.")


def logout() -> None:
    """End the session on the server, and forget it here."""
    address = address_of(said().server)
    session = saved().sessions.get(address)
    if session is not None:
        try:
            with Server(address, session) as server:
                server.post("/sessions/end")
        except Problem as problem:
            if problem.status not in (401, 403):
                raise
        forget(address)
    sentence = f"Nobody is logged in at {address} any more."
    show({"server": address, "ended": session is not None}, lambda _: say(sentence))
