"""What does a change file, or a change sent as JSON, say?

    target: customer-support-ai
    kind: prompt
    title: Answer questions about Acme Home
    candidate: {prompt: customer-support@v8, model: openai.gpt-4o-2024-11}
    start: {opens_at: 2026-05-13 10:00, closes_at: 2026-05-13 12:00, not_after: 2026-05-21 16:00, zone: Europe/London}

What is left out is left empty: the house fills it, or asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.nouns.changes import BlastRadius, Kind, Path, StartWindow
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.policies.reading import Report, Section, read_mapping
from leverframe.sources.policies.yaml_values import Value, from_plain


def read_change_form(
    source: str | Mapping[str, Any], *, place: str = "change.yaml", home_zone: str = ""
) -> ChangeForm:
    """Return the form that a YAML text, or a mapping from JSON, describes.

    Times without an offset are wall time in `start.zone`, else in `home_zone`. Raises Invalid with all faults at
    once: by `place:line` for a text, by the field's path (`blast_radius.users`) for a mapping.
    """
    report = Report()
    with Section(report, _document(source, place, report), "The change", place=place) as section:
        form = _read_form(section, home_zone)
    if report.faults:
        raise Invalid(report.faults)
    return form


def read_unit(source: str | Mapping[str, Any], *, place: str = "unit.yaml") -> Unit:
    """Return the unit that a YAML text, or a mapping from JSON, describes. Raises Invalid with all faults at once."""
    report = Report()
    with Section(report, _document(source, place, report), "The unit", place=place) as section:
        unit = _read_parts(section)
        if unit == Unit() and not report.faults:
            report.error(section.place, "The unit names no part.", f"Name at least one of {', '.join(UNIT_PARTS)}.")
    if report.faults:
        raise Invalid(report.faults)
    return unit


def _document(source: str | Mapping[str, Any], place: str, report: Report) -> Value | None:
    if not isinstance(source, str):
        return _from_mapping(source, report)
    if not source.strip():
        report.error(f"{place}:1", "This file is empty.", "Name at least `target`, `kind`, `title` and `candidate`.")
        return None
    return read_mapping(place, source, "The file", report)


def _from_mapping(source: Mapping[str, Any], report: Report) -> Value | None:
    try:
        return from_plain("", _without_blanks(source))
    except RecursionError:
        report.error("change", "It nests its values deeper than any change needs.")
        return None


def _without_blanks(value: Any) -> Any:
    """Return what was really given: a form's field that was left empty is as good as none."""
    if isinstance(value, Mapping):
        kept = {key: _without_blanks(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, "", {}, [])}
    return [_without_blanks(item) for item in value] if isinstance(value, list | tuple) else value


def _read_form(section: Section, home_zone: str) -> ChangeForm:
    kind, path = section.choice("kind", Kind), section.choice("path", Path, default=Path.NORMAL)
    artefacts = section.section("artefacts")
    if section.has("tier"):
        section.wrong("tier", "is not for a ticket to say", "Leave it out: it is that of the target, in the catalog.")
    return ChangeForm(
        target=section.text("target"),
        kind=kind.value if kind else "",
        title=section.text("title"),
        path=path.value if path else "",
        candidate=_read_candidate(section),
        rollback_plan=section.text("rollback_plan").strip(),
        restore_from=section.text("restore_from").strip(),
        kill_switch=section.text("kill_switch"),
        blast_radius=_read_blast_radius(section),
        artefacts={name: artefacts.text(name) for name in artefacts.free()},
        start=_read_start(section, home_zone),
        ramp=section.text("ramp"),
        release_manager=section.text("release_manager"),
        coordinator=section.text("coordinator"),
        bridge=section.text("bridge"),
        paging=section.names("paging"),
    )


def _read_candidate(section: Section) -> Unit | None:
    if not section.has("candidate"):
        return None
    with section.section("candidate") as candidate:
        return _read_parts(candidate)


def _read_parts(section: Section) -> Unit:
    unit = Unit(**{part: section.text(part) for part in UNIT_PARTS})
    if unit.prompt and not all(unit.prompt.partition("@")):
        section.wrong("prompt", f"is `{unit.prompt}`, which names no version", "Write it as `<name>@<version>`.")
    if unit.model and not all(unit.model.partition(".")):
        section.wrong("model", f"is `{unit.model}`, which is not a model key", "Write it as `<platform>.<model>`.")
    return unit


def _read_blast_radius(section: Section) -> BlastRadius | None:
    if not section.has("blast_radius"):
        return None
    with section.section("blast_radius") as radius:
        regions = radius.names("regions")
        if radius.has("regions") and not regions:
            radius.wrong("regions", "names nobody", "Name the regions, or `everywhere`.")
        return BlastRadius(
            users=radius.whole("users", low=1, high=10**11),
            regions=regions,
            max_share_percent=radius.number("max_share_percent", low=0.01, high=100),
            rings=radius.names("rings"),
        )


def _read_start(section: Section, home_zone: str) -> StartWindow | None:
    if not section.has("start"):
        return None
    with section.section("start") as start:
        zone = start.zone("zone") or home_zone
        opens, closes, not_after = (_read_moment(start, key, zone) for key in ("opens_at", "closes_at", "not_after"))
    return StartWindow(opens, closes, not_after) if opens and closes and not_after else None


def _read_moment(start: Section, key: str, zone: str) -> datetime | None:
    start.value(key, required=True, example="2026-05-13 10:00")
    moment = start.wall_time(key)
    if moment is None or moment.tzinfo:
        return moment.astimezone(UTC) if moment else None
    if not zone:
        start.wrong(key, "has no time zone", "Add `zone: Europe/London` beside it, or an offset such as `+01:00`.")
        return None
    local = moment.replace(tzinfo=ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != moment:
        start.wrong(key, f"is {moment:%Y-%m-%d %H:%M}, which the clocks skip in {zone}", "Choose a time that exists.")
    return local.astimezone(UTC)
