"""How does the clock carry a game day out?

One switch after the other: asked before, thrown on its slice, asked until it shows, set again, asked once more,
judged. Each step is in the database before the next begins. Who finds a game day whose holder has died sets again
what was thrown and leaves it paused; a person resumes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from leverframe.actions.house import House, record, tell
from leverframe.actions.slices import take_back, throw_on_slice
from leverframe.clock import monotonic, wall
from leverframe.nouns.documents import digest
from leverframe.nouns.exercises import (
    Answer,
    Asked,
    Exercise,
    ExerciseState,
    Finding,
    FindingCode,
    GameDay,
    GameDayState,
    Phase,
)
from leverframe.nouns.gateways import Gateway, Receipt
from leverframe.nouns.people import CLOCK
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.tables import Number
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Conflict
from leverframe.rules.exercising import Expected, asked_of, expected_of, findings, has_effect
from leverframe.rules.overlays import slice_of
from leverframe.store import exercises, gateways, ramps, switches, units
from leverframe.store.database import Db

HELD_SECONDS = 30.0
BREATH_SECONDS = 0.05
AGAIN_SECONDS = 0.5
MOST_ASKED_AT_ONCE = 8


class Said(Protocol):
    """What an asked one has said."""

    @property
    def status(self) -> int: ...
    @property
    def number(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def served(self) -> str: ...
    @property
    def fallback(self) -> str: ...
    @property
    def excerpt(self) -> str: ...
    @property
    def fault(self) -> str: ...


class Asking(Protocol):
    """The ways to ask: a gateway, a page, a command."""

    def ask(self, address: str, key_env: str, asked: Asked) -> Said: ...
    def fetch(self, url: str) -> Said: ...
    def run(self, command: str, known: Mapping[str, str]) -> Said: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What one exercise does: whom it asks for what, as whom, and what must come back."""

    exercise: Exercise
    switch: Switch
    asked: Asked
    expected: Expected
    gateways: tuple[Gateway, ...]
    seconds: float


@dataclass(slots=True)
class Driver:
    """Holds one game day. `stopping` ends it after the present switch is set again.

    What it holds is free `held_seconds` after it was last heard.
    """

    house: House
    asking: Asking
    owner: str
    stopping: threading.Event = field(default_factory=threading.Event)
    held_seconds: float = HELD_SECONDS

    def drive(self, day_id: str) -> None:
        """Exercise one switch after the other until all are proved, or somebody pauses or aborts it."""
        while not self.stopping.is_set() and self._holds(day_id):
            with self.house.store.read() as db:
                following = next((e for e in exercises.of_day(db, day_id) if not e.is_over), None)
            if following is None:
                finish(self.house, day_id)
                return
            try:
                self._exercise(following)
            except Conflict:
                self.stopping.wait(AGAIN_SECONDS)

    def _holds(self, day_id: str) -> bool:
        """Say whether the game day is still ours; somebody may have paused it, or no table go out."""
        with self.house.store.write() as db:
            return exercises.claim(db, day_id, self.owner, wall(), self.held_seconds) is not None

    def _exercise(self, exercise: Exercise) -> None:
        plan = self._plan(exercise)
        before = self._asked(plan, plan.gateways, Phase.BEFORE, 0.0)
        thrown, number, flipped_at = self._throw(plan)
        answers, receipt = list(before), None
        with self._set_again(thrown) as done:
            answers += self._until_effect(plan, number, flipped_at)
            receipt = self.house.fleet.wait_applied(number, max(0.0, self._left(plan, flipped_at)), flipped_at)
            fallback = tuple(self._of_fallback(plan))
        back, back_number = done[0]
        answers += self._until_restored(plan, before, back_number)
        judged = (*findings(plan.expected, plan.asked, number, answers, receipt), *fallback)
        conclude(self.house, back, plan, answers, judged, receipt)

    def _plan(self, exercise: Exercise) -> Plan:
        with self.house.store.read() as db:
            return plan(self.house, db, exercise)

    def _throw(self, plan: Plan) -> tuple[Exercise, Number, float]:
        began = monotonic()
        with self.house.store.write() as db:
            thrown, number = throw_on_slice(self.house, db, plan.exercise, self.house.clock.now())
            if number is None:
                raise Conflict("No table goes out now.")
            thrown = exercises.update(db, replace(thrown, asked=plan.asked))
        return thrown, number, began

    @contextmanager
    def _set_again(self, thrown: Exercise) -> Iterator[list[tuple[Exercise, Number | None]]]:
        """Set the switch again on its slice whatever happens inside; the list then holds what was written."""
        done: list[tuple[Exercise, Number | None]] = []
        try:
            yield done
        finally:
            with self.house.store.write() as db:
                now = self.house.clock.now()
                done.append(take_back(self.house, db, thrown, now, ExerciseState.INTERRUPTED))

    def _until_effect(self, plan: Plan, number: Number, flipped_at: float) -> list[Answer]:
        """Ask each gateway until it shows that the switch is thrown, or the time is over; keep its last answer."""

        def shows(answer: Answer) -> bool:
            return has_effect(answer, plan.expected)

        return self._until(plan, Phase.THROWN, flipped_at, shows)

    def _until_restored(self, plan: Plan, before: Sequence[Answer], number: Number | None) -> list[Answer]:
        status = {answer.gateway: answer.status for answer in before}
        if number is not None:
            self.house.fleet.wait_applied(number, plan.seconds)
        return self._until(plan, Phase.AFTER, monotonic(), lambda answer: answer.status == status[answer.gateway])

    def _until(self, plan: Plan, phase: Phase, since: float, enough: Callable[[Answer], bool]) -> list[Answer]:
        last: dict[str, Answer] = {}
        waits = list(plan.gateways)
        while waits:
            for answer in self._asked(plan, waits, phase, since):
                last[answer.gateway] = answer
            waits = [each for each in waits if not enough(last[each.name])]
            if monotonic() - since > plan.seconds or self.stopping.wait(BREATH_SECONDS if waits else 0.0):
                break
        return list(last.values())

    def _asked(self, plan: Plan, whom: Sequence[Gateway], phase: Phase, since: float) -> list[Answer]:
        def ask(gateway: Gateway) -> Answer:
            said = self.asking.ask(gateway.address, gateway.key_env, plan.asked)
            after_ms = (monotonic() - since) * 1e3 if since else 0.0
            return _answer(gateway.name, phase, said, after_ms)

        self._holds(plan.exercise.game_day)
        with ThreadPoolExecutor(MOST_ASKED_AT_ONCE) as pool:
            return list(pool.map(ask, whom))

    def _of_fallback(self, plan: Plan) -> Iterator[Finding]:
        """Look at what users get instead, where the switch's file says how."""
        expected, switch = plan.expected, plan.switch
        if expected.url:
            yield from _judged(self.asking.fetch(expected.url), switch, expected.url)
        if expected.command:
            known = {"LEVERFRAME_SWITCH": switch.id, "LEVERFRAME_FALLBACK": switch.fallback}
            said = self.asking.run(expected.command, known)
            if said.fault or said.status != 200:
                yield _broken(f"the probe {expected.command} fails: {said.fault or said.excerpt}")

    def _left(self, plan: Plan, since: float) -> float:
        return plan.seconds - (monotonic() - since)


def plan(house: House, db: Db, exercise: Exercise) -> Plan:
    """Work out what an exercise does, as things stand now."""
    policy, switch = house.policy(db), switches.get(db, exercise.switch)
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


def conclude(
    house: House,
    exercise: Exercise,
    plan: Plan,
    answers: Sequence[Answer],
    found: Sequence[Finding],
    receipt: Receipt,
) -> Exercise:
    """Write down what an exercise has proved; a switch that passed is fresh from today on."""
    shown = [a.after_ms for a in answers if a.phase is Phase.THROWN and has_effect(a, plan.expected)]
    state = ExerciseState.FAILED if found else ExerciseState.PASSED
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
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
        switch = switches.lock(db, exercise.switch)
        if switch is not None and state is ExerciseState.PASSED:
            switches.put(db, replace(switch, exercised_on=now.astimezone(ZoneInfo(policy.calendar.home_zone)).date()))
        because = _sentence(written)
        facts = {
            "game_day": exercise.game_day,
            "exercise": exercise.id,
            "number": exercise.number,
            "set_number": exercise.set_number,
            "effect_ms": str(round(written.effect_ms, 1)) if written.effect_ms is not None else "",
            "gateways": [gateway.name for gateway in plan.gateways],
            "findings": [f"{each.gateway or exercise.switch}: {each.code.value}" for each in found],
        }
        decided = digest(written)
        record(
            db, now, CLOCK, "switch.exercised", exercise.switch, because, role="clock", facts=facts, decided=decided
        )
        db.after_commit(lambda: house.stir("switch"))
        return written


def finish(house: House, day_id: str) -> GameDay:
    """Write down that a game day is over, and tell what it has found."""
    with house.store.write() as db:
        now, day = house.clock.now(), exercises.day(db, day_id)
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


def recover(house: House, day_id: str) -> None:
    """Set again what a game day has thrown whose holder has died, and leave it paused."""
    with house.store.write() as db:
        now, day = house.clock.now(), exercises.day(db, day_id)
        if day.state is not GameDayState.RUNNING:
            return
        for each in exercises.of_day(db, day_id):
            if each.state is ExerciseState.THROWN:
                take_back(house, db, each, now, ExerciseState.INTERRUPTED)
        exercises.update_day(db, replace(day, state=GameDayState.PAUSED))
        exercises.release(db, day_id)
        because = "whoever held it has ended; what it had thrown is set again, and it waits to be resumed"
        record(db, now, CLOCK, "game_day.interrupted", day_id, because, role="clock")
        tell(db, "game_day.interrupted", {"game_day": day_id, "because": because}, key=f"{day_id}/{day.version}")
        db.after_commit(lambda: house.stir("switch"))


def to_hold(house: House, owner: str, held_seconds: float = HELD_SECONDS) -> str | None:
    """Return a running game day that is ours to hold now, or None; one whose holder has died is recovered first."""
    with house.store.read() as db:
        running = [day.id for day in exercises.open_days(db) if day.state is GameDayState.RUNNING]
    for day_id in running:
        with house.store.write() as db:
            before = exercises.claim(db, day_id, owner, wall(), held_seconds)
        if before == "":
            return day_id
        if before is not None:
            recover(house, day_id)
    return None


def _answer(gateway: str, phase: Phase, said: Said, after_ms: float) -> Answer:
    return Answer(
        gateway,
        phase,
        said.status,
        said.number,
        said.reason,
        said.served,
        said.fallback,
        said.excerpt,
        round(after_ms, 3),
        said.fault,
    )


def _judged(said: Said, switch: Switch, url: str) -> Iterator[Finding]:
    wanted = switch.probe.status or 200
    if said.fault:
        yield _broken(f"{url} does not answer: {said.fault}")
    elif said.status != wanted:
        yield _broken(f"{url} answers {said.status} where {wanted} is expected")
    elif switch.probe.contains and switch.probe.contains not in said.excerpt:
        yield _broken(f"{url} does not contain {switch.probe.contains!r}")


def _broken(because: str) -> Finding:
    return Finding(FindingCode.BROKEN_FALLBACK, because, "mend the fallback")


def _sentence(exercise: Exercise) -> str:
    if exercise.findings:
        return f"failed: {'; '.join(each.because for each in exercise.findings)}"
    return f"passed: without it at every gateway after {exercise.effect_ms or 0.0:.0f} ms"
