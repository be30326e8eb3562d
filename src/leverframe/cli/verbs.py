"""What do all commands share?

`--json`, `--server` and `--token-file` on each of them, one way to show an answer, and one meaning for each exit
code: 0 done, 2 refused, 3 no connection to the server; a bug is loud and ends with 1.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli import output
from leverframe.cli.credentials import address_of, credentials_for
from leverframe.client import Problem, Server, Unreachable
from leverframe.nouns.documents import to_document
from leverframe.nouns.verdicts import Conflict, Fault, Forbidden, Invalid, NotFound, Refused

REFUSED, NO_CONNECTION = 2, 3

Json = Annotated[bool, typer.Option("--json", help="Print the answer's document as JSON.")]
At = Annotated[str, typer.Option("--server", metavar="URL", help="The server's address. [env: LEVERFRAME_SERVER]")]
Token = Annotated[
    Path | None,
    typer.Option("--token-file", metavar="FILE", help="A file with an API token. [env: LEVERFRAME_TOKEN]"),
]
Because = Annotated[str, typer.Option("--because", "-b", metavar="TEXT", help="Why, in a few words.")]
Data = Annotated[Path, typer.Option("--data", metavar="DIR", help="The server's data folder.")]
Database = Annotated[str, typer.Option("--database", metavar="URL", help="The server's database, if not SQLite.")]


@dataclass(frozen=True, slots=True)
class Said:
    """What this command line says of all commands."""

    json: bool = False
    server: str = ""
    token_file: Path | None = None


NOTHING_SAID = Said()
_said: ContextVar[Said] = ContextVar("said", default=NOTHING_SAID)


def noun(help_text: str) -> typer.Typer:
    """Return the group of one noun's verbs."""
    return typer.Typer(help=help_text, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


def verb(app: typer.Typer, name: str, *, local: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command under a name, with the options that all share; a `local` one asks no server."""

    def register(act: Callable[..., None]) -> Callable[..., None]:
        app.command(name, help=inspect.getdoc(act))(with_shared(act, local=local))
        return act

    return register


def with_shared(act: Callable[..., None], *, local: bool = False) -> Callable[..., None]:
    """Return a command function that takes the shared options too, and turns errors into exit codes."""

    @functools.wraps(act)
    def run(**given: Any) -> None:
        said = Said(given.pop("json"), given.pop("server", ""), given.pop("token_file", None))
        _said.set(said)
        try:
            act(**given)
        except (Problem, Unreachable, Refused, Invalid, Conflict, NotFound, Forbidden) as error:
            raise typer.Exit(fail(error)) from None

    own = inspect.signature(act, eval_str=True)
    asking = {} if local else {"server": (At, ""), "token_file": (Token, None)}
    shared = {"json": (Json, False), **asking}
    extra = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for key, (kind, default) in shared.items()
    ]
    own_parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own.parameters.values()]
    run.__signature__ = own.replace(parameters=[*own_parameters, *extra])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in [*own_parameters, *extra]}
    return run


def said() -> Said:
    """Return what this command line says of all commands."""
    return _said.get()


def server(*, person: bool = False) -> Server:
    """Return the server that is meant; `person` asks with a person's session, never with a token."""
    address = address_of(said().server)
    try:
        credentials = credentials_for(address, said().token_file, person=person)
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid([Fault("--token-file", f"the token file cannot be read: {error}", "name a file")]) from None
    if person and not credentials.cookie:
        token = "a token never signs, and " if credentials_for(address, said().token_file, person=False).token else ""
        because = f"This needs a person's session: {token}nobody is logged in at {address}."
        raise Forbidden(because, remedy=f"leverframe login --server {address}")
    return Server(address, credentials)


def show(document: Any, human: Callable[[Any], None] | None = None) -> None:
    """Print the document with `--json`; else let `human` show it."""
    if said().json:
        output.print_document(document)
    elif human is not None:
        human(document)


@contextmanager
def only_document(document: Mapping[str, Any]) -> Iterator[None]:
    """Keep standard output for the document under `--json`, while a process runs that says other things too."""
    if not said().json:
        yield
        return
    output.print_document(document)
    with redirect_stdout(sys.stderr):
        yield


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, `-` for standard input; a file that cannot be read is Invalid."""
    try:
        return typer.get_binary_stream("stdin").read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        because = f"the file cannot be read: {error.strerror or error}"
        raise Invalid([Fault(str(path), because, "name a file that you may read")]) from None


def read_text(path: Path) -> str:
    """Return a file's text, `-` for standard input; a file that is no UTF-8 is Invalid too."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid([Fault(str(path), "the file is not UTF-8 text", "save it as UTF-8")]) from None


def fail(error: Exception) -> int:
    """Say why it did not happen, and return the exit code."""
    document = _problem(error)
    if said().json:
        output.print_document(document)
    else:
        _say_problem(document)
    return NO_CONNECTION if isinstance(error, Unreachable) else REFUSED


def _problem(error: Exception) -> dict[str, Any]:
    match error:
        case Problem():
            return error.document | ({"remedy": _login(error)} if error.status == 401 and not error.remedy else {})
        case Unreachable():
            remedy = "Start one with `leverframe serve`, or name another: --server URL, or LEVERFRAME_SERVER."
            return {"type": "no-connection", "title": str(error), "status": None, "detail": "", "remedy": remedy}
        case Refused():
            return _made("refused", "The rules say no", 409, str(error), verdicts=to_document(error.verdicts))
        case Invalid():
            return _made("invalid", "This cannot be read", 422, "", faults=to_document(error.faults))
        case Conflict():
            return _made("conflict", error.because, 412, "", remedy=error.remedy, differs=list(error.differs))
        case NotFound():
            return _made("not-found", error.because, 404, "", remedy=error.remedy)
        case Forbidden():
            return _made("forbidden", error.because, 403, "", remedy=error.remedy)
    raise error


def _made(kind: str, title: str, status: int, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": title, "status": status, "detail": detail, **more}


def _login(error: Problem) -> str:
    return "leverframe login, or a token: --token-file FILE" if error.status == 401 else ""


def _say_problem(document: Mapping[str, Any]) -> None:
    """Say a problem on standard error: each verdict or fault with its remedy, else the sentence with its remedy."""
    verdicts, faults = document.get("verdicts") or (), document.get("faults") or ()
    title, detail = str(document.get("title") or ""), str(document.get("detail") or "")
    output.say(title if verdicts or faults or not detail else f"{title}: {detail}", style="bold", error=True)
    output.verdicts(verdicts, error=True)
    output.faults(faults, error=True)
    if document.get("differs"):
        output.indented(f"Differs: {', '.join(document['differs'])}", error=True)
    if document.get("remedy"):
        output.indented(f"Remedy: {document['remedy']}", error=True)
