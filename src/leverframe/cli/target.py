"""What runs, and how is the first unit adopted?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli.output import listing, say
from leverframe.cli.verbs import Because, noun, read_text, server, show, verb
from leverframe.client import at
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.units import Unit

app = noun("List what runs on each feature, and adopt the unit that runs on day zero.")


def add_to(parent: typer.Typer) -> None:
    """Add `targets`."""
    parent.add_typer(app, name="targets")


@verb(app, "list")
def list_targets() -> None:
    """List the catalog's features with what runs on each."""
    show(server().get("/targets"), _list)


def _list(document: Any) -> None:
    listing(
        ("Target", "Tier", "Ramping"),
        (((t["target"]["id"], t["target"]["tier"], t["ramping"]), _unit(t["current"])) for t in document["targets"]),
        empty="The catalog has no feature.",
    )


def _unit(document: Mapping[str, Any] | None) -> str:
    return from_document(Unit, document).name if document else "none adopted"


@verb(app, "adopt")
def adopt(
    target: Annotated[str, typer.Argument(metavar="TARGET", help="The feature's id.")],
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The unit as YAML; - reads it from a pipe.")
    ] = None,
    prompt: Annotated[str, typer.Option("--prompt", metavar="NAME@VERSION")] = "",
    model: Annotated[str, typer.Option("--model", metavar="PLATFORM.MODEL")] = "",
    index: Annotated[str, typer.Option("--index", help="The retrieval index.")] = "",
    code_ref: Annotated[str, typer.Option("--code-ref", help="The code's revision.")] = "",
    config_digest: Annotated[str, typer.Option("--config-digest", help="The configuration's digest.")] = "",
    because: Because = "the unit that runs today",
) -> None:
    """Write down the unit that runs on day zero: by the owner, once, without a ramp."""
    from leverframe.sources.changes import read_unit

    given = Unit(prompt, model, index, code_ref, config_digest)
    unit = read_unit(read_text(path), place=str(path)) if path else given
    answer = server().put(at("targets", target, "unit"), {"unit": to_document(unit), "because": because})
    show(answer, lambda _: say(f"{target} runs {unit.name}."))
