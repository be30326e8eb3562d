"""Which machines may ask in a person's name, and for what?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leverframe.cli.output import say, table, verbatim, when
from leverframe.cli.verbs import noun, server, show, verb

app = noun("Make, list and revoke API tokens. A token never signs.")


def add_to(parent: typer.Typer) -> None:
    """Add `token`."""
    parent.add_typer(app, name="token")


@verb(app, "list")
def list_tokens() -> None:
    """List your tokens; an administrator sees all."""
    show(server().get("/tokens"), _list)


def _list(document: Any) -> None:
    table(
        ("Id", "Account", "Name", "Scopes", "Expires", "Last used"),
        (
            (t["id"], t["account"], t["name"], t["scopes"], when(t["expires_at"]), when(t["last_used_at"]))
            for t in document["tokens"]
        ),
        empty="There is no token. Make one with: leverframe token add NAME --scope read",
    )


@verb(app, "add")
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What uses it, such as ci.")],
    scope: Annotated[list[str], typer.Option("--scope", help="read, change, switch, feedback, evidence or admin.")],
    days: Annotated[int, typer.Option("--days", help="How long it lives.")] = 90,
) -> None:
    """Make a token for yourself. Its secret is shown once."""
    answer = server(person=True).post("/tokens", {"name": name, "scopes": scope, "days": days})
    show(answer, _say_secret)


def _say_secret(document: Any) -> None:
    say(f"The token {document['id']} is made. This is its secret; it is not shown again:")
    verbatim(document["secret"])


@verb(app, "revoke")
def revoke(token: Annotated[str, typer.Argument(metavar="ID", help="The token's id.")]) -> None:
    """Revoke a token: your own, or any as an administrator."""
    answer = server().delete(f"/tokens/{token}")
    show(answer, lambda _: say(f"The token {token} is revoked."))
