"""Which game days were held, what have they proved, and how is one followed, left, resumed and aborted?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import sleep
from typing import Annotated, Any

import typer

from leverframe.cli.output import facts, heading, listing, marked, say, share, table, when
from leverframe.cli.verbs import Because, noun, said, server, show, verb
from leverframe.client import Server, at

Id = Annotated[str, typer.Argument(metavar="ID", help="The game day's id, such as GD-2026-001.")]
FOUND = 1
"""The exit code of a game day that has not passed whole."""
LOOK_AGAIN_SECONDS = 0.5
OVER = ("passed", "failed", "aborted")

app = noun("List, show, pause, resume and abort game days; leverframe switch exercise begins one.")


def add_to(parent: typer.Typer) -> None:
    """Add `game-day`."""
    parent.add_typer(app, name="game-day")


@verb(app, "list")
def list_game_days() -> None:
    """List the game days, the newest first."""
    show(server().get("/game-days"), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Game day", "State", ">Exercised", ">Failed", "Begun"),
        (_line(line, line["day"]) for line in document["game_days"]),
        empty="No game day was held yet. Hold the first one: leverframe switch exercise --all --because TEXT",
    )


def _line(line: Mapping[str, Any], day: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    exercised = f"{line['over']} of {line['switches']}"
    cells = (day["id"], marked(day["state"]), exercised, str(line["failed"]), when(day["started_at"]))
    return cells, f"{day['because']}; by {day['started_by']}, {_slice(day)}"


def _slice(day: Mapping[str, Any]) -> str:
    return f"for {share(day['share_percent'])} of users" if day["slice"] == "share" else "for a synthetic tenant"


@verb(app, "show")
def show_game_day(id: Id) -> None:
    """Show one game day: each switch, what was found, and what would mend it."""
    show(server().get(at("game-days", id)), say_whole)


def say_whole(document: Mapping[str, Any]) -> None:
    """Show a game day with its exercises and findings."""
    day = document["day"]
    say(f"Game day {day['id']}", style="bold")
    facts(
        (
            ("State", marked(day["state"])),
            ("Because", day["because"]),
            ("Begun", f"{when(day['started_at'])} by {day['started_by']}, {_slice(day)}"),
            ("Ended", day["ended_at"] and when(day["ended_at"])),
            ("Exercised", f"{document['over']} of {len(document['exercises'])}"),
        )
    )
    heading("Switches")
    rows = (
        (each["switch"], marked(each["state"]), _milliseconds(each["effect_ms"]), each["receipt"])
        for each in document["exercises"]
    )
    table(("=Switch", "State", ">Flip to effect", "Receipt"), rows, empty="It has none.")
    say_findings(document)


def _milliseconds(found: float | None) -> str:
    return "" if found is None else f"{found:.0f} ms"


def say_findings(document: Mapping[str, Any]) -> None:
    """Show what was found, each with what would mend it."""
    found = [(each["switch"], finding) for each in document["exercises"] for finding in each["findings"]]
    if not found:
        return
    heading("Found")
    rows = ((switch, one["gateway"], f"{one['because']}. Remedy: {one['remedy']}") for switch, one in found)
    table(("=Switch", "Gateway", "What is wrong"), rows, empty="Nothing.")


@verb(app, "pause")
def pause(id: Id, because: Because = "") -> None:
    """Leave a game day: what it has thrown is set again, and no other switch is thrown until it is resumed."""
    _move(id, "pause", because, f"{id} is paused. Go on with it: leverframe game-day resume {id} --because TEXT")


@verb(app, "resume")
def resume(id: Id, because: Because = "") -> None:
    """Go on with what has not been proved yet."""
    _move(id, "resume", because, f"{id} goes on. See how far it is: leverframe game-day show {id}")


@verb(app, "abort")
def abort(id: Id, because: Because = "") -> None:
    """End a game day at once: what it has thrown is set again."""
    _move(id, "abort", because, f"{id} is aborted; what it had thrown is set again.")


def _move(id: str, act: str, because: str, sentence: str) -> None:
    show(server().post(at("game-days", id, act), {"because": because}), lambda _: say(sentence))


def follow(id: str) -> None:
    """Follow a game day to its end, a line as each switch ends; ends with FOUND unless all have passed.

    Ctrl-C leaves it running.
    """
    try:
        with server() as one:
            document = come_along(one, id, lambda each: None if said().json else _say_ended(each))
    except KeyboardInterrupt:
        way = f"It goes on. See how far it is: leverframe game-day show {id}; end it: leverframe game-day abort {id}"
        say(way, error=True)
        raise typer.Exit(FOUND) from None
    show(document, _say_end)
    if document["day"]["state"] != "done" or any(each["state"] != "passed" for each in document["exercises"]):
        raise typer.Exit(FOUND)


def come_along(
    one: Server, id: str, ended: Callable[[Mapping[str, Any]], None], pause: Callable[[float], None] = sleep
) -> dict[str, Any]:
    """Look at a game day until nothing moves in it any more; `ended` is told each exercise that is over, once."""
    told: set[str] = set()
    while True:
        document = one.get(at("game-days", id))
        for each in document["exercises"]:
            if each["state"] in OVER and each["id"] not in told:
                told.add(each["id"])
                ended(each)
        if document["day"]["state"] != "running":
            return document
        pause(LOOK_AGAIN_SECONDS)


def _say_ended(each: Mapping[str, Any]) -> None:
    effect = f", without it at every gateway after {each['effect_ms']:.0f} ms" if each["effect_ms"] else ""
    found = f": {'; '.join(one['because'] for one in each['findings'])}" if each["findings"] else ""
    say(f"{each['switch']} {each['state']}{effect}{found}.")


def _say_end(document: Mapping[str, Any]) -> None:
    day, every = document["day"], document["exercises"]
    passed = sum(each["state"] == "passed" for each in every)
    say(f"{day['id']} is {day['state']}: {passed} of {len(every)} switches passed.", style="bold")
    if day["state"] == "paused":
        say(f"Go on with it: leverframe game-day resume {day['id']} --because TEXT")
    say_findings(document)
