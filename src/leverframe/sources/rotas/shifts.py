"""Which shifts does a plain list tell?

YAML: a list of `who`, `from` and `until`, or a mapping with `zone` and `shifts`. A time may carry its offset; else it
is wall time in the zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from leverframe.nouns.rotas import Shift
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.policies.reading import Report, Section
from leverframe.sources.policies.yaml_values import Value, read_yaml
from leverframe.sources.rotas.moments import moment_of

PLACE = "rota"


def read(text: str, *, zone: str, begins: datetime, ends: datetime) -> list[Shift]:
    """Return the shifts of a list that touch a stretch; raises Invalid with all faults."""
    report = Report()
    documents = read_yaml(PLACE, text, report.faults)
    found = [shift for document in documents[:1] for shift in _of_document(document, zone, report)]
    if len(documents) > 1:
        report.error(documents[1].place, "There is more than one document in this file.", "Write one file for each.")
    if not found and not report.faults:
        report.error(f"{PLACE}:1", "There is no shift in this file.", "Write a list of `who`, `from` and `until`.")
    if report.faults:
        raise Invalid(report.faults)
    return [shift for shift in found if shift.ends_at > begins and shift.starts_at < ends]


def _of_document(document: Value, zone: str, report: Report) -> Iterator[Shift]:
    entries = document if isinstance(document.data, list) else None
    if entries is None:
        with Section(report, document, "The rota", place=f"{PLACE}:1") as section:
            zone, entries = section.zone("zone") or zone, section.value("shifts", required=True, example="[...]")
    if entries is None:
        return
    if not isinstance(entries.data, list):
        report.error(entries.place, "`shifts` is not a list.", "Begin each shift with `- `.")
        return
    for number, entry in enumerate(entries.data, 1):
        with Section(report, entry, f"Shift {number}", place=entry.place) as one:
            shift = _shift(one, zone)
        if shift:
            yield shift


def _shift(section: Section, zone: str) -> Shift | None:
    who = section.text("who", required=True, example="sol")
    for key in ("from", "until"):
        section.value(key, required=True, example="2026-05-11 08:00")
    starts, ends = (section.wall_time(key) for key in ("from", "until"))
    if not (who and starts and ends):
        return None
    starts_at, ends_at = _moment(starts, zone), _moment(ends, zone)
    if starts_at >= ends_at:
        section.wrong("until", "is not after its start", "Swap the two.")
    return Shift(who, starts_at, ends_at, email=who if "@" in who else "")


def _moment(wall: datetime, zone: str) -> datetime:
    return wall.astimezone(UTC) if wall.tzinfo else moment_of(wall, zone)
