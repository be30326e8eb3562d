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
from dataclasses import asdict, dataclass, field, replace
from typing import Protocol

from leverframe.actions.holding import HELD_SECONDS, give_back, interrupt
from leverframe.actions.house import House
from leverframe.actions.plans import Plan, plan_of
from leverframe.actions.proofs import GONE, IN_EARNEST, conclude, finish, leave_out
from leverframe.actions.slices import take_back, throw_on_slice
from leverframe.actions.tables import withheld
from leverframe.clock import monotonic, wall
from leverframe.nouns.exercises import Answer, Asked, Exercise, ExerciseState, Finding, FindingCode, Phase, Said
from leverframe.nouns.gateways import Gateway
from leverframe.nouns.switches import Switch
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Conflict
from leverframe.rules.exercising import findings, has_effect
from leverframe.store import exercises, switches

BREATH_SECONDS = 0.05
AGAIN_SECONDS = 0.5
MOST_ASKED_AT_ONCE = 8
NOBODY_TO_ASK = "no gateway has an address at which it can be asked"


class Asking(Protocol):
    """The ways to ask: a gateway, a page, a command."""

    def ask(self, address: str, key_env: str, asked: Asked) -> Said: ...
    def fetch(self, url: str) -> Said: ...
    def run(self, command: str, known: Mapping[str, str]) -> Said: ...


@dataclass(slots=True)
class Driver:
    """Holds one game day. `stopping` ends it once the present switch is set again; whoever comes next goes on.

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
                why = withheld(db)
                following = next((each for each in exercises.of_day(db, day_id) if not each.state.is_over), None)
                plan = plan_of(self.house, db, following) if following else None
            if following is None:
                finish(self.house, day_id)
            elif plan is None:
                leave_out(self.house, following, GONE)
            elif plan.switch.thrown:
                leave_out(self.house, following, IN_EARNEST)
            elif why := why or ("" if plan.gateways else NOBODY_TO_ASK):
                interrupt(self.house, day_id, why)
            else:
                self._try(plan)
        give_back(self.house, day_id, self.owner)

    def _holds(self, day_id: str) -> bool:
        """Say whether the game day is still ours; somebody may have paused it, or no table go out."""
        with self.house.store.write() as db:
            return exercises.claim(db, day_id, self.owner, wall(), self.held_seconds) is not None

    def _try(self, plan: Plan) -> None:
        """Exercise one switch; where somebody else has written it meanwhile, it is looked at again."""
        try:
            self._exercise(plan)
        except Conflict:
            self.stopping.wait(AGAIN_SECONDS)

    def _exercise(self, plan: Plan) -> None:
        before = self._asked(plan, plan.gateways, Phase.BEFORE, 0.0)
        thrown, number, flipped_at = self._throw(plan)
        with self._set_again(thrown) as done:
            shown = self._until_effect(plan, flipped_at)
            left = max(0.0, plan.seconds - (monotonic() - flipped_at))
            receipt = self.house.fleet.wait_applied(number, left, flipped_at)
            fallback = tuple(self._of_fallback(plan))
        back, back_number = done[0]
        if back_number is not None and receipt.confirmed:
            self.house.fleet.wait_applied(back_number, plan.seconds)
        answers = [*before, *shown, *self._until_restored(plan, before)]
        if not self.stopping.is_set():
            judged = (*findings(plan.expected, plan.asked, number, answers, receipt), *fallback)
            conclude(self.house, back, plan, answers, judged, receipt)

    def _throw(self, plan: Plan) -> tuple[Exercise, Number, float]:
        began = monotonic()
        with self.house.store.write() as db:
            switch = switches.lock(db, plan.switch.id)
            if switch is None or switch.thrown:
                raise Conflict(f"{plan.switch.id} was moved meanwhile.")
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

    def _until_effect(self, plan: Plan, flipped_at: float) -> list[Answer]:
        """Ask each gateway until it shows that the switch is thrown, or the time is over; keep its last answer."""

        def shows(answer: Answer) -> bool:
            return has_effect(answer, plan.expected)

        return self._until(plan, Phase.THROWN, flipped_at, shows)

    def _until_restored(self, plan: Plan, before: Sequence[Answer]) -> list[Answer]:
        status = {answer.gateway: answer.status for answer in before}
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
            after_ms = round((monotonic() - since) * 1e3, 3) if since else 0.0
            return Answer(**asdict(said), gateway=gateway.name, phase=phase, after_ms=after_ms)

        answers: list[Answer] = []
        with ThreadPoolExecutor(MOST_ASKED_AT_ONCE) as pool:
            for place in range(0, len(whom), MOST_ASKED_AT_ONCE):
                if not self._holds(plan.exercise.game_day):
                    raise Conflict("The game day is paused, aborted, or held elsewhere.")
                answers += pool.map(ask, whom[place : place + MOST_ASKED_AT_ONCE])
        return answers

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
