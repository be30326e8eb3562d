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


def thrown_models(switches: Iterable[Switch]) -> dict[str, tuple[str, ...]]:
    """Map each thrown model to those of its fallback chain that still stand, in order.

    A chain goes on behind a model that stands: a feature takes the first that it may use. One that comes back to
    itself has no end.
    """
    every = [switch for switch in switches if switch.layer is Layer.MODEL]
    fallbacks, thrown = _fallbacks(every), sorted(switch.key for switch in every if switch.thrown)
    return {model: tuple(each for each in chain_of(model, fallbacks) if each not in thrown) for model in thrown}


def chain_of(model: str, fallbacks: Mapping[str, str]) -> tuple[str, ...]:
    """Return what a model falls back to, one after the other, each once; itself is not in it."""
    chain: list[str] = []
    while (following := fallbacks.get(model if not chain else chain[-1], "")) and following not in (model, *chain):
        chain.append(following)
    return tuple(chain)


def circles(switches: Iterable[Switch]) -> tuple[tuple[str, ...], ...]:
    """Return every circle in which models' fallbacks go, once, from the first of its switches on."""
    fallbacks = _fallbacks(switch for switch in switches if switch.layer is Layer.MODEL)
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for model in fallbacks:
        circle = (model, *chain_of(model, fallbacks))
        if fallbacks.get(circle[-1]) == model:
            found.setdefault(frozenset(circle), circle)
    return tuple(found.values())


def check_circles(switches: Iterable[Switch]) -> tuple[Verdict, ...]:
    """Say no to every circle of fallbacks: were all of it thrown, nothing would be left."""
    return tuple(
        failed(GATE, f"the model fallbacks go in a circle: {' -> '.join((*circle, circle[0]))}", remedy=NO_CIRCLE)
        for circle in circles(switches)
    )


NO_CIRCLE = "let one of them fall back to a model outside the circle, or to none"


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
    others = [other for other in switches if (other.layer, other.key) != (switch.layer, switch.key)]
    if any(switch.key in circle for circle in circles([switch, *others])):
        return f"its fallback {switch.fallback} leads back to {switch.key}"
    if any(other.thrown for other in others if other.layer is Layer.MODEL and other.key == switch.fallback):
        return f"its fallback {switch.fallback} is itself thrown"
    mine, theirs = ends_on.get(switch.key, date.max), ends_on.get(switch.fallback, date.max)
    if theirs < mine:
        return f"its fallback {switch.fallback} ends on {theirs.isoformat()}, before the model that it replaces"
    return ""


def _fallbacks(switches: Iterable[Switch]) -> dict[str, str]:
    return {switch.key: switch.fallback for switch in switches}
