"""How is an answer shown: as a page, as JSON, or as a table for a spreadsheet?"""

from __future__ import annotations

import csv
import hashlib
import io
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from leverframe.nouns.documents import to_document
from leverframe.nouns.people import Actor
from leverframe.rules import rehearsal_endings
from leverframe.rules.cab_words import APPROVES, RETURNS
from leverframe.web import (
    baselines,
    calendar_pictures,
    filters,
    growth,
    marks,
    month_pictures,
    pictures,
    population_marks,
    readings,
    rehearsal_pictures,
    staircases,
)
from leverframe.web.headers import PAGE_HEADERS
from leverframe.web.problems import Problem

FORMATS = {"text/html": "html", "application/json": "json", "application/problem+json": "json", "text/csv": "csv"}
NEVER_KEPT = frozenset({"csrf", "password", "_method"})
"""Fields that are not shown again when a form is refused."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page: their account (None: not logged in), their zone, and the time it is for them.

    `csrf` goes into every form. `solo` is the policy's; `demo_people` are those whom a visitor of the demo may
    act as (empty: no demo). `withheld` says why what is decided reaches no gateway (empty: it does).
    """

    now: datetime
    zone: str = "UTC"
    actor: Actor | None = None
    csrf: str = ""
    solo: bool = False
    demo_people: tuple[str, ...] = ()
    organisation: str = ""
    withheld: str = ""


ANONYMOUS = Reader(datetime(1970, 1, 1, tzinfo=UTC))


def respond(
    request: Request,
    template: str,
    view: Any,
    *,
    status: int = 200,
    rows: Iterable[Any] | None = None,
    problem: Problem | None = None,
    typed: Mapping[str, str] | None = None,
    form: str = "",
    at: str = "",
) -> Response:
    """Show a view as the request asks: HTML, JSON, or CSV of `rows` where the view is a list.

    `problem` and `typed` show a form of the page again, with what is wrong with it and what was typed; `form` says
    which (`POST way-back`), `at` the page's own address. Without `typed`, the address's query fills the forms, so
    that a link can carry what a person had written.
    """
    wanted = wanted_format(request)
    if wanted == "json":
        return JSONResponse(
            to_document(view), status, headers={"Vary": "Accept, Cookie", "Cache-Control": "no-store"}
        )
    if wanted == "csv" and rows is not None:
        return csv_response(rows, template.removesuffix(".html"))
    typed = {name: value for name, value in (typed or request.query_params).items() if name not in NEVER_KEPT}
    page = render(request, template, view, at=at, problem=problem, typed=typed, form=form)
    return HTMLResponse(page, status, headers=PAGE_HEADERS)


def respond_problem(
    request: Request, problem: Problem, kept: Mapping[str, str] | None = None, *, back: str = ""
) -> Response:
    """Show what went wrong: RFC 9457 for a program, a page that keeps what was typed for a person."""
    if wanted_format(request) != "html":
        return JSONResponse(problem.document(), problem.status, media_type="application/problem+json")
    shown = {name: value for name, value in (kept or {}).items() if name not in NEVER_KEPT}
    page = render(request, "problem.html", problem, kept=shown, back=back or _back_of(request))
    return HTMLResponse(page, problem.status, headers=PAGE_HEADERS)


def _back_of(request: Request) -> str:
    here = request.url.path
    return page_of(here) if request.method != "GET" else here.rpartition("/")[0] or "/"


def page_of(path: str) -> str:
    """Return the page that a form of this path stands on: `/changes/CHG-…/sign-offs` stands on the change's."""
    parts = path.split("/")
    return "/".join(parts[: 4 if parts[1] == "switches" else 3]) if len(parts) > 3 else f"/{parts[1]}"


def wanted_format(request: Request) -> str:
    """Choose html, json or csv: `?format=` first, then the Accept header by weight.

    Where it prefers none of them (`*/*`): json for what comes with a token or a JSON body, html for the rest.
    """
    asked = request.query_params.get("format", "")
    if asked in FORMATS.values():
        return asked
    if request.headers.get("hx-request") == "true":
        return "html"
    weights = _weights(request.headers.get("accept", ""))
    best = max(FORMATS, key=lambda media: weights.get(media, 0.0))
    if not weights.get(best):
        return "json" if _is_program(request) else "html"
    return FORMATS[best]


def _is_program(request: Request) -> bool:
    return "authorization" in request.headers or request.headers.get("content-type", "").startswith(
        "application/json"
    )


def _weights(accept: str) -> dict[str, float]:
    weights = {}
    for part in accept.split(","):
        media, *parameters = (piece.strip() for piece in part.split(";"))
        quality = next((text[2:] for text in parameters if text.startswith("q=")), "1")
        weights[media.lower()] = float(quality) if quality.replace(".", "", 1).isdigit() else 0.0
    return weights


def csv_response(rows: Iterable[Any], name: str) -> Response:
    """Write rows (dataclasses) as CSV, one column a field."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(csv_text(list(rows)), media_type="text/csv; charset=utf-8", headers=headers)


def csv_text(rows: Sequence[Any]) -> str:
    """Return CSV text; a cell that a spreadsheet would run as a formula is quoted."""
    documents = [_flat(to_document(row)) for row in rows]
    columns = list(dict.fromkeys(name for document in documents for name in document))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([cell(document.get(name)) for name in columns] for document in documents)
    return out.getvalue()


def _flat(document: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[before + name] = value
    return flat


def cell(value: Any) -> str:
    """Write one cell; text that a spreadsheet would run as a formula is quoted."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(cell(item) for item in value)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" and text else text


def render(request: Request, template: str, view: Any, *, at: str = "", **more: Any) -> str:
    """Render a page for its reader (`request.state.reader`), under its own address where that is another."""
    reader = getattr(request.state, "reader", ANONYMOUS)
    query = f"?{request.url.query}" if request.url.query and not at else ""
    heard = getattr(request.state, "heard", "")
    return page(template, view, reader=reader, path=at or request.url.path, query=query, heard=heard, **more)


def page(template: str, view: Any, *, reader: Reader, path: str, query: str = "", **more: Any) -> str:
    """Render a template with a view; every name in it must exist."""
    context = {
        "view": view,
        "reader": reader,
        "actor": reader.actor,
        "csrf": reader.csrf,
        "solo": reader.solo,
        "withheld": reader.withheld,
        "demo_people": reader.demo_people,
        "now": reader.now,
        "zone": reader.zone,
        "path": path,
        "url": path + query,
        "typed": {},
        "form": "",
        "problem": None,
        "kept": {},
        "back": "",
        "heard": "",
        "is_live": template != "problem.html",
        **more,
    }
    with _ONE_AFTER_ANOTHER:
        return environment().get_template(template).render(context)


_ONE_AFTER_ANOTHER = threading.Lock()
"""Pages that are drawn side by side only take turns, and whoever stops something would wait for a turn of each."""


@cache
def environment() -> Environment:
    """Build the template environment once: our filters, every missing name an error."""
    room = Environment(
        loader=PackageLoader("leverframe.web", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    room.filters |= filters.FILTERS
    room.globals |= {name: getattr(marks, name) for name in MARKS}
    room.globals |= {name: getattr(pictures, name) for name in PICTURES}
    room.globals |= {name: getattr(calendar_pictures, name) for name in SCHEDULES}
    room.globals |= {"staircase_figure": staircases.staircase_figure, "interval_bars": readings.interval_bars}
    room.globals |= {"endings_figure": rehearsal_pictures.endings_figure, "summed": rehearsal_endings.summed}
    room.globals |= {"cab_approves": APPROVES, "cab_returns": RETURNS}
    room.globals |= {"population_mark": population_marks.population_mark}
    room.globals |= {"glass_mark": population_marks.glass_mark, "debt_mark": population_marks.debt_mark}
    room.globals |= {"failure_words": population_marks.FAILURE_WORDS}
    room.globals |= {"month_figure": month_pictures.month_figure}
    room.globals |= {"growth_figures": growth.growth_figures, "slices_table": growth.slices_table}
    room.globals |= {"locales_table": growth.locales_table, "baselines_table": baselines.baselines_table}
    room.globals |= {"asset": asset} | {name: getattr(filters, name) for name in SAID}
    return room


MARKS = (
    "mark",
    "shape",
    "state_mark",
    "verdict_mark",
    "opening_mark",
    "switch_mark",
    "digest_mark",
    "close_mark",
    "exercise_mark",
    "staging_mark",
    "freeze_mark",
    "cab_mark",
    "check_mark",
    "effect_mark",
    "review_mark",
)
SAID = ("filters_query", "can", "typed_of", "faults_at", "by_telling")
PICTURES = ("lever", "pips")
SCHEDULES = ("month_of_changes", "year_of_changes")


@cache
def asset(name: str) -> str:
    """Return an asset's address, with its content's digest, so that it may be kept for ever."""
    body = files("leverframe.web").joinpath("assets").joinpath(*name.split("/")).read_bytes()
    return f"/assets/{name}?v={hashlib.sha256(body).hexdigest()[:12]}"
