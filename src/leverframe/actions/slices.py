"""How is a switch thrown on a slice, and set again there?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leverframe.actions.house import House, record
from leverframe.actions.tables import publish_exercise
from leverframe.nouns.exercises import Exercise, ExerciseState
from leverframe.nouns.people import CLOCK
from leverframe.nouns.tables import Number
from leverframe.store import exercises
from leverframe.store.database import Db


def throw_on_slice(house: House, db: Db, exercise: Exercise, now: datetime) -> tuple[Exercise, Number | None]:
    """Throw an exercise's switch on its slice; None where no table goes out now."""
    thrown = exercises.update(db, replace(exercise, state=ExerciseState.THROWN, began_at=now))
    number = publish_exercise(house, db, now, f"{exercise.switch} exercised")
    told = {"game_day": exercise.game_day, "number": str(number or "")}
    because = f"thrown on a slice, by {exercise.game_day}"
    record(db, now, CLOCK, "switch.exercise_thrown", exercise.switch, because, role="clock", facts=told)
    return exercises.update(db, replace(thrown, number=str(number or ""))), number


def take_back(
    house: House, db: Db, exercise: Exercise, now: datetime, state: ExerciseState
) -> tuple[Exercise, Number | None]:
    """Set an exercise's switch again on its slice, whatever has come of it."""
    back = exercises.update(db, replace(exercise, state=state, ended_at=now))
    number = publish_exercise(house, db, now, f"{exercise.switch} set again on its slice")
    told = {"game_day": exercise.game_day, "number": str(number or "")}
    because = f"set again on its slice, by {exercise.game_day}"
    record(db, now, CLOCK, "switch.exercise_set", exercise.switch, because, role="clock", facts=told)
    return exercises.update(db, replace(back, set_number=str(number or ""))), number
