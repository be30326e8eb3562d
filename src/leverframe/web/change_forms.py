"""How is a change typed: in a form, as JSON, or as a file?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Query, Request

from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.changes import read_change_form
from leverframe.web.sent import FORMS, document, raw

CHANGE_FILE = "change.yaml"
YAML = ("application/yaml", "application/x-yaml", "text/yaml")
UNIT_FIELDS = ("prompt", "model", "index", "code_ref", "config_digest")
PLAIN_FIELDS = (
    "target",
    "title",
    "kind",
    "path",
    "rollback_plan",
    "restore_from",
    "kill_switch",
    "release_manager",
    "coordinator",
    "bridge",
)
TIME_FIELDS = {"opens_at": "beginning", "closes_at": "end", "not_after": "end of all widening"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A change as it was typed: `kept` is shown again where it is refused, `version` is what was read."""

    read: Any
    kept: Mapping[str, str]
    version: int = 0
    zone: str = "UTC"
    file: str = CHANGE_FILE

    def form(self) -> ChangeForm:
        """Read it; raises Invalid with all faults."""
        faults = list(_missing_times(self.kept))
        try:
            form = read_change_form(self.read, place=self.file, home_zone=self.zone)
        except Invalid as wrong:
            raise Invalid([*wrong.faults, *faults]) from None
        if faults:
            raise Invalid(faults)
        return form

    def so_far(self) -> tuple[ChangeForm, tuple[Fault, ...]]:
        """Read what can be read of a form that is still being filled in, and list what is wrong with the rest."""
        try:
            return self.form(), ()
        except Invalid as wrong:
            faults = wrong.faults
        if not isinstance(self.read, Mapping):
            raise Invalid(faults)
        bad = {fault.place.partition(".")[0].partition("[")[0] for fault in faults}
        rest = {name: value for name, value in self.read.items() if name not in bad}
        try:
            return read_change_form(rest, place=self.file, home_zone=self.zone), faults
        except Invalid:
            return ChangeForm(target=str(self.read.get("target") or "")), faults


async def typed(request: Request, name: Annotated[str, Query(max_length=200)] = "") -> Typed:
    """Take a change from a form, from JSON or from YAML; times without an offset are in the reader's zone.

    `name` is that of the YAML file, by which its faults are placed.
    """
    zone = getattr(getattr(request.state, "reader", None), "zone", "UTC")
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    named = request.headers.get("if-match", "")
    if kind in YAML:
        return Typed((await raw(request)).decode("utf-8", "replace"), {}, _version(named), zone, name or CHANGE_FILE)
    found = await document(request)
    if kind in FORMS:
        kept = {name: str(value) for name, value in found.items() if name != "csrf"}
        return Typed(from_fields(kept, zone), kept, _version(kept.get("version", "")), zone)
    form = {name: value for name, value in found.items() if name != "version"}
    return Typed(form, {}, _version(str(found.get("version", named))), zone)


def _version(text: str) -> int:
    text = text.strip('" ') or "0"
    if not text.isdigit():
        raise Invalid([Fault("version", f"{text} is no version", "send the version that you read")])
    return int(text)


def from_fields(typed: Mapping[str, str], zone: str) -> dict[str, Any]:
    """Return the nested form that flat fields describe; empty fields are left out."""
    form: dict[str, Any] = {name: typed[name].strip() for name in PLAIN_FIELDS if _has(typed, name)}
    unit = {name: typed[name].strip() for name in UNIT_FIELDS if _has(typed, name)}
    radius = _radius(typed)
    start = {} if any(_missing_times(typed)) else {n: in_zone(typed[n], zone) for n in TIME_FIELDS if _has(typed, n)}
    parts = {
        "candidate": unit,
        "blast_radius": radius,
        "start": start,
        "artefacts": _artefacts(typed.get("artefacts", "")),
    }
    form |= {name: part for name, part in parts.items() if part}
    if _has(typed, "plan"):
        form["ramp"] = typed["plan"].strip()
    if _has(typed, "paging"):
        form["paging"] = _listed(typed["paging"])
    return form


def _has(typed: Mapping[str, str], name: str) -> bool:
    return bool(typed.get(name, "").strip())


def _missing_times(typed: Mapping[str, str]) -> Iterator[Fault]:
    """Yield each time of a start window that was left empty while another was typed: a window has all three."""
    if any(_has(typed, name) for name in TIME_FIELDS):
        for name in TIME_FIELDS:
            if not _has(typed, name):
                remedy = "fill all three times, or none for the next opening"
                yield Fault(f"start.{name}", f"the start window is without its {TIME_FIELDS[name]}", remedy)


def _radius(typed: Mapping[str, str]) -> dict[str, Any]:
    radius: dict[str, Any] = {n: _number(typed[n]) for n in ("users", "max_share_percent") if _has(typed, n)}
    return radius | {n: _listed(typed[n]) for n in ("regions", "rings") if _has(typed, n)}


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _number(text: str) -> Any:
    """Return a number where it is one; the reader of the form says what is wrong with the rest."""
    try:
        value = float(text)
    except ValueError:
        return text
    return int(value) if value.is_integer() else value


def in_zone(text: str, zone: str) -> str:
    """Return the moment that a person typed without a zone as one in theirs."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).isoformat()


def _artefacts(text: str) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): link.strip() for name, link in pairs if name.strip()}


FORM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "target": {"type": "string"},
        "kind": {"type": "string"},
        "title": {"type": "string"},
        "path": {"type": "string"},
        "candidate": {"type": "object", "additionalProperties": {"type": "string"}},
        "rollback_plan": {"type": "string"},
        "restore_from": {"type": "string"},
        "kill_switch": {"type": "string"},
        "blast_radius": {"type": "object"},
        "artefacts": {"type": "object", "additionalProperties": {"type": "string"}},
        "start": {"type": "object"},
        "ramp": {"type": "string"},
        "release_manager": {"type": "string"},
        "coordinator": {"type": "string"},
        "bridge": {"type": "string"},
        "paging": {"type": "array", "items": {"type": "string"}},
        "version": {"type": "integer"},
    },
}
FORM_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": FORM_SCHEMA},
            "application/yaml": {"schema": {"type": "string"}},
            FORMS[0]: {"schema": {"type": "object"}},
        },
    }
}
