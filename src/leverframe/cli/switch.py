"""What is off, does it work, and how is it thrown?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli.game_day import follow
from leverframe.cli.output import facts, faults, heading, indented, listing, marked, role, say, table, verdicts, when
from leverframe.cli.receipts import say_number
from leverframe.cli.verbs import REFUSED, Because, noun, read_text, said, server, show, verb
from leverframe.client import at
from leverframe.nouns.documents import from_document
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Fault, Invalid, NotFound

DRIFTED = 1
"""How `switch drift` ends where the file and the levers differ, so that a job can ask for it."""

Id = Annotated[str, typer.Argument(metavar="SWITCH", help="Its layer and key, such as feature/policy-search-v1.")]

app = noun("List, throw, set and exercise kill switches.")


def add_to(parent: typer.Typer) -> None:
    """Add `switch`."""
    parent.add_typer(app, name="switch")


@verb(app, "list")
def list_switches() -> None:
    """List every kill switch: what is thrown, and what stands behind it."""
    show(server().get("/switches"), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Switch", "State", "Exercised", "Owner"),
        (_line(line["switch"], line) for line in lines(document)),
        empty="There is no kill switch; the policy's gateway-policies/kill-switches.yaml names them.",
    )


def _line(switch: Mapping[str, Any], line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    name = f"{switch['layer']}/{switch['key']}"
    cells = (
        name,
        marked("thrown" if switch["thrown"] else "set"),
        _exercised(line),
        switch["owner"],
    )
    unsound = "" if line["fallback_ok"]["outcome"] != "not_met" else f" ({line['fallback_ok']['because']})"
    fallback = f"falls back to {switch['fallback']}{unsound}" if switch["fallback"] else "no fallback"
    thrown = f"thrown: {switch['because']}" if switch["thrown"] else ""
    drift = [f"the file in git says {row['file_says']}" for row in line.get("drift") or ()]
    return cells, "; ".join(filter(None, (thrown, "" if switch["layer"] == "tenant" else fallback, *drift)))


def _exercised(line: Mapping[str, Any]) -> str:
    """Say when a switch was last proved, and how fresh that is where it is not."""
    on, stands = line["switch"]["exercised_on"] or "never", line.get("freshness", "fresh")
    return on if stands in ("fresh", "never") else f"{on}, {stands}"


def _proof(proof: Mapping[str, Any]) -> str:
    return f"it {'passed' if proof['passed'] else 'failed'}: leverframe game-day show {proof['game_day']}"


def lines(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the switches of the lever frame, whose layers are (title, owner, lines)."""
    return [line for _, _, layer in document["layers"] for line in layer]


@verb(app, "show")
def show_switch(switch: Id) -> None:
    """Show one kill switch: its fallback, its last exercise, who threw it and who may set it again."""
    show(server().get(at("switches", *which(switch))), _whole)


def _whole(document: Mapping[str, Any]) -> None:
    switch = document["switch"]
    say(f"{switch['layer']}/{switch['key']}", style="bold")
    facts(
        (
            ("State", marked("thrown" if switch["thrown"] else "set")),
            ("Fallback", switch["fallback"]),
            ("Owner", switch["owner"]),
            ("Exercised", _exercised(document)),
            ("Proof", document.get("proof") and _proof(document["proof"])),
            ("Thrown by", switch["thrown"] and f"{switch['thrown_by']}, {when(switch['thrown_at'])}"),
            ("Because", switch["because"]),
            ("Ticket", switch["ticket"]),
            ("Ends", switch["expires_on"] and f"with {switch['expires_on']} ({switch['zone']})"),
            ("Contact", document.get("contact")),
            ("Named in", switch["place"]),
        )
    )
    for row in document.get("drift") or ():
        say(f"The file in git says {row['file_says']}: {row['because']}.", style="yellow")
        if row["remedy"]:
            indented(f"Remedy: {row['remedy']}")
    verdicts([document["fallback_ok"]])
    if document["seats"]:
        heading("Asked to be set again" if document["request"] else "To set it again")
        if document["request"] and document["request"].get("asked_by"):
            say(f"{document['request']['asked_by']} asks: {document['request']['because']}")
        say_seats(document["seats"])
    if document["waits_for"]:
        say(f"All have signed; it waits because {document['waits_for']}.")


def say_seats(seats: Any) -> None:
    """Show who has signed of those that are asked."""
    rows = ((role(code), f"{len(people)} of {count}", people) for code, count, people, *_ in seats)
    table(("=Role", ">Signed", "By"), rows, empty="Nobody is asked.")


def which(switch: str) -> tuple[str, str]:
    """Return a switch's layer and key; raises Invalid."""
    layer, _, key = switch.partition("/")
    if layer not in list(Layer) or not key:
        because = f"`{switch}` names no switch"
        raise Invalid([Fault("SWITCH", because, f"write it as layer/key; the layers are {', '.join(Layer)}")])
    return layer, key


@verb(app, "throw")
def throw(
    switch: Id,
    because: Because = "",
    ticket: Annotated[str, typer.Option("--ticket", help="The ticket it belongs to.")] = "",
    expires_on: Annotated[str, typer.Option("--expires-on", metavar="DATE", help="A tenant's last day off.")] = "",
) -> None:
    """Throw a kill switch at once: one person, one reason, at any hour. The receipt counts the gateways."""
    body = {"because": because, "ticket": ticket, "expires_on": expires_on}
    show(server().put(at("switches", *which(switch), "throw"), {k: v for k, v in body.items() if v}), _thrown)


def _thrown(document: Mapping[str, Any]) -> None:
    switch = document["switch"]
    say(f"{switch['layer']}/{switch['key']} is thrown.")
    say_number(document)


@verb(app, "set")
def set_again(
    switch: Id,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="The role in which you sign.")],
    because: Because = "",
) -> None:
    """Sign that a switch is set again; it is set when all seats are filled and a window is open."""
    body = {"because": because, "role": role}
    show(server(person=True).post(at("switches", *which(switch), "set"), body), _signed)


def _signed(document: Mapping[str, Any]) -> None:
    switch = document["switch"]
    name = f"{switch['layer']}/{switch['key']}"
    filled = all(len(people) >= count for _, count, people, *_ in document["seats"])
    waits = "it is set when a window opens" if filled else "it stays thrown until all have signed"
    say(f"{name} is set." if document["done"] else f"Your sign-off is recorded; {waits}.")
    say_seats(document["seats"])


@verb(app, "drift")
def drift() -> None:
    """List where the switch file in git says otherwise than the levers. Ends with 1 while it does, or is unread."""
    file = server().get("/switches").get("file")
    if file is None:
        raise NotFound("this server follows no switch file in git", remedy="leverframe serve --switch-repo DIR")
    show(file, _say_drift)
    if file["state"] != "in_step":
        raise typer.Exit(DRIFTED)


def _say_drift(file: Mapping[str, Any]) -> None:
    commit, behind = file["commit"], (file["commit"] or {}).get("behind") or {}
    known = f"{behind.get('person') or 'nobody known'}, {behind.get('known_by') or behind.get('because')}"
    facts(
        (
            ("File", f"{file['path']} on {file['branch']} of {file['repository']}"),
            ("Commit", commit and f"{commit['id'][:10]} {commit['subject']}"),
            ("Behind it", commit and ("Leverframe itself" if commit["ours"] else known)),
            ("Seen", file["seen_at"] and when(file["seen_at"])),
            ("Last failure", file["failed_at"] and f"{when(file['failed_at'])} {file['failure']}".strip()),
            ("Not written", file["kept"]),
        )
    )
    say(f"{file['because'][:1].upper()}{file['because'][1:]}.")
    faults(file["faults"])
    if file["drift"]:
        listing(("Switch", "The file says", "It is"), (_drift_line(row) for row in file["drift"]), empty="")


def _drift_line(row: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    below = f"{row['because']}; {row['remedy']}" if row["remedy"] else row["because"]
    return (row["switch"], row["file_says"], row["stands"]), below


@verb(app, "exercise")
def exercise(
    switches: Annotated[
        list[str] | None, typer.Argument(metavar="SWITCH...", help="Their layers and keys.", show_default=False)
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All switches that are set.")] = False,
    slice: Annotated[
        str, typer.Option("--slice", metavar="KIND", help="synthetic: a tenant that nobody is; share: some users.")
    ] = "synthetic",
    percent: Annotated[float, typer.Option("--percent", help="The share of users, at most 1.")] = 0.1,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Begin it, and do not follow it.")] = False,
    because: Because = "",
) -> None:
    """Hold a game day: throw one switch after the other on a slice, ask the gateways, set it again.

    Follows it to its end; the exit code is 0 where all have passed, and 1 where something was found.
    """
    body = {"switches": _chosen(switches or [], every), "because": because}
    day = server().post("/game-days", {**body, "slice": slice, "share_percent": percent})
    if no_wait:
        show(day, lambda _: say(f"{day['id']} has begun. See how far it is: leverframe game-day show {day['id']}"))
        return
    if not said().json:
        count = "1 switch" if len(day["switches"]) == 1 else f"{len(day['switches'])} switches"
        say(f"{day['id']} has begun, with {count}. Ctrl-C leaves it running.")
    follow(day["id"])


def _chosen(named: list[str], every: bool) -> list[str]:
    if bool(named) == every:
        because = "some switches are named, and all are meant" if every else "no switch is named"
        raise Invalid([Fault("SWITCH", because, "name switches, or say --all")])
    return ["/".join(which(switch)) for switch in named]


@verb(app, "fmt")
def fmt(
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The switch file; - reads it from a pipe.")
    ] = None,
    from_server: Annotated[
        bool, typer.Option("--from-server", help="Take the file of the branch that the server follows.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write it back into the file.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Print what differs, and fail where something does.")
    ] = False,
) -> None:
    """Print the switch file as the levers stand now: the same to the byte, but for the levers that it says otherwise.

    What a commit of it widens waits for its sign-offs all the same.
    """
    if (path is None) != from_server:
        raise Invalid([Fault("FILE", "one file is needed", "name a FILE, or take the server's: --from-server")])
    if write and (path is None or str(path) == "-"):
        because = "a pipe cannot be written back" if path else "the server's own file is not written here"
        raise Invalid([Fault("--write", because, "leave --write out: it is printed")])
    after, differs = _of_server() if path is None else _of_file(path)
    if write and path is not None and differs:
        aside = path.with_name(f"{path.name}.{os.getpid()}.part")
        aside.write_bytes(after.encode())
        aside.replace(path)
    show({"differs": differs, "text": after}, lambda _: _say_differs(differs) if check or write else _print(after))
    if check and differs:
        raise typer.Exit(REFUSED)


def _of_server() -> tuple[str, tuple[str, ...]]:
    told = server().get("/switches/file")
    return told["text"], tuple(told["differs"])


def _of_file(path: Path) -> tuple[str, tuple[str, ...]]:
    from leverframe.sources.policies.switch_file import rewritten

    standing = [from_document(Switch, line["switch"]) for line in lines(server().get("/switches"))]
    return rewritten(read_text(path), standing, str(path))


def _say_differs(differs: tuple[str, ...]) -> None:
    say(f"The file differs in {', '.join(differs)}." if differs else "The file says how the levers stand.")


def _print(text: str) -> None:
    typer.get_binary_stream("stdout").write(text.encode())
