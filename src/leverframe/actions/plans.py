"""What does the exercise of one switch ask, of whom, and what must come back?"""

from __future__ import annotations

from dataclasses import dataclass

from leverframe.actions.house import House
from leverframe.nouns.exercises import Asked, Exercise
from leverframe.nouns.gateways import Gateway
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.units import Unit
from leverframe.rules.exercising import Expected, asked_of, expected_of
from leverframe.rules.overlays import slice_of
from leverframe.store import exercises, gateways, ramps, switches, units
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class Plan:
    """What one exercise does: whom it asks for what, as whom, and what must come back."""

    exercise: Exercise
    switch: Switch
    asked: Asked
    expected: Expected
    gateways: tuple[Gateway, ...]
    seconds: float


def plan_of(house: House, db: Db, exercise: Exercise) -> Plan | None:
    """Work out what an exercise does, as things stand now; None where its switch is gone."""
    policy, switch = house.policy(db), switches.find(db, exercise.switch)
    if switch is None:
        return None
    day = exercises.show(db, exercise.game_day)
    models = switches.of_layer(db, Layer.MODEL) if switch.layer is Layer.MODEL else ()
    slice = slice_of(switch, day, exercise.id, models)
    asked = asked_of(switch, slice, _askable(db), day.slice)
    target = policy.catalog.targets.get(asked.model.removeprefix("feature:"))
    expected = expected_of(switch, slice, target.allowed_models if target else ())
    enrolled = (each for each in gateways.all_gateways(db) if each.address and each.revoked_at is None)
    return Plan(exercise, switch, asked, expected, tuple(enrolled), max(policy.receipt_seconds, 1.0))


def _askable(db: Db) -> dict[str, Unit]:
    """Return the current units, those of features that are being ramped only where there is no other."""
    current, ramping = units.all_current(db), {ramp.target for ramp in ramps.active(db)}
    quiet = {target: unit for target, unit in current.items() if target not in ramping}
    return quiet or current
