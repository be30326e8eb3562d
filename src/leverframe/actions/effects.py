"""Is it shown that users get what an act has given them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from leverframe.actions.house import House, record, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import to_document
from leverframe.nouns.effects import Effect, EffectState, SeenEffect, Served
from leverframe.nouns.people import CLOCK
from leverframe.nouns.tables import Number
from leverframe.nouns.units import Unit
from leverframe.rules.effects import read_effect
from leverframe.store import changes, effects, ramps
from leverframe.store.database import Db

ENDS = (EffectState.PROVEN, EffectState.UNPROVEN)


def expect_effect(
    db: Db,
    change: Change,
    what: str,
    serves: Unit | None,
    instead_of: Unit | None,
    number: Number | None,
    now: datetime,
) -> None:
    """Begin to watch what users get after an act; where no unit is left, or no table was published, nothing is shown.

    `what` was done: settled, rolled_back, aborted, went_back.
    """
    if serves is None or number is None or serves == instead_of:
        return
    named = instead_of.name if instead_of else ""
    effects.expect(db, Effect(change.id, change.target, what, serves.name, named, str(number), now))


def effect_of(db: Db, change_id: str, now: datetime) -> SeenEffect | None:
    """Return what the newest act of a change has led to, as it stands; None where nothing is watched."""
    newest = next(reversed(effects.of_change(db, change_id)), None)
    if newest is None:
        return None
    (seen,) = _seen(db, [newest], now)
    return seen if newest.is_open else replace(seen, state=newest.state, because=newest.because)


def effect_alarms(db: Db) -> list[str]:
    """Say of each effect that is missing who gets what instead, as it was written down last."""
    missing = (effect for effect in effects.open_effects(db) if effect.state is EffectState.MISSING)
    return [f"{one.change} {one.what.replace('_', ' ')}, and {one.because}." for one in missing]


def worth_telling(db: Db, now: datetime) -> tuple[str, ...]:
    """Name the changes whose effect stands otherwise than was written down last."""
    return tuple(seen.effect.change for seen in _seen(db, effects.open_effects(db), now) if _has_moved(seen))


def tell_effect(house: House, change_id: str) -> None:
    """Write down that an effect is proven, missing, or given up; a page is sent for one that is missing."""
    with house.store.write() as db:
        now = house.clock.now()
        changes.lock(db, change_id)
        open_ones = [effect for effect in effects.of_change(db, change_id) if effect.is_open]
        for seen in _seen(db, open_ones, now):
            if _has_moved(seen):
                _note(house, db, seen, now)


def _note(house: House, db: Db, seen: SeenEffect, now: datetime) -> None:
    effect, ended = seen.effect, now if seen.state in ENDS else None
    effects.note(db, replace(effect, state=seen.state, because=seen.because, ended_at=ended))
    minutes = round((now - effect.since).total_seconds() / 60.0, 1)
    facts = {
        "target": effect.target,
        "after": effect.what,
        "serves": effect.serves,
        "number": effect.number,
        "minutes": minutes,
        "served": to_document((*seen.mine, *seen.others)),
    }
    record(db, now, CLOCK, f"effect.{seen.state}", effect.change, seen.because, role="clock", facts=facts)
    if seen.state is EffectState.MISSING:
        body = {"change": effect.change, "target": effect.target, "because": seen.because}
        tell(db, "page.effect_missing", body, key=f"{effect.change}/{effect.what}/missing")
    db.after_commit(lambda: house.stir("ramp"))


def _seen(db: Db, asked: Sequence[Effect], now: datetime) -> list[SeenEffect]:
    since = min((effect.since for effect in asked), default=now)
    served = effects.served(db, (effect.target for effect in asked), since)
    found = [read_effect(effect, served[effect.target], now) for effect in asked]
    return [_beside_a_ramp(db, seen, served[seen.effect.target], now) for seen in found]


def _beside_a_ramp(db: Db, seen: SeenEffect, served: Sequence[Served], now: datetime) -> SeenEffect:
    """Read it again where other units are served and a ramp has begun since: its candidate is meant to be."""
    active = ramps.active_on(db, seen.effect.target) if seen.others else None
    if active is None:
        return seen
    begun = [unit.name for unit in changes.get(db, active.change).candidate.values()]
    return read_effect(seen.effect, served, now, begun)


def _has_moved(seen: SeenEffect) -> bool:
    return seen.state is not EffectState.WAITING and seen.state is not seen.effect.state
