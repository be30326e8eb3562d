"""How is an answer shown: the server's document as it is, or calm tables for people?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from leverframe.rules.sign_offs import spoken

NOTHING = "-"
GAP = "  "
STYLES = {
    "met": "green",
    "not_met": "bold red",
    "not_needed": "dim",
    "bypassed": "bold yellow",
    "thrown": "bold red",
    "set": "green",
    "error": "bold red",
    "warning": "yellow",
}


def print_document(document: Any) -> None:
    """Print a document as JSON."""
    print(json.dumps(document, indent=2, ensure_ascii=False), flush=True)


def console(*, error: bool = False) -> Console:
    """Return a console that invents nothing: no markup, no highlighting; NO_COLOR and COLUMNS are respected."""
    return Console(stderr=error, markup=False, highlight=False, emoji=False)


def put(shown: RenderableType, *, error: bool = False, folded: bool = True) -> None:
    """Print something, without the spaces that fill its lines up; unfolded lines are as long as they are."""
    screen = console(error=error)
    with screen.capture() as caught:
        screen.print(shown, soft_wrap=not folded)
    screen.file.write(re.sub(r" +(?=\n)", "", caught.get()))


def say(text: str = "", *, style: str = "", error: bool = False) -> None:
    """Say one sentence."""
    put(Text(text, style=style), error=error)


def verbatim(text: str) -> None:
    """Print what people copy, such as a secret, a digest or a command: never folded."""
    put(Text(text), folded=False)


def indented(text: str, by: int = 2, *, style: str = "", error: bool = False) -> None:
    """Say a sentence, all its lines indented."""
    put(Padding(Text(text, style=style), (0, 0, 0, by), expand=False), error=error)


def heading(text: str) -> None:
    """Show a heading with an empty line before it."""
    say()
    say(text, style="bold")


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """Show rows under their columns, folded to the screen, or the sentence for none.

    A column that begins with `>` is a number's; one that begins with `=` is a name, which is never folded.
    """
    rows = [tuple(row) for row in rows]
    if not rows:
        say(empty, style="dim")
        return
    shown = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in columns:
        right, whole = name.startswith(">"), name.startswith((">", "="))
        shown.add_column(name.lstrip(">="), justify="right" if right else "left", overflow="fold", no_wrap=whole)
    for row in rows:
        shown.add_row(*(cell(value) for value in row))
    put(shown)


def listing(columns: Sequence[str], rows: Iterable[tuple[Sequence[Any], str]], *, empty: str) -> None:
    """Show rows of short cells, none of them folded, each with a sentence below it, or the sentence for none."""
    lines = [([cell(value) for value in cells], below) for cells, below in rows]
    if not lines:
        say(empty, style="dim")
        return
    names = [Text(name.lstrip(">"), style="dim") for name in columns]
    widths = [max(part.cell_len for part in column) for column in zip(names, *(c for c, _ in lines), strict=True)]
    for cells, below in [(names, ""), *lines]:
        line = [_filled(part, *size) for part, size in zip(cells, zip(columns, widths, strict=True), strict=True)]
        put(Text(GAP).join(line), folded=False)
        if below:
            indented(below, style="dim")


def _filled(part: Text, name: str, width: int) -> Text:
    fill = " " * (width - part.cell_len)
    return Text.assemble(fill, part) if name.startswith(">") else Text.assemble(part, fill)


def facts(pairs: Iterable[tuple[str, Any]]) -> None:
    """Show names with their values, one a line; empty values are left out."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in pairs:
        if value not in (None, False, "", [], (), {}):
            grid.add_row(name, cell(value))
    put(grid)


def cell(value: Any) -> Text:
    """Return a value as people read it: `-` for nothing, lists with commas, codes in their colour."""
    if isinstance(value, Text):
        return value
    if value is None or value == "" or value == []:
        return Text(NOTHING, style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, list | tuple):
        return Text(", ".join(str(item) for item in value))
    if isinstance(value, float):
        return Text(f"{value:g}")
    return Text(str(value))


def marked(code: str) -> Text:
    """Return a machine code as words in its colour; the word alone says it all."""
    return Text(words(code), style=STYLES.get(code, ""))


def words(code: Any) -> str:
    """Return a machine code as words: `not_met` is `not met`, `ai_risk_review` is `AI Risk review`."""
    return str(code or "").replace("_", " ").replace("ai risk", "AI Risk")


def role(code: Any) -> str:
    """Return a role as people say it: `ai_risk` is AI Risk."""
    return spoken(str(code or ""))


def when(moment: Any, zone: str = "") -> str:
    """Return an RFC 3339 time in a zone, else the reader's own, with its date and the zone's name."""
    if not moment:
        return NOTHING
    try:
        local = datetime.fromisoformat(str(moment)).astimezone(ZoneInfo(zone) if zone else None)
    except ValueError:
        return str(moment)
    return f"{local:%a %d %b %Y %H:%M} {local.tzname()}"


def wall(moment: Any) -> str:
    """Return a wall time, which has no zone of its own, as people write it."""
    return f"{datetime.fromisoformat(str(moment)):%a %d %b %Y %H:%M}" if moment else NOTHING


def share(percent: Any) -> str:
    """Return a share: 10 %, 0.5 %."""
    return NOTHING if percent is None else f"{float(percent):g} %"


def count(amount: Any) -> str:
    """Return a whole number with its thousands apart."""
    return NOTHING if amount is None else f"{int(amount):,}"


def short(digest: Any) -> str:
    """Return the beginning of a digest: enough to tell two apart."""
    return str(digest or NOTHING)[:19]


def verdicts(rows: Iterable[Mapping[str, Any]], *, error: bool = False) -> None:
    """Show answers of the rules: each with because, remedy and who."""
    for row in rows:
        outcome = str(row.get("outcome", ""))
        advises = " (advises)" if row.get("mode") == "advise" and outcome == "not_met" else ""
        line = Text.assemble((words(outcome), STYLES.get(outcome, "")), f"{advises}  {words(row.get('gate'))}: ")
        put(line.append(str(row.get("because", ""))), error=error)
        _way_on(row, error=error)


def faults(rows: Iterable[Mapping[str, Any]], *, error: bool = False) -> None:
    """Show what is wrong with an input: each with its place and remedy."""
    for row in rows:
        severity = str(row.get("severity") or "error")
        line = Text.assemble(f"{row.get('place', '')}: ", (severity, STYLES.get(severity, "")), ": ")
        put(line.append(str(row.get("because", ""))), error=error)
        _way_on(row, error=error)


def needs(rows: Iterable[Mapping[str, Any]]) -> None:
    """Show what is asked of a change: each answer, and the lines of the policy that ask for what is not met."""
    for row in rows:
        verdicts([row])
        if row.get("asked_at") and row["outcome"] == "not_met":
            indented(f"Asked by {', '.join(row['asked_at'])}", 4, style="dim")


def _way_on(row: Mapping[str, Any], *, error: bool) -> None:
    """Say the remedy, and who can, where the remedy does not name them."""
    remedy, who = str(row.get("remedy") or ""), str(row.get("who") or "")
    if remedy:
        indented(f"Remedy: {remedy}", 4, error=error)
    if who and who not in remedy:
        indented(f"Who: {who}", 4, error=error)
