"""The population for the auditor: every change of a period, and what proves each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from leverframe.actions import population
from leverframe.actions.population import FILTERS, Asked
from leverframe.nouns.documents import to_document
from leverframe.nouns.population import PopulationRow, Signed
from leverframe.web.rendering import cell, respond, wanted_format
from leverframe.web.visits import Visiting

router = APIRouter(tags=["population"])
COLUMNS = tuple(PopulationRow.__slots__)
LINES_AT_ONCE = 200


def asked_of(request: Request, first: str, last: str, before: str = "") -> Asked:
    """Return what an address asks of the population."""
    filters = {name: text for name in FILTERS if (text := request.query_params.get(name, "").strip())}
    return Asked(first.strip(), last.strip(), filters, before.strip())


From = Annotated[str, Query(alias="from", description="the first day, such as 2026-10-01")]
To = Annotated[str, Query(alias="to", description="the last day, which is included")]


@router.get("/population")
def show_population(visit: Visiting, first: From = "", last: To = "", before: str = "") -> Response:
    """List every change of a period with the times that prove approval before start; the CSV has all of them."""
    asked = asked_of(visit.request, first, last, before)
    if wanted_format(visit.request) == "csv":
        return _table(population.all_rows(visit.house, visit.actor, asked))
    view = population.show_population(visit.house, visit.actor, asked)
    return respond(visit.request, "population.html", view)


def _table(rows: Iterable[PopulationRow]) -> Response:
    """Send a table row by row: a quarter of a large house fits into no answer at once."""
    headers = {"Content-Disposition": 'attachment; filename="population.csv"', "Cache-Control": "no-store"}
    return StreamingResponse(csv_lines(rows), media_type="text/csv; charset=utf-8", headers=headers)


def csv_lines(rows: Iterable[PopulationRow]) -> Iterator[str]:
    """Write rows as CSV, some hundred at a time."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for number, row in enumerate(rows):
        writer.writerow(_cell(getattr(row, name)) for name in COLUMNS)
        if number % LINES_AT_ONCE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return "; ".join(_cell(each) for each in value)
    if isinstance(value, Signed):
        return f"{value.role}: {value.person} {to_document(value.at)}"
    return cell(to_document(value))
