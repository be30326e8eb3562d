"""Which freezes does a table of comma-separated values hold?

Columns are found by their heads, whatever their case and order (HEADS); others are left alone. A day that ends a
freeze is in it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leverframe.nouns.freezes import ReadFreeze
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.policies.freezes import read_freeze
from leverframe.sources.policies.reading import Report, Section
from leverframe.sources.policies.yaml_values import Value

HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "title", "summary", "reason", "event"),
    "start": ("start", "starts", "first_day", "from", "start_date", "begin"),
    "end": ("end", "ends", "last_day", "to", "end_date"),
    "because": ("because", "why", "description", "notes", "source"),
    "zone": ("zone", "timezone", "tz"),
    "during_ramp": ("during_ramp",),
    "owner": ("owner",),
    "uid": ("uid", "id"),
    "targets": ("targets", "target", "features", "feature"),
    "regions": ("regions", "region"),
    "tiers": ("tiers", "tier"),
    "kinds": ("kinds", "kind"),
}
"""The heads under which each part of a freeze may stand; of several that a file has, the first counts."""

SCOPE = ("targets", "regions", "tiers", "kinds")
NEEDED = ("name", "start", "end")
A_DAY = len("2026-12-21")


def read(body: bytes, *, place: str) -> Sequence[ReadFreeze]:
    """Return the freezes of a table; raises Invalid with all faults."""
    try:
        lines = body.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as wrong:
        raise Invalid([Fault(place, f"it is no UTF-8 text: {wrong.reason}", "save it as CSV, UTF-8")]) from None
    rows = csv.reader(lines, strict=True)
    try:
        columns = _columns(next(rows, []), place)
        found = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as wrong:
        raise Invalid([Fault(f"{place}:{rows.line_num}", f"this is no CSV: {wrong}", "mend the line")]) from None
    report = Report()
    freezes = [freeze for line, row in found if (freeze := _row(row, columns, f"{place}:{line}", report))]
    report.faults += _twice(freezes)
    if report.faults:
        raise Invalid(report.faults)
    return freezes


def _columns(head: Sequence[str], place: str) -> dict[str, int]:
    """Find the column of each part by its head; raises Invalid where the name, the start or the end has none."""
    spelled = {cell.strip().lower().replace(" ", "_"): number for number, cell in reversed(list(enumerate(head)))}
    found = {part: spelled[word] for part, words in HEADS.items() for word in reversed(words) if word in spelled}
    if missing := [part for part in NEEDED if part not in found]:
        heads = "; ".join(f"{part}: {', '.join(HEADS[part])}" for part in missing)
        raise Invalid([Fault(f"{place}:1", f"no column is headed as a freeze's {', '.join(missing)}", heads)])
    return found


def _row(row: Sequence[str], columns: Mapping[str, int], place: str, report: Report) -> ReadFreeze | None:
    cells = {part: row[column].strip() for part, column in columns.items() if column < len(row)}
    told = {part: text for part, text in cells.items() if text}
    fields = {name: _value(place, item) for name, item in _fields(told)}
    with Section(report, Value(place, fields), "This row", place=place) as section:
        freeze = read_freeze(section)
    return ReadFreeze(freeze, told.get("uid") or f"{freeze.name}/{freeze.starts:%Y-%m-%d}", place) if freeze else None


def _fields(told: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Yield a row's cells as the fields that a freeze has in the policy."""
    days = all(len(told.get(part, "")) <= A_DAY for part in ("start", "end"))
    names = {"start": "first_day", "end": "last_day"} if days else {"start": "starts", "end": "ends"}
    for part, text in told.items():
        if part in names:
            yield names[part], text if days or len(text) > A_DAY else f"{text} 00:00"
        elif part not in (*SCOPE, "uid"):
            yield part, text
    if only := {part: told[part].replace(";", " ").split() for part in SCOPE if part in told}:
        yield "only", only


def _value(place: str, item: Any) -> Value:
    if isinstance(item, dict):
        return Value(place, {key: _value(place, names) for key, names in item.items()})
    return Value(place, [Value(place, name) for name in item] if isinstance(item, list) else item)


def _twice(freezes: Sequence[ReadFreeze]) -> Iterator[Fault]:
    """Yield each freeze that the file tells twice."""
    first: dict[str, str] = {}
    for read in freezes:
        if read.uid in first:
            yield Fault(read.place, f"{read.freeze.name} stands at {first[read.uid]} already", "keep one of the two")
        first.setdefault(read.uid, read.place)
