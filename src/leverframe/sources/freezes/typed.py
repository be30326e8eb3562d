"""Which freeze did somebody type into a form, or send as JSON?

The fields are those of a freeze in the policy; a form may write the parts of `only` beside them, with commas between.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leverframe.nouns.calendar import Freeze, Scope
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.policies.freezes import read_freeze
from leverframe.sources.policies.reading import Report, Section
from leverframe.sources.policies.scopes import read_scope
from leverframe.sources.policies.yaml_values import from_plain

FIELDS = (
    "name",
    "starts",
    "ends",
    "first_day",
    "last_day",
    "zone",
    "during_ramp",
    "because",
    "owner",
    "only",
)
PARTS = ("targets", "regions", "tiers", "kinds")


def read_typed(typed: Mapping[str, Any]) -> Freeze:
    """Return the freeze that was typed; raises Invalid with all faults, by field."""
    report = Report()
    given = {name: typed[name] for name in FIELDS if typed.get(name) not in (None, "", {}, [])} | _only(typed)
    needed = ("first_day", "last_day") if {"first_day", "last_day"} & set(given) else ("starts", "ends")
    fields = dict.fromkeys(("name", *needed)) | given
    with Section(report, from_plain("", fields), "The freeze", place="freeze") as section:
        freeze = read_freeze(section)
    if report.faults or freeze is None:
        raise Invalid(report.faults or [Fault("starts", "it is not said when the freeze holds", "write its days")])
    return freeze


def read_typed_scope(typed: Mapping[str, Any]) -> Scope:
    """Return of what somebody says that freezes speak; raises Invalid with all faults."""
    report = Report()
    with Section(report, from_plain("", _only(typed)), "The import", place="only") as section:
        scope = read_scope(section)
    if report.faults:
        raise Invalid(report.faults)
    return scope


def _only(typed: Mapping[str, Any]) -> dict[str, Any]:
    parts = {part: names for part in PARTS if (names := _names(typed.get(part)))}
    return {"only": parts} if parts else {}


def _names(given: Any) -> list[str]:
    items = given.split(",") if isinstance(given, str) else given or []
    return [str(item).strip() for item in items if str(item).strip()]
