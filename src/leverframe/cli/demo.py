"""How is the product shown?"""

from __future__ import annotations

from typing import Annotated

import typer

from leverframe.cli import here
from leverframe.cli.verbs import said, verb


def add_to(app: typer.Typer) -> None:
    """Add `demo`."""
    verb(app, "demo", local=True)(demo)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Run the show once and end, without a browser.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the demo's data when it ends.")] = False,
    port: Annotated[int, typer.Option("--port", help="The port of the pages; the next free one without it.")] = 0,
) -> None:
    """Show a week of ramps in a few minutes: two gateways, synthetic users and a clock that runs ahead."""
    code = here.demo(once=once, json=said().json, keep=keep, port=port)
    if code:
        raise typer.Exit(code)
