"""Would today's rules have done the same with a ramp?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import indented, say, share, when, words
from leverframe.cli.verbs import REFUSED, server, show, verb
from leverframe.client import at
from leverframe.nouns.documents import from_document
from leverframe.nouns.replays import Earlier, Replay, ReplayedStep

WIDTH = 11
"""Of the longest mark, and two spaces."""


def add_to(app: typer.Typer) -> None:
    """Add `replay`."""
    verb(app, "replay")(replay)


def replay(change: Annotated[str, typer.Argument(metavar="CHG", help="The change's id.")]) -> None:
    """Ask today's rules about each step that a ramp took, and show every difference.

    Writes nothing. Ends with 2 where a verdict is not reproduced.
    """
    document = server().get(at("changes", change, "replay"))
    show(document, _say)
    if not document["same"]:
        raise typer.Exit(REFUSED)


def _say(document: Mapping[str, Any]) -> None:
    told = from_document(Replay, document)
    verdict = "every verdict is the same" if told.same else "it differs"
    say(f"{told.change}, asked again by today's rules: {verdict}", style="bold")
    say()
    for step in told.steps:
        _say_step(step, told.zone)
    say()
    some = f", one in {told.stride_minutes}" if told.stride_minutes > 1 else ""
    looked = f"{told.looks:,} minutes between the steps were looked at{some}"
    if told.earlier:
        say(f"{looked}. Today's rules would have acted earlier:")
    else:
        say(f"{looked}: at none would today's rules have acted earlier.")
    for each in told.earlier:
        _say_earlier(each, told.zone)


def _say_step(step: ReplayedStep, zone: str) -> None:
    mark = "not asked" if step.not_asked else "the same" if step.same else "differs"
    where = f" to {share(step.share_percent)}" if step.kind in ("promoted", "widened", "narrowed") else ""
    say(f"{mark:<{WIDTH}}{when(step.at, zone)}  {words(step.kind)}{where}, by {step.by}")
    if step.not_asked:
        indented(f"cannot be asked: {step.not_asked}", WIDTH, style="dim")
    elif step.today:
        indented(step.today.because, WIDTH, style="dim")
    for each in step.differences:
        aside = "" if each.kind.tells else " (no other verdict)"
        indented(f"{words(each.what)}{aside}: recorded {each.recorded}; today {each.today}", WIDTH)
    if step.then and not step.same:
        said = "the same step" if step.then_same else f"{words(step.then.step)}, {step.then.because}"
        indented(f"by the policy that was in force: {said}", WIDTH)


def _say_earlier(each: Earlier, zone: str) -> None:
    if each.recorded_at is None:
        instead = "where nothing is recorded yet"
    else:
        instead = f"before what was recorded: {words(each.instead_of)}, {when(each.recorded_at, zone)}"
    mark = "earlier" if each.same else "differs"
    say(f"{mark:<{WIDTH}}{when(each.at, zone)}  {words(each.answer.step)}, {instead}")
    indented(each.answer.because, WIDTH, style="dim")
