"""Who did what, and can it be proved?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import facts, heading, say, table, when, words
from leverframe.cli.verbs import noun, server, show, verb

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
    table(
        (">Leaf", "At", "Act", "On", "By", "Because"),
        ((e["leaf"], when(e["at"]), words(e["act"]), e["object"], _by(e), e["because"]) for e in document["entries"]),
        empty="No entry matches.",
    )
    if document.get("before"):
        say(f"Older ones: leverframe audit list --before {document['before']}", style="dim")


def _by(entry: Mapping[str, Any]) -> str:
    return f"{entry['actor']} as {words(entry['role'])}" if entry["role"] else entry["actor"]


@verb(app, "show")
def show_entry(leaf: Annotated[int, typer.Argument(metavar="LEAF", help="The entry's number in the log.")]) -> None:
    """Show one entry with its proof that it is in the log."""
    show(server().get(f"/audit/{leaf}"), _one)


def _one(document: Mapping[str, Any]) -> None:
    entry = document.get("entry") or document
    facts(
        (
            ("Leaf", entry["leaf"]),
            ("At", when(entry["at"])),
            ("Act", entry["act"]),
            ("On", entry["object"]),
            ("By", _by(entry)),
            ("Because", entry["because"]),
            ("Decided", entry["decided_digest"]),
            *((words(name), value) for name, value in entry["facts"].items()),
        )
    )
    proof = document.get("proof")
    if proof is not None:
        heading(f"Proof: {len(proof)} hashes up to the signed head of {document['checkpoint']['size']} entries")
        for hash_ in proof:
            say(hash_)


@verb(app, "verify")
def verify() -> None:
    """Verify the whole log: every leaf, the tree, and each signed head."""
    document = server().get("/audit/verification")
    show(document, lambda report: facts((words(name), value) for name, value in report.items()))
