"""Who did what, and can it be proved?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli import here
from leverframe.cli.output import facts, faults, heading, listing, role, say, verbatim, when, words
from leverframe.cli.verbs import REFUSED, Database, noun, server, show, verb
from leverframe.nouns.documents import to_document

app = noun("Read the audit log, and verify it.")


def add_to(parent: typer.Typer) -> None:
    """Add `audit`."""
    parent.add_typer(app, name="audit")


@verb(app, "list")
def list_entries(
    act: Annotated[str, typer.Option("--act", help="Only this act, such as change.signed.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Only what this person or token did.")] = "",
    thing: Annotated[str, typer.Option("--object", help="Only what was done to this, such as a change's id.")] = "",
    since: Annotated[str, typer.Option("--since", help="Only since a while ago: 90m, 2h, 7d.")] = "",
    before: Annotated[int | None, typer.Option("--before", help="Only entries older than this one.")] = None,
) -> None:
    """List entries, newest first."""
    asked = {"act": act, "actor": actor, "object": thing, "since": since, "before": before}
    show(server().get("/audit", **asked), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        (">Leaf", "At", "Act", "By"),
        (_line(entry) for entry in document["entries"]),
        empty="No entry matches.",
    )
    if document["before"]:
        say(f"Older ones: leverframe audit list --before {document['before']}", style="dim")


def _line(e: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    return (e["leaf"], when(e["at"]), e["act"], _by(e)), f"{e['object']}: {e['because']}"


def _by(entry: Mapping[str, Any]) -> str:
    as_whom = role(entry["role"])
    return f"{entry['actor']} as {as_whom}" if as_whom and as_whom != entry["actor"] else entry["actor"]


@verb(app, "show")
def show_entry(leaf: Annotated[int, typer.Argument(metavar="LEAF", help="The entry's number in the log.")]) -> None:
    """Show one entry with its proof that it is in the log."""
    show(server().get(f"/audit/{leaf}"), _one)


def _one(document: Mapping[str, Any]) -> None:
    entry = document["entry"]
    facts(
        (
            ("Leaf", str(entry["leaf"])),
            ("At", when(entry["at"])),
            ("Act", entry["act"]),
            ("On", entry["object"]),
            ("By", _by(entry)),
            ("Because", entry["because"]),
            *((words(name), _fact(name, value)) for name, value in entry["facts"].items()),
        )
    )
    if entry["decided_digest"]:
        verbatim(f"Decided  {entry['decided_digest']}")
    if not document["verified"]:
        say("No signed head covers it yet.")
        return
    heading(f"Proved to be in the log of {document['checkpoint']['size']} entries, by these hashes")
    for hashed in document["proof"]:
        verbatim(hashed)


def _fact(name: str, value: Any) -> Any:
    """Say what the evidence found; its counts are for programs."""
    return f"{words(value['finding'])}; --json has its counts" if name == "evidence" else value


@verb(app, "verify")
def verify(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Verify this data folder, without a server.")
    ] = None,
    database: Database = "",
    checkpoints: Annotated[
        Path | None, typer.Option("--checkpoints", metavar="DIR", help="Signed heads kept outside the data folder.")
    ] = None,
) -> None:
    """Verify the whole log: every leaf, the tree, and each signed head. Ends with 2 where something does not hold."""
    if data is None:
        report = server().get("/audit/verification")
    else:
        report = to_document(here.prove_log(data, database, checkpoints))
    show(report, _report)
    if report["faults"]:
        raise typer.Exit(REFUSED)


def _report(report: Mapping[str, Any]) -> None:
    waiting = f"; {report['unnumbered']} not yet under a signed head" if report["unnumbered"] else ""
    say(f"{report['verified']} of {report['entries']} entries are verified{waiting}.")
    faults(report["faults"])
    say("Something does not hold." if report["faults"] else "Nothing is wrong with the log.")
