"""How is a rota sent, who is on call, and whom does a change page?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli.change import Change
from leverframe.cli.change import app as change_app
from leverframe.cli.output import indented, listing, marked, say, when
from leverframe.cli.verbs import noun, read_bytes, server, show, verb
from leverframe.client import at

Name = Annotated[str, typer.Argument(metavar="NAME", help="The rota's name, as paging lists write it.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A calendar (.ics) or a list of shifts; - for stdin.")]

app = noun("Who is on call, as the files of the rotas say.")


def add_to(parent: typer.Typer) -> None:
    """Add `rota`; `change paging` is one of `change`."""
    parent.add_typer(app, name="rota")


@verb(app, "put")
def put(name: Name, file: File) -> None:
    """Send a rota: it takes the place of the former one of its name; a file with a fault changes nothing."""
    show(server().send("PUT", at("rotas", name), read_bytes(file), "application/octet-stream"), _say_put)


def _say_put(line: Mapping[str, Any]) -> None:
    say(f"{line['name']} is in force.", style="bold")
    _say_now(line["now"])


@verb(app, "list")
def list_rotas() -> None:
    """List the rotas: who is on call now, until when, and who is next."""
    show(server().get("/rotas"), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Rota", "State", "On call", "Sent by", "At"),
        (_line(line) for line in document["rotas"]),
        empty="No rota was sent yet: leverframe rota put NAME FILE",
    )
    for name in document["unsent"]:
        say(f"The catalog names {name} as on call, and no such rota was sent; the group of that name is paged.")


def _line(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    now = line["now"]
    people = [one["who"] for one in now["on_call"]]
    cells = (line["name"], marked(now["state"]), people, line["put_by"], when(line["put_at"]))
    return cells, "; ".join(part for part in (_until(now), now["fault"], now["warning"], _next(now)) if part)


def _say_now(now: Mapping[str, Any]) -> None:
    people = ", ".join(_carrier(one) for one in now["on_call"])
    for part in (people and f"On call now: {people}", now["fault"], now["warning"], _next(now)):
        if part:
            indented(part)


@verb(change_app, "paging")
def paging(change: Change) -> None:
    """Say whom a change pages now: each name of its paging list, by the rotas and the catalog."""
    show(server().get(at("changes", change, "paging")), _say_paging)


def _say_paging(document: Mapping[str, Any]) -> None:
    if not document["paged"]:
        say(f"{document['change']} has no paging list.")
    for one in document["paged"]:
        people = ", ".join(_carrier(each) for each in one["people"])
        meant = "as it is written" if one["kind"] == "address" else people or "nobody"
        say(f"{one['name']}: {meant}", style="" if one["people"] else "bold red")
        for part in (one["fault"], one["warning"], _next(one)):
            if part:
                indented(part)


def _carrier(one: Mapping[str, Any]) -> str:
    unknown = "" if one["known"] else " (not in the catalog)"
    until = f" until {when(one['ends_at'])}" if one["ends_at"] else ""
    return f"{one['who']}{unknown}{until}"


def _until(now: Mapping[str, Any]) -> str:
    return ", ".join(f"{one['who']} until {when(one['ends_at'])}" for one in now["on_call"])


def _next(told: Mapping[str, Any]) -> str:
    if not told["next"]:
        return ""
    return f"next {_and(one['who'] for one in told['next'])} from {when(told['next'][0]['starts_at'])}"


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)
