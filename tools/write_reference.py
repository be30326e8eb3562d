"""Which commands and which addresses are there? Written into the reference, from the code.

Between the marks in `cli.md`, `http-api.md` and `change-file.md` of `docs/reference` all is written anew, and so is
`change.schema.json`; the rest of these pages is written by people. Run it after a command, an option, a route
or a field has changed.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from typer.core import TyperArgument, TyperGroup, TyperOption

from leverframe.cli.app import build as build_commands
from leverframe.nouns.field_guide import GUIDE
from leverframe.rules.field_asks import is_signed
from leverframe.sources.change_schema import change_schema
from leverframe.web.app import openapi_of
from leverframe.wiring import Settings
from leverframe.wiring import build as build_house

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference"
BEGIN, END = "<!-- from the code: begin -->", "<!-- from the code: end -->"
SHARED = ("--json", "--server", "--token-file", "--help")


def main() -> None:
    """Write what of the pages comes from the code."""
    _write(REFERENCE / "cli.md", "\n".join(_commands()))
    _write(REFERENCE / "http-api.md", "\n".join(_addresses()))
    _write(REFERENCE / "change-file.md", "\n".join(_fields()))
    (REFERENCE / "change.schema.json").write_text(schema_text(), "utf-8")


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by its full name."""
    yield from _below("leverframe", typer.main.get_command(build_commands()))


def addresses() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and description of every route."""
    with tempfile.TemporaryDirectory() as folder:
        built = build_house(Settings(Path(folder)))
        document = openapi_of(built.app)
        built.house.store.close()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def schema_text() -> str:
    """Return the JSON Schema of a change file as it is published."""
    return json.dumps(change_schema(), indent=2, ensure_ascii=False) + "\n"


def _write(page: Path, text: str) -> None:
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", "utf-8")


def _below(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup) or command.invoke_without_command:
        yield name, command
    if isinstance(command, TyperGroup):
        for child in command.commands.values():
            yield from _below(f"{name} {child.name}", child)


def _commands() -> Iterator[str]:
    for name, command in commands():
        arguments = [p for p in command.params if isinstance(p, TyperArgument)]
        words = " ".join((name, *(_argument(p) for p in arguments)))
        yield f"### `{words}`\n"
        yield f"{_sentence(command.help)}\n"
        options = [p for p in command.params if isinstance(p, TyperOption) and not p.hidden]
        rows = [p for p in options if p.opts[0] not in SHARED]
        if rows:
            yield "| option | says |\n|---|---|"
            yield from (_option(p) for p in rows)
            yield ""


def _fields() -> Iterator[str]:
    yield "| key | what it is for | form | left out | signed |\n|---|---|---|---|---|"
    for one in GUIDE:
        signed = "yes" if is_signed(one.name) else ""
        yield f"| `{one.name}` | {one.purpose} | {one.form} | {one.left_out} | {signed} |"


def _argument(parameter: TyperArgument) -> str:
    shown = parameter.metavar or (parameter.name or "").upper()
    return shown if parameter.required else f"[{shown}]"


def _option(parameter: TyperOption) -> str:
    words = parameter.opts[0] if parameter.is_flag else f"{parameter.opts[0]} {parameter.metavar or 'TEXT'}"
    default = parameter.default
    tail = "" if parameter.is_flag or default in (None, "", (), 0) or callable(default) else f" Default: `{default}`."
    need = " Required." if parameter.required else ""
    return f"| `{words}` | {(parameter.help or '').strip()}{tail}{need} |"


def _sentence(text: str | None) -> str:
    return re.sub(r"\s+", " ", (text or "").strip())


def _addresses() -> Iterator[str]:
    yield "| method | address | does |\n|---|---|---|"
    for method, path, operation in addresses():
        does = (operation.get("description") or operation.get("summary", "")).splitlines()[0]
        query = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        asked = f" Query: {', '.join(f'`{name}`' for name in query)}." if query else ""
        yield f"| `{method}` | `{path}` | {does}{asked} |"


if __name__ == "__main__":
    main()
