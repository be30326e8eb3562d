"""What does a person or a pipeline do with a change's evidence?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli import change_views as views
from leverframe.cli import output
from leverframe.cli.evidence_views import list_evidence, list_most, say_pull_request, staged
from leverframe.cli.output import say
from leverframe.cli.verbs import REFUSED, Because, noun, read_bytes, said, server, show, verb
from leverframe.client import Problem, Server, at
from leverframe.nouns.verdicts import Fault, Invalid

ANY_FILE = "application/octet-stream"
UNREADABLE = 422
RUN = ("evals", "staging")
"""What a job that runs evals on staging answers for: a review that is missing rolls nothing back."""
REVIEWED = ("checks", "code_review")
Change = Annotated[str, typer.Option("--change", metavar="CHG", help="The change's id, such as CHG-2026-00001.")]
Gate = Annotated[bool, typer.Option("--gate", help="End with exit code 2 where the evidence does not suffice.")]

app = noun("Put evidence on changes: eval results, and what became of them on staging.")


def add_to(parent: typer.Typer) -> None:
    """Add `evidence`."""
    parent.add_typer(app, name="evidence")


@verb(app, "add")
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Eval tools' output, as they wrote it.")],
    change: Change,
    of: Annotated[str, typer.Option(help="Whose results: candidate or deployed, where the file does not say.")] = "",
    tool_version: Annotated[str, typer.Option(help="The tool's version, where the file does not say.")] = "",
    gate: Gate = False,
) -> None:
    """Add eval tools' files to a change. New results void standing sign-offs.

    Each file is imported whole or not at all; what is wrong with any of them is told at once, with exit code 2.
    """
    bodies, one = _read(paths), server()
    before = one.get(at("changes", change))
    _send(one, change, bodies, {"of": of, "tool_version": tool_version})
    document = one.get(at("changes", change, "evidence"))
    show(document, lambda found: list_most(change, found["deltas"]))
    if not said().json:
        views.say_voided(before, one.get(at("changes", change)))
    if gate:
        _need_enough(document, RUN)


def _read(paths: Sequence[Path]) -> dict[Path, bytes]:
    bodies, faults = dict[Path, bytes](), list[Fault]()
    for path in paths:
        try:
            bodies[path] = read_bytes(path)
        except Invalid as wrong:
            faults += wrong.faults
    if faults:
        raise Invalid(faults)
    return bodies


def _send(one: Server, change: str, bodies: Mapping[Path, bytes], about: Mapping[str, str]) -> None:
    """Send each file; raises Invalid with the faults of all that cannot be read, when the others are sent."""
    faults: list[Fault] = []
    for path, body in bodies.items():
        try:
            one.send("POST", at("changes", change, "evidence"), body, ANY_FILE, name=path.name, **about)
        except Problem as problem:
            if problem.status != UNREADABLE:
                raise
            faults += [Fault(f"{path.name}: {f['place']}", f["because"], f["remedy"]) for f in problem.faults]
    if faults:
        raise Invalid(faults)


@verb(app, "list")
def list_all(change: Change, gate: Gate = False) -> None:
    """List a change's eval results beside the deployed unit's, its pull request, and what became of it on staging."""
    document = server().get(at("changes", change, "evidence"))
    show(document, list_evidence)
    if gate:
        _need_enough(document, RUN)


@verb(app, "staging")
def staging(
    done: Annotated[str, typer.Argument(metavar="deployed|rolled-back", help="What was done on staging.")],
    change: Change,
    because: Because = "",
    url: Annotated[str, typer.Option("--url", metavar="URL", help="Where to look: the pipeline's run.")] = "",
) -> None:
    """Record that a change's candidate was deployed to staging, or rolled back there.

    While the newest record is a rollback the change is not ready.
    """
    body = {"state": done, "because": because, "url": url}
    show(server().post(at("changes", change, "staging"), body), lambda row: say(f"{change}: {staged(row)}"))


@verb(app, "pull-request")
def pull_request(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="What the git host says: gh's JSON, or ours.")],
    change: Change,
    gate: Gate = False,
) -> None:
    """Record what the git host says of a change's pull request: its newest commit, checks and reviews.

    gh pr view --json url,headRefOid,state,author,commits,reviews,statusCheckRollup > FILE writes it. Where another
    commit was pushed since, standing sign-offs are void.
    """
    one = server()
    before = one.get(at("changes", change))
    seen = one.send("PUT", at("changes", change, "pull-request"), read_bytes(path), "application/json")
    show(seen, say_pull_request)
    if not said().json:
        views.say_voided(before, one.get(at("changes", change)))
    if gate:
        _need_enough(one.get(at("changes", change, "evidence")), REVIEWED)


def _need_enough(document: Mapping[str, Any], gates: Collection[str]) -> None:
    """End with exit code 2 and every reason, where one of these gates refuses."""
    noes = [answer for answer in _refusing(document["answers"]) if answer["gate"] in gates]
    if noes and not said().json:
        output.verdicts(noes, error=True)
    if noes:
        raise typer.Exit(REFUSED)


def _refusing(answers: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [answer for answer in views.not_met(answers) if answer["mode"] != "advise"]
