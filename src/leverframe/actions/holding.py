"""Who holds a game day, and what if they die?"""

from __future__ import annotations

from dataclasses import replace

from leverframe.actions.house import House, record, tell
from leverframe.actions.slices import take_back
from leverframe.clock import wall
from leverframe.nouns.exercises import ExerciseState, GameDayState
from leverframe.nouns.people import CLOCK
from leverframe.store import exercises

HELD_SECONDS = 30.0
"""What somebody holds who is not heard of is free after so long."""


def to_hold(house: House, owner: str, held_seconds: float = HELD_SECONDS) -> str | None:
    """Return a running game day that is ours to hold now, or None; one whose holder has died is recovered first.

    One is held at a time: all ask as the same made-up tenant, which meets one thrown switch.
    """
    with house.store.read() as db:
        running = [day.id for day in exercises.open_days(db) if day.state is GameDayState.RUNNING]
    for day_id in running:
        with house.store.write() as db:
            if exercises.other_is_held(db, day_id, wall(), held_seconds):
                return None
            before = exercises.claim(db, day_id, owner, wall(), held_seconds)
        if before == "":
            return day_id
        if before is not None:
            interrupt(house, day_id, "whoever held it has ended")
    return None


def give_back(house: House, day_id: str, owner: str) -> None:
    """Let whoever comes next go on with a game day that is ours."""
    with house.store.write() as db:
        exercises.give_back(db, day_id, owner)


def interrupt(house: House, day_id: str, why: str) -> None:
    """Set again what a running game day has thrown, and leave it paused."""
    with house.store.write() as db:
        now, day = house.clock.now(), exercises.lock(db, day_id)
        if day.state is not GameDayState.RUNNING:
            return
        for each in exercises.of_day(db, day_id):
            if each.state is ExerciseState.THROWN:
                take_back(house, db, each, now, ExerciseState.INTERRUPTED)
        exercises.update_day(db, replace(day, state=GameDayState.PAUSED))
        exercises.release(db, day_id)
        because = f"{why}; what it had thrown is set again, and it waits to be resumed"
        record(db, now, CLOCK, "game_day.interrupted", day_id, because, role="clock")
        tell(db, "game_day.interrupted", {"game_day": day_id, "because": because}, key=f"{day_id}/{day.version}")
        db.after_commit(lambda: house.stir("switch"))
