"""What has an exercise proved, and how is that kept?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.actions.house import House, record, tell
from leverframe.actions.plans import Plan
from leverframe.nouns.documents import digest
from leverframe.nouns.exercises import (
    Answer,
    Exercise,
    ExerciseState,
    Finding,
    FindingCode,
    GameDay,
    GameDayState,
    Phase,
)
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.people import CLOCK
from leverframe.rules.exercising import has_effect
from leverframe.store import exercises, switches

GONE = Finding(FindingCode.GONE, "no switch file names it any more", "begin a game day without it")
IN_EARNEST = Finding(
    FindingCode.IN_EARNEST, "it is thrown in earnest: there is nothing to prove", "exercise it once it is set again"
)


def conclude(
    house: House,
    exercise: Exercise,
    plan: Plan,
    answers: Sequence[Answer],
    found: Sequence[Finding],
    receipt: Receipt,
) -> Exercise:
    """Write down what an exercise has proved; a switch that passed is fresh from today on.

    One that was thrown in earnest meanwhile is not proved: nobody knows which throw the answers have met.
    """
    shown = [a.after_ms for a in answers if a.phase is Phase.THROWN and has_effect(a, plan.expected)]
    with house.store.write() as db:
        now, policy, switch = house.clock.now(), house.policy(db), switches.lock(db, exercise.switch)
        found = [*found, IN_EARNEST] if switch is not None and switch.thrown else found
        state = ExerciseState.FAILED if found else ExerciseState.PASSED
        proved = replace(
            exercise,
            state=state,
            asked=plan.asked,
            effect_ms=max(shown) if len(shown) == len(plan.gateways) else None,
            receipt=receipt.sentence,
            answers=tuple(answers),
            findings=tuple(found),
        )
        written = exercises.update(db, proved)
        if switch is not None and state is ExerciseState.PASSED:
            switches.put(db, replace(switch, exercised_on=now.astimezone(ZoneInfo(policy.calendar.home_zone)).date()))
        told = {"facts": _facts(written, plan), "decided": digest(written)}
        record(db, now, CLOCK, "switch.exercised", exercise.switch, _sentence(written), role="clock", **told)
        db.after_commit(lambda: house.stir("switch"))
        return written


def leave_out(house: House, exercise: Exercise, why: Finding) -> None:
    """End the exercise of a switch that cannot be exercised, such as one that no file names any more."""
    with house.store.write() as db:
        now = house.clock.now()
        exercises.update(db, replace(exercise, state=ExerciseState.ABORTED, ended_at=now, findings=(why,)))
        facts = {"game_day": exercise.game_day, "exercise": exercise.id}
        because = f"left out: {why.because}"
        record(db, now, CLOCK, "switch.exercised", exercise.switch, because, role="clock", facts=facts)
        db.after_commit(lambda: house.stir("switch"))


def finish(house: House, day_id: str) -> GameDay:
    """Write down that a game day is over, and tell what it has found."""
    with house.store.write() as db:
        now, day = house.clock.now(), exercises.lock(db, day_id)
        if day.state is not GameDayState.RUNNING:
            return day
        done = exercises.update_day(db, replace(day, state=GameDayState.DONE, ended_at=now))
        exercises.release(db, day_id)
        proved = exercises.of_day(db, day_id)
        failed = [each.switch for each in proved if each.state is ExerciseState.FAILED]
        because = f"{len(proved) - len(failed)} of {len(proved)} switches passed"
        record(db, now, CLOCK, "game_day.done", day_id, because, role="clock", facts={"failed": failed})
        tell(db, "game_day.done", {"game_day": day_id, "because": because, "failed": failed}, key=f"{day_id}/done")
        db.after_commit(lambda: house.stir("switch"))
        return done


def _facts(proved: Exercise, plan: Plan) -> dict[str, Any]:
    return {
        "game_day": proved.game_day,
        "exercise": proved.id,
        "number": proved.number,
        "set_number": proved.set_number,
        "effect_ms": str(round(proved.effect_ms, 1)) if proved.effect_ms is not None else "",
        "gateways": [gateway.name for gateway in plan.gateways],
        "findings": [f"{each.gateway or proved.switch}: {each.code.value}" for each in proved.findings],
    }


def _sentence(exercise: Exercise) -> str:
    if exercise.findings:
        return f"failed: {'; '.join(each.because for each in exercise.findings)}"
    return f"passed: without it at every gateway after {exercise.effect_ms or 0.0:.0f} ms"
