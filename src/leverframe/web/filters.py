"""How does a template say a value?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from leverframe.nouns.changes import BlastRadius, Change, StartWindow
from leverframe.nouns.evidence import TELLING, EvalDelta
from leverframe.nouns.targets import EVERYWHERE, LAST_RING
from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.nouns.verdicts import Fault, Verdict
from leverframe.rules.evals import said_pairs
from leverframe.rules.evidence import words as sentences
from leverframe.rules.moments import say_span
from leverframe.rules.sign_offs import spoken
from leverframe.web import times

NOT_FILLED = Markup('<span class="quiet">not filled</span>')


def filters_query(filters: Mapping[str, Any], **more: Any) -> str:
    """Return the query of a filtered list's address, with what else it should say."""
    return urlencode({name: value for name, value in {**filters, **more}.items() if value not in (None, "")})


def can(may: Mapping[str, Verdict], act: str) -> bool:
    """Say whether this reader may do an act."""
    return act in may and not may[act].refuses


FIRST_FIELDS = {"candidate": "prompt", "blast_radius": "users", "start": "opens_at"}
"""Beside which field of a form a part stands that is wrong as a whole."""


def faults_at(faults: Iterable[Fault], name: str) -> list[Fault]:
    """Keep the faults of one field of a form: `blast_radius.users` is of `users`, `paging[2]` of `paging`."""
    return [fault for fault in faults if _field_of(fault.place) == name]


def _field_of(place: str) -> str:
    part, _, inner = place.split("[")[0].partition(".")
    if part == "ramp":
        return "plan"
    return inner or FIRST_FIELDS[part] if part in FIRST_FIELDS else part


def by_telling(deltas: Sequence[EvalDelta]) -> tuple[list[EvalDelta], list[EvalDelta]]:
    """Part eval results into those that tell something, the worse ones first, and those that show no difference."""
    told = sorted((d for d in deltas if d.comparison in TELLING), key=lambda d: TELLING.index(d.comparison))
    return told, [d for d in deltas if d.comparison not in TELLING]


def typed_of(change: Change, zone: str) -> dict[str, str]:
    """Write a change as its form's fields hold it."""
    unit, blast = change.candidate.get(change.target, Unit()), change.blast_radius
    times_typed = {name: getattr(change.start, name) for name in ("opens_at", "closes_at", "not_after")}
    return {
        "title": change.title,
        "kind": change.kind.value,
        **{part: getattr(unit, part) for part in UNIT_PARTS},
        "plan": change.plan.template,
        "users": str(blast.users),
        "regions": ", ".join(blast.regions),
        "max_share_percent": f"{blast.max_share_percent:g}",
        **{name: _typed_time(at.astimezone(ZoneInfo(zone))) for name, at in times_typed.items()},
        "kill_switch": change.kill_switch,
        "rollback_plan": change.rollback_plan,
        "restore_from": change.restore_from,
        "release_manager": change.release_manager,
        "coordinator": change.coordinator,
        "bridge": change.bridge,
        "paging": ", ".join(change.paging),
        "artefacts": "\n".join(f"{name}: {link}" for name, link in change.artefacts.items()),
    }


def _typed_time(at: datetime) -> str:
    """Write a moment as a field holds it; its seconds, where it has some, are not lost by an edit."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds" if at.second else "minutes")


@pass_context
def when(context: Context, at: datetime | None) -> Markup:
    """Show a time in the reader's zone."""
    if at is None:
        return Markup('<span class="none">none</span>')
    said = times.say_time(at, context["zone"], context["now"])
    return Markup('<time datetime="{}">{}</time>').format(at.astimezone(UTC).isoformat(timespec="seconds"), said)


@pass_context
def when_in(context: Context, at: datetime | None, zone: str) -> Markup:
    """Show a time in a region's zone, and in the reader's where that differs."""
    if at is None:
        return Markup('<span class="none">none</span>')
    now, home = context["now"], context["zone"]
    there, here = (times.say_time(at, name, now, home=home) for name in (zone, home))
    also = Markup(' <span class="also">({})</span>').format(here) if here != there else ""
    return Markup('<time datetime="{}">{}</time>{}').format(at.astimezone(UTC).isoformat(), there, also)


@pass_context
def ago(context: Context, at: datetime | None) -> str:
    """Say how far a time lies from now."""
    return times.say_ago(at, context["now"]) if at is not None else "never"


def wall(at: datetime, zone: str) -> str:
    """Say a wall time that stands in a file, with its zone; without one it is that of each region."""
    if not zone and not at.tzinfo:
        return f"{at:%a} {at.day} {at:%b %Y %H:%M} in each region"
    local = at.astimezone(ZoneInfo(zone)) if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} {times.zone_name(local, zone)}"


def words(value: Any) -> str:
    """Say a machine's word as people write it: model_swap as "model swap", ai_risk as "AI Risk"."""
    said = spoken(str(getattr(value, "value", value))).replace(".", " ", 1)
    return said.replace("ai risk", "AI Risk")


@pass_context
def shown(context: Context, value: Any) -> Any:
    """Show a field of the ticket as people read it."""
    match value:
        case BlastRadius():
            where = ", ".join(part for part in (*value.regions, *value.rings) if part not in (EVERYWHERE, LAST_RING))
            share = times.say_share(value.max_share_percent)
            reach = f"{value.users:,} users {f'in {where}' if where else 'everywhere'}"
            return Markup('{}, at most <span class="nowrap">{}</span>').format(reach, share)
        case StartWindow():
            said = Markup("{} to {}, not after {}")
            return said.format(*(when(context, at) for at in (value.opens_at, value.closes_at, value.not_after)))
        case Unit():
            return value.name
        case str() if value.startswith(("https://", "http://")):
            return Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(value)
        case Mapping():
            lines = (Markup("{} {}").format(_part(name, item), shown(context, item)) for name, item in value.items())
            return Markup("<br>").join(lines) or NOT_FILLED
        case tuple() | list():
            return ", ".join(plain(item) for item in value) or NOT_FILLED
    return words(value) if isinstance(value, Enum) else value or NOT_FILLED


def _part(name: str, value: Any) -> str:
    return f"{name}:" if isinstance(value, Unit) else f"{words(name)}:"


def plain(value: Any) -> str:
    """Write a fact of an audit entry on one line."""
    if is_dataclass(value) and not isinstance(value, type):
        return ", ".join(f"{each.name} {getattr(value, each.name)}" for each in fields(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {plain(item)}" for name, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(plain(item) for item in value) or "none"
    return str(getattr(value, "value", value))


def said(text: str) -> Markup:
    """Say a fault's words as a sentence, with what stands in backticks as code."""
    parts = times.say_sentence(text).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup("").join(Markup("<code>{}</code>").format(part) if n % 2 else part for n, part in enumerate(parts))


def clocked(minutes: float) -> str:
    """Say real minutes as a clock counts them up: 6:04."""
    seconds = int(minutes * 60)
    return f"{seconds // 60}:{seconds % 60:02d}"


def ratio(value: float | None) -> str:
    """Say how many times as many; a dash where there is no such number."""
    return f"{value:.3g}x" if value is not None else "–"


def as_many(value: float) -> str:
    """Say a harm as the name of a row: "Twice as many"."""
    return f"{sentences.times(value).capitalize()} as many"


def policy_line(place: str) -> str:
    """Return the address of a line of the policy in force: `policy.yaml:112` is told by its place."""
    path, _, line = place.rpartition(":")
    return f"/policy/files/{quote(path)}#L{line}"


def code(text: str) -> Markup:
    """Show what stands between backticks as it would be typed."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(p) if n % 2 else p for n, p in enumerate(parts))


FILTERS: Mapping[str, Callable[..., Any]] = {
    "when": when,
    "when_in": when_in,
    "ago": ago,
    "wall": wall,
    "words": words,
    "policy_line": policy_line,
    "code": code,
    "plain": plain,
    "shown": shown,
    "said": said,
    "pairs": said_pairs,
    "sentence": times.say_sentence,
    "share": times.say_share,
    "span": say_span,
    "count": times.say_count,
    "on_day": times.say_date,
    "clocked": clocked,
    "ratio": ratio,
    "as_many": as_many,
}
