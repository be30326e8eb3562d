"""How is a server started?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leverframe.cli import here
from leverframe.cli.verbs import only_document, verb
from leverframe.nouns.switch_files import PATH

API, STREAM = "127.0.0.1:8700", "127.0.0.1:8701"
DATA = Path("leverframe-data")


def add_to(app: typer.Typer) -> None:
    """Add `serve`."""
    verb(app, "serve", local=True)(serve)


def serve(
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Where the database and the keys are.")] = DATA,
    database: Annotated[
        str, typer.Option("--database", metavar="URL", help="A PostgreSQL database; else SQLite in the data folder.")
    ] = "",
    listen: Annotated[str, typer.Option("--listen", metavar="HOST:PORT", help="The pages and the API.")] = API,
    stream_listen: Annotated[
        str, typer.Option("--stream-listen", metavar="HOST:PORT", help="The stream that gateways hold.")
    ] = STREAM,
    stream_address: Annotated[
        str, typer.Option("--stream-address", metavar="URL", help="What gateways are told, if a proxy is before it.")
    ] = "",
    checkpoints: Annotated[
        Path | None, typer.Option("--checkpoints", metavar="DIR", help="Where the audit log's signed heads go.")
    ] = None,
    switch_repo: Annotated[
        Path | None, typer.Option("--switch-repo", metavar="DIR", help="A git repository with the switch file.")
    ] = None,
    switch_branch: Annotated[
        str, typer.Option("--switch-branch", metavar="NAME", help="The branch whose commits are acted on.")
    ] = "main",
    switch_path: Annotated[
        str, typer.Option("--switch-path", metavar="PATH", help="The switch file in the repository.")
    ] = PATH,
    switch_write_back: Annotated[
        bool, typer.Option("--switch-write-back", help="Commit what is done elsewhere into the switch file.")
    ] = False,
    probes: Annotated[
        Path | None, typer.Option("--probes", metavar="DIR", help="The executables that switches' probes name.")
    ] = None,
    metrics: Annotated[
        Path | None, typer.Option("--metrics", metavar="DIR", help="The metric files that the policy names.")
    ] = None,
) -> None:
    """Run the control plane: API and pages, the clock, and the stream to gateways."""
    with only_document({"listen": listen, "stream_listen": stream_listen, "data": str(data)}):
        here.serve(
            data=data,
            database=database,
            listen=listen,
            stream_listen=stream_listen,
            stream_address=stream_address,
            checkpoints=checkpoints,
            switch_repo=switch_repo,
            switch_branch=switch_branch,
            switch_path=switch_path,
            switch_write_back=switch_write_back,
            probes=probes,
            metrics=metrics,
        )
