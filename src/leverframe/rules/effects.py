"""Do users get what they should since a ramp settled, ended, or went back?

A receipt says that gateways have *applied* a table; the outcomes of calls say what users *got*. Proven is: some
gateway has answered under that table with the unit that should be served, and for a minute none has answered with
another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from leverframe.nouns.effects import Effect, EffectState, SeenEffect, Served
from leverframe.nouns.tables import Number

QUIET = timedelta(minutes=1)
"""So long nobody may have got another unit."""
LATE = timedelta(minutes=10)
"""What is still served after so long is an alarm."""
FORGOTTEN = timedelta(hours=24)
"""What nobody has asked for in so long is given up."""


def read_effect(effect: Effect, served: Sequence[Served], now: datetime, also: Collection[str] = ()) -> SeenEffect:
    """Say how an effect stands; units in `also` are of a ramp that has begun since, and no fault."""
    mine = tuple(one for one in served if one.unit == effect.serves and _is_since(one, effect))
    others = tuple(one for one in served if one.unit not in (effect.serves, *also) and one.last_at > effect.since)
    state, because = _read(effect, mine, others, now)
    return SeenEffect(effect, state, because, mine, others)


def _read(effect: Effect, mine: Sequence[Served], others: Sequence[Served], now: datetime) -> tuple[EffectState, str]:
    age = now - effect.since
    still = [one for one in others if now - one.last_at < QUIET]
    if still:
        state = EffectState.MISSING if age >= LATE else EffectState.WAITING
        return state, "; ".join(_still(one, now) for one in still)
    if not mine:
        because = f"no call has got {effect.serves} since"
        return (EffectState.UNPROVEN if age >= FORGOTTEN else EffectState.WAITING), because
    who = f"{', '.join(sorted(one.gateway for one in mine))} answered with {effect.serves}"
    if age < QUIET:
        return EffectState.WAITING, f"{who}; it is watched for a minute"
    return EffectState.PROVEN, f"{who}, {_last(effect, others)}"


def _is_since(one: Served, effect: Effect) -> bool:
    return Number.parse(one.number) >= Number.parse(effect.number)


def _still(one: Served, now: datetime) -> str:
    ago = (now - one.last_at).total_seconds()
    return f"{one.gateway} answered with {one.unit} {ago:.0f} s ago, at table {one.number}"


def _last(effect: Effect, others: Sequence[Served]) -> str:
    if not others:
        return "and none with another unit since"
    last = max(others, key=lambda one: one.last_at)
    return f"the last call with {last.unit} came {(last.last_at - effect.since).total_seconds():.0f} s after"
