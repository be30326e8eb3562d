"""Which gateways report now, and which of them have applied this table?

Those that report to this process are known from their own reports, at once; after a restart they report again within
seconds. Those of other processes are learned from what these have written (actions/reports.py). Times (`at`,
`opened_at`) are seconds on the machine's monotonic clock.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from leverframe.actions.boots import (
    Boot,
    advance,
    hear,
    is_forgotten,
    is_replaced,
    is_silent,
    joined,
    receipt_of,
    reported_at,
    seen_at,
)
from leverframe.nouns.gateways import Receipt, Seen
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.store.reports import Reported


@dataclass(frozen=True, slots=True)
class Unshared:
    """What other processes are to be told: all that is known here, after so many changes, at a second."""

    reported: tuple[Reported, ...]
    changes: int
    at: float


class Fleet:
    """The gateways that report. Every method may be called from any thread.

    `process` names this one among the processes of a control plane. `sharing` lets one thread at a time write of it,
    and none after it has `ended`.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.process, self.sharing, self.ended = secrets.token_hex(8), threading.Lock(), False
        self.shared_at, self.sharing_took = float("-inf"), 0.0
        self._monotonic = monotonic
        self._heard = threading.Condition()
        self._instances: dict[tuple[str, str, str], Boot] = {}
        self._boots: dict[tuple[str, str], list[Boot]] = {}
        self._others: dict[tuple[str, str, str], Boot] = {}
        self._highest = NO_NUMBER
        self._changes, self._shared = 0, 0

    def report(
        self,
        gateway: str,
        instance: str,
        boot: str,
        number: Number | str,
        traffic: bool = False,
        goodbye: bool = False,
        at: float | None = None,
    ) -> Seen:
        """Take one report, and wake whoever waits for a receipt; raises ValueError for what is not a number."""
        number, at = _number(number), self._monotonic() if at is None else at
        with self._heard:
            known = self._take(gateway, instance, boot, number, at)
            known.had_traffic = traffic
            if goodbye:
                self._strike(known)
            return seen_at(known, at)

    def connected(
        self, gateway: str, instance: str, boot: str, number: Number | str, at: float | None = None
    ) -> Seen:
        """Note that a gateway has opened a line to the stream: it says what it holds."""
        number, at = _number(number), self._monotonic() if at is None else at
        with self._heard:
            known = self._take(gateway, instance, boot, number, at)
            known.lines += 1
            self._changes += 1
            return seen_at(known, at)

    def disconnected(self, gateway: str, instance: str, boot: str) -> None:
        """Note that a gateway's line to the stream has closed; it counts on until it is silent."""
        with self._heard:
            known = self._instances.get((gateway, instance, boot))
            if known is not None:
                known.lines = max(0, known.lines - 1)
                self._changes += 1
                self._strike_replaced(known)

    def forget(self, gateway: str, instance: str) -> int:
        """Strike all boots of one instance off here, as an operator asks; return how many there were."""
        with self._heard:
            boots = list(self._boots.get((gateway, instance), ()))
            for known in boots:
                self._strike(known)
            return len(boots)

    def seen(self, at: float | None = None) -> list[Seen]:
        """List the instances, those that report first, then the silent ones; none silent for over an hour."""
        return self._seen(lambda known, at: True, at)

    def silent(self, at: float | None = None) -> list[Seen]:
        """List the instances that do not report any more, and did within the hour."""
        return self._seen(is_silent, at)

    def past_belief(self, newest: Number, at: float | None = None) -> list[Seen]:
        """List the instances that say of their table what cannot be, where `newest` is the newest there is."""
        return self._seen(lambda known, at: known.number.is_past_belief(newest), at)

    def highest(self) -> Number:
        """Return the highest number that any gateway has ever reported to this process."""
        with self._heard:
            return self._highest

    def receipt(self, number: Number | str, opened_at: float, at: float | None = None) -> Receipt:
        """Say who of those that report has applied a number or a newer one, and how long the last of them took.

        For a gateway of another process that is until it was learned here. Where `opened_at` is before all (-inf),
        nobody knows when the number was asked for, and no time is told.
        """
        at = self._monotonic() if at is None else at
        with self._heard:
            return receipt_of(self._present(at), _number(number), opened_at, at)

    def reports_here(self, at: float | None = None) -> bool:
        """Say whether any gateway reports to this process."""
        at = self._monotonic() if at is None else at
        with self._heard:
            return any(not is_silent(known, at) for known in self._here(at))

    def is_unshared(self, at: float, beat_seconds: float) -> bool:
        """Say whether something has changed here, or a beat has passed, since it was shared."""
        with self._heard:
            return not self.ended and (self._changes != self._shared or at - self.shared_at >= beat_seconds)

    def unshared(self, at: float) -> Unshared:
        """Return what is known here, to be shared."""
        with self._heard:
            here = self._here(at)
            return Unshared(tuple(reported_at(known, at) for known in here), self._changes, at)

    def note_shared(self, done: Unshared, took: float = 0.0) -> None:
        """Note that what was unshared has been written, and how many seconds that took."""
        with self._heard:
            self._shared, self.shared_at, self.sharing_took = done.changes, done.at, took

    def learn(self, reported: Iterable[Reported], at: float | None = None) -> None:
        """Take what the other processes have written, in place of what they wrote before."""
        at = self._monotonic() if at is None else at
        with self._heard:
            learned: dict[tuple[str, str, str], Boot] = {}
            for each in reported:
                key = (each.gateway, each.instance, each.boot)
                hear(learned.setdefault(key, self._elsewhere(each, at)), each, at)
            self._others = learned
            self._strike_replaced_elsewhere()

    def wait_applied(self, number: Number | str, timeout: float, opened_at: float | None = None) -> Receipt:
        """Wait until all that report to this process have applied a number, and return their receipt.

        It waits at most `timeout` seconds, and for no other process's gateways.
        """
        number, start = _number(number), self._monotonic()
        opened_at, deadline = start if opened_at is None else opened_at, start + timeout
        with self._heard:
            while True:
                at = self._monotonic()
                receipt = receipt_of(self._here(at), number, opened_at, at)
                if receipt.confirmed or at >= deadline:
                    return receipt
                self._heard.wait(min(deadline - at, 1.0))

    def _seen(self, asked: Callable[[Boot, float], bool], at: float | None) -> list[Seen]:
        at = self._monotonic() if at is None else at
        with self._heard:
            found = [known for known in self._present(at) if asked(known, at)]
            found.sort(key=lambda known: (is_silent(known, at), known.key))
            return [seen_at(known, at) for known in found]

    def _take(self, gateway: str, instance: str, boot: str, number: Number, at: float) -> Boot:
        known = self._instances.get((gateway, instance, boot)) or self._begin(gateway, instance, boot, at)
        known.heard_at = max(known.heard_at, at)
        self._highest = max(self._highest, number)
        if advance(known, number, at):
            self._changes += 1
            self._heard.notify_all()
        return known

    def _begin(self, gateway: str, instance: str, boot: str, at: float) -> Boot:
        known = Boot(gateway, instance, boot, since=at, number=NO_NUMBER, heard_at=at)
        self._instances[(gateway, instance, boot)] = known
        self._changes += 1
        boots = self._boots.setdefault((gateway, instance), [])
        boots.append(known)
        for other in list(boots):
            self._strike_replaced(other)
        return known

    def _strike_replaced(self, known: Boot) -> None:
        if is_replaced(known, self._boots.get((known.gateway, known.instance), ())):
            self._strike(known)

    def _strike(self, known: Boot) -> None:
        if self._instances.pop(known.key, None) is not None:
            boots = self._boots[known.gateway, known.instance]
            boots.remove(known)
            if not boots:
                del self._boots[known.gateway, known.instance]
        self._changes += 1
        self._heard.notify_all()

    def _strike_replaced_elsewhere(self) -> None:
        """Strike what has ended though nobody said so: its instance has booted again, here or at another process."""
        boots: dict[tuple[str, str], list[Boot]] = defaultdict(list)
        for known in (*self._instances.values(), *self._others.values()) if self._others else ():
            boots[known.gateway, known.instance].append(known)
        for each in (each for same in boots.values() for each in same if is_replaced(each, same)):
            self._others.pop(each.key, None)
            if each.key in self._instances:
                self._strike(each)

    def _elsewhere(self, each: Reported, at: float) -> Boot:
        """Return what was learned of a boot before, to be heard anew; it is reckoned from the present rows alone."""
        before = self._others.get((each.gateway, each.instance, each.boot))
        if before is not None:
            return replace(before, heard_at=float("-inf"), lines=0, had_traffic=False)
        since = at - each.known_seconds
        return Boot(each.gateway, each.instance, each.boot, since, NO_NUMBER, heard_at=float("-inf"))

    def _here(self, at: float) -> list[Boot]:
        for known in list(self._instances.values()):
            if is_forgotten(known, at):
                self._strike(known)
        return list(self._instances.values())

    def _present(self, at: float) -> list[Boot]:
        """Return those of all processes, each boot once: a gateway may have come here from another."""
        here = self._here(at)
        if not self._others:
            return here
        met = [joined(known, self._others.get(known.key)) for known in here]
        others = (each for key, each in self._others.items() if key not in self._instances)
        return [*met, *(each for each in others if not is_forgotten(each, at))]


def _number(number: Number | str) -> Number:
    return Number.parse(number) if isinstance(number, str) else number
