"""Which switch speaks first, what serves instead, and has it expired?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Verdict, failed, passed

LAYER_ORDER = (Layer.TENANT, Layer.FEATURE, Layer.MODEL)
"""Who is asked first: the tenant's switch, then the feature's, then the unit's model."""

EVERYWHERE_ENDED = "Etc/GMT+12"
"""The zone in which a day ends last: a switch that names no zone stays thrown until its day has ended everywhere."""

GATE = "fallback"


def first_thrown(
    switches: Iterable[Switch], *, tenant: str = "", feature: str = "", model: str = ""
) -> Switch | None:
    """Return the thrown switch that decides a request, in the order of the layers, or None."""
    wanted = {Layer.TENANT: tenant, Layer.FEATURE: feature, Layer.MODEL: model}
    thrown = {(switch.layer, switch.key): switch for switch in switches if switch.thrown}
    found = (thrown.get((layer, wanted[layer])) for layer in LAYER_ORDER if wanted[layer])
    return next((switch for switch in found if switch is not None), None)


def is_expired(switch: Switch, now: datetime) -> bool:
    """Say whether the switch's last day is over in its own zone; without a date it never is."""
    if switch.expires_on is None:
        return False
    return now.astimezone(ZoneInfo(switch.zone or EVERYWHERE_ENDED)).date() > switch.expires_on


def thrown_models(switches: Iterable[Switch]) -> dict[str, str]:
    """Map each thrown model to the end of its fallback chain: "" where none is left."""
    fallbacks = _model_fallbacks(switches)
    return {model: _end(model, fallbacks) for model in fallbacks}


def end_of_chain(model: str, switches: Iterable[Switch]) -> str:
    """Return the model that serves in place of `model`: itself if it is not thrown, "" if none is left.

    A chain that comes back to itself has no end, so nothing is left.
    """
    return _end(model, _model_fallbacks(switches))


def check_fallback(
    switch: Switch,
    switches: Iterable[Switch],
    known: Collection[str],
    *,
    retired: Collection[str] = (),
    ends_on: Mapping[str, date] | None = None,
) -> Verdict:
    """Say whether a switch's own fallback would serve, were it thrown now.

    `known` holds the fallbacks (for a feature) or model keys (for a model) that exist, `retired` the models
    that have ended, `ends_on` the last day of those that will.
    """
    if switch.layer is Layer.TENANT:
        return passed(GATE, f"{switch.id} needs no fallback: each feature shows its own")
    fault = _fault(switch, list(switches), known, retired, ends_on or {})
    if fault:
        return failed(GATE, f"{switch.id}: {fault}", remedy="name a fallback that exists, serves and outlives it")
    return passed(GATE, f"{switch.id} falls back to {switch.fallback}")


def _fault(
    switch: Switch,
    switches: list[Switch],
    known: Collection[str],
    retired: Collection[str],
    ends_on: Mapping[str, date],
) -> str:
    fallback = switch.fallback
    if not fallback:
        return "it names no fallback"
    if fallback not in known:
        return f"its fallback {fallback} is not known"
    if fallback in retired:
        return f"its fallback {fallback} is retired"
    return _chain_fault(switch, switches, ends_on) if switch.layer is Layer.MODEL else ""


def _chain_fault(switch: Switch, switches: list[Switch], ends_on: Mapping[str, date]) -> str:
    if _comes_back(switch, switches):
        return f"its fallback {switch.fallback} leads back to {switch.key}"
    if switch.fallback in _model_fallbacks(switches):
        return f"its fallback {switch.fallback} is itself thrown"
    mine, theirs = ends_on.get(switch.key, date.max), ends_on.get(switch.fallback, date.max)
    if theirs < mine:
        return f"its fallback {switch.fallback} ends on {theirs.isoformat()}, before the model that it replaces"
    return ""


def _comes_back(switch: Switch, switches: list[Switch]) -> bool:
    """Follow the chain as if all of it were thrown: a cycle waits there for the day when it is."""
    fallbacks = {other.key: other.fallback for other in switches if other.layer is Layer.MODEL}
    fallbacks[switch.key] = switch.fallback
    return bool(switch.fallback) and not _end(switch.key, fallbacks) and _meets(switch.key, fallbacks)


def _meets(model: str, fallbacks: Mapping[str, str]) -> bool:
    seen = {model}
    follower = fallbacks.get(model, "")
    while follower and follower not in seen:
        seen.add(follower)
        follower = fallbacks.get(follower, "")
    return bool(follower)


def _model_fallbacks(switches: Iterable[Switch]) -> dict[str, str]:
    return {switch.key: switch.fallback for switch in switches if switch.layer is Layer.MODEL and switch.thrown}


def _end(model: str, fallbacks: Mapping[str, str]) -> str:
    seen: set[str] = set()
    while model in fallbacks:
        if model in seen:
            return ""
        seen.add(model)
        model = fallbacks[model]
    return model
