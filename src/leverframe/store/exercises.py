"""Which game days were held, and what did each switch's exercise prove?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Column, Integer, Select, String, Table, bindparam, func, select
from sqlalchemy import update as sql_update

from leverframe.nouns.exercises import Exercise, ExerciseState, GameDay, GameDayState, Proof
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store.columns import Noun, RunningId, Utc
from leverframe.store.database import Db, metadata

game_days = Table(
    "game_days",
    metadata,
    Column("ordinal", RunningId, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("state", String, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("driver", String, nullable=False),
    Column("driven_at", Utc),
    Column("body", Noun(GameDay), nullable=False),
)

exercises = Table(
    "exercises",
    metadata,
    Column("id", String, primary_key=True),
    Column("game_day", String, nullable=False, index=True),
    Column("switch", String, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("body", Noun(Exercise), nullable=False),
)

T = TypeVar("T", GameDay, Exercise)

_DAYS = select(game_days.c.body).order_by(game_days.c.ordinal.desc())
_DAY = select(game_days.c.body).where(game_days.c.id == bindparam("id"))
_OPEN = select(game_days.c.body).where(game_days.c.state.in_(("running", "paused"))).order_by(game_days.c.ordinal)
_OF_DAY = select(exercises.c.body).where(exercises.c.game_day == bindparam("id")).order_by(exercises.c.place)
_STANDING = select(exercises.c.body).where(exercises.c.state == ExerciseState.THROWN.value).order_by(exercises.c.id)
_JUDGED = exercises.c.state.in_((ExerciseState.PASSED.value, ExerciseState.FAILED.value))
_NEWEST = select(func.max(exercises.c.id)).where(_JUDGED).group_by(exercises.c.switch)
_PROOFS = select(exercises.c.switch, exercises.c.game_day, exercises.c.id, exercises.c.state).where(
    exercises.c.id.in_(_NEWEST)
)
_TALLIED = (exercises.c.game_day, exercises.c.state)
_TALLY = select(*_TALLIED, func.count().label("counted")).group_by(*_TALLIED)


def next_id(db: Db, year: int) -> str:
    """Return the year's next id of a game day, `GD-2026-001`; who makes one holds the table's newest row."""
    like = select(game_days.c.id).where(game_days.c.id.like(f"GD-{year}-%")).order_by(game_days.c.ordinal.desc())
    last = db.execute(like.limit(1)).scalar_one_or_none()
    return f"GD-{year}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:03d}"


def insert(db: Db, day: GameDay, planned: Iterable[Exercise]) -> None:
    """Write a new game day with its exercises, in their order."""
    db.execute(game_days.insert().values(id=day.id, state=day.state.value, version=day.version, driver="", body=day))
    rows = [
        {
            "id": each.id,
            "game_day": day.id,
            "switch": each.switch,
            "place": place,
            "state": each.state.value,
            "version": each.version,
            "body": each,
        }
        for place, each in enumerate(planned)
    ]
    db.execute(exercises.insert(), rows)


def lock(db: Db, id: str) -> GameDay:
    """Return one game day as it stands once nobody else writes it, held to the end; raises NotFound."""
    return _one(db, _DAY.with_for_update(), id)


def show(db: Db, id: str) -> GameDay:
    """Return one game day; raises NotFound."""
    return _one(db, _DAY, id)


def _one(db: Db, query: Select[tuple[GameDay]], id: str) -> GameDay:
    found = db.execute(query, {"id": id}).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no game day {id}.", remedy="leverframe game-day list shows them all.")
    return found


def days(db: Db, limit: int = 100) -> list[GameDay]:
    """List the game days, the newest first."""
    return list(db.execute(_DAYS.limit(limit)).scalars())


def open_days(db: Db) -> list[GameDay]:
    """List the game days that run or are paused, the oldest first."""
    return list(db.execute(_OPEN).scalars())


def of_day(db: Db, id: str) -> list[Exercise]:
    """List a game day's exercises, in their order."""
    return list(db.execute(_OF_DAY, {"id": id}).scalars())


def standing(db: Db) -> list[Exercise]:
    """List the exercises whose switch is thrown on its slice now."""
    return list(db.execute(_STANDING).scalars())


def proofs(db: Db) -> dict[str, Proof]:
    """Return the newest exercise that was judged of each switch that has one, by the switch's id."""
    return {
        row.switch: Proof(row.game_day, row.id.rpartition("/")[2], row.state == ExerciseState.PASSED.value)
        for row in db.execute(_PROOFS)
    }


def tally(db: Db, days: Iterable[str]) -> Mapping[str, Mapping[ExerciseState, int]]:
    """Count the exercises of some game days by their state."""
    found: dict[str, dict[ExerciseState, int]] = {id: {} for id in days}
    for row in db.execute(_TALLY.where(exercises.c.game_day.in_(list(found)))):
        found[row.game_day][ExerciseState(row.state)] = row.counted
    return found


def update_day(db: Db, changed: GameDay) -> GameDay:
    """Write a game day over the version it was read at; raises Conflict."""
    return _update(db, game_days, changed)


def update(db: Db, changed: Exercise) -> Exercise:
    """Write an exercise over the version it was read at; raises Conflict."""
    return _update(db, exercises, changed)


def _update(db: Db, table: Table, changed: T) -> T:
    written = replace(changed, version=changed.version + 1)
    stood = (table.c.id == changed.id) & (table.c.version == changed.version)
    values = {"state": written.state.value, "version": written.version, "body": written}
    if not db.execute(sql_update(table).where(stood).values(**values)).rowcount:
        raise Conflict(f"{changed.id} was changed by someone else.", remedy="Look at it again.")
    return written


def claim(db: Db, id: str, driver: str, now_wall: datetime, seconds: float) -> str | None:
    """Take the holding of a running game day, or renew it; return who held it before, None where somebody else does.

    Before the first it is "", which also is what a game day that was resumed begins with.
    """
    held = select(game_days.c.driver, game_days.c.driven_at).where(
        game_days.c.id == id, game_days.c.state == GameDayState.RUNNING.value
    )
    row = db.execute(held.with_for_update()).one_or_none()
    if row is None or (row.driver not in ("", driver) and row.driven_at + timedelta(seconds=seconds) > now_wall):
        return None
    values = {"driver": driver, "driven_at": now_wall}
    db.execute(sql_update(game_days).where(game_days.c.id == id).values(**values))
    return row.driver


def other_is_held(db: Db, id: str, now_wall: datetime, seconds: float) -> bool:
    """Say whether somebody holds another running game day; who asks locks them all, to claim one."""
    running = select(game_days.c.id, game_days.c.driver, game_days.c.driven_at).where(
        game_days.c.state == GameDayState.RUNNING.value
    )
    held = db.execute(running.order_by(game_days.c.ordinal).with_for_update()).all()
    return any(row.id != id and row.driver and row.driven_at + timedelta(seconds=seconds) > now_wall for row in held)


def give_back(db: Db, id: str, driver: str) -> None:
    """Let nobody hold a game day that is this driver's."""
    held = (game_days.c.id == id) & (game_days.c.driver == driver)
    db.execute(sql_update(game_days).where(held).values(driver="", driven_at=None))


def release(db: Db, id: str) -> None:
    """Let nobody hold a game day."""
    db.execute(sql_update(game_days).where(game_days.c.id == id).values(driver="", driven_at=None))
