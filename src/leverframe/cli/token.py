"""Which machines may ask in a person's name, and for what?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import listing, say, verbatim, when
from leverframe.cli.verbs import noun, server, show, verb
from leverframe.client import at
from leverframe.nouns.people import SCOPES

app = noun("Make, list and revoke API tokens. A token never signs.")


def add_to(parent: typer.Typer) -> None:
    """Add `token`."""
    parent.add_typer(app, name="token")


@verb(app, "list")
def list_tokens() -> None:
    """List your tokens; an administrator sees all."""
    show(server().get("/tokens"), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Id", "Account", "Name", "Expires"),
        (_line(token) for token in document["tokens"]),
        empty="There is no token. Make one with: leverframe token add NAME --scope read",
    )


def _line(token: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    used = f"last used {when(token['last_used_at'])}" if token["last_used_at"] else "never used"
    cells = (token["id"], token["account"], token["name"], when(token["expires_at"]))
    return cells, f"may {', '.join(token['scopes'])}; {used}"


@verb(app, "add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What uses it, such as ci.")],
    scope: Annotated[list[str], typer.Option("--scope", help=f"One of {', '.join(SCOPES)}.")],
    days: Annotated[int, typer.Option("--days", help="How long it lives.")] = 90,
) -> None:
    """Make a token for yourself. Its secret is shown once."""
    answer = server(person=True).post("/tokens", {"name": name, "scopes": scope, "days": days})
    show(answer, _say_secret)


def _say_secret(document: Mapping[str, Any]) -> None:
    say(f"The token {document['id']} is made. This is its secret; it is not shown again:")
    verbatim(document["secret"])


@verb(app, "revoke")
def revoke(token: Annotated[str, typer.Argument(metavar="ID", help="The token's id.")]) -> None:
    """Revoke a token: your own, or any as an administrator."""
    answer = server().delete(at("tokens", token))
    show(answer, lambda _: say(f"The token {token} is revoked."))
