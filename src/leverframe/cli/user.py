"""Who has an account, and which roles does the policy give them?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leverframe.cli.login import read_password
from leverframe.cli.output import role, say, table
from leverframe.cli.verbs import Because, noun, server, show, verb
from leverframe.client import at

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name in the catalog.")]

app = noun("Give people accounts. Their roles come from their groups, by the policy.")


def add_to(parent: typer.Typer) -> None:
    """Add `user`."""
    parent.add_typer(app, name="user")


@verb(app, "list")
def list_users() -> None:
    """List the people of the catalog, their roles, and whether they can log in."""
    show(server().get("/accounts"), _list)


def _list(document: Any) -> None:
    table(
        ("Name", "Title", "Roles", "Account"),
        ((p["name"], p["title"], [role(r) for r in p["roles"]], _account(p)) for p in document["people"]),
        empty="There is nobody in the catalog.",
    )


def _account(person: dict[str, Any]) -> str:
    if person["disabled"]:
        return "disabled"
    return "yes" if person["has_account"] else "none"


@verb(app, "add")
def add(
    name: Name,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from a pipe.")] = False,
) -> None:
    """Give a person of the catalog an account."""
    password = read_password(password_stdin, twice=True)
    answer = server().post("/accounts", {"name": name, "password": password})
    show(answer, lambda _: say(f"{name} has an account."))


@verb(app, "disable")
def disable(name: Name, because: Because = "") -> None:
    """Close a person's account: their sessions and tokens end at once."""
    answer = server().delete(at("accounts", name), {"because": because})
    show(answer, lambda _: say(f"The account of {name} is closed."))
