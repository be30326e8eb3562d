"""Which gateways report now, and which of them have applied this table?

Those that report to this process are known from their own reports, at once; after a restart they report again within
seconds. Those of other processes are learned from what these have written (actions/reports.py). Times (`at`,
`opened_at`) are seconds on the machine's monotonic clock.
"""

from __future__ import annotations

import secrets
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from leverframe.nouns.gateways import FORGOTTEN_AFTER_SECONDS, SILENT_AFTER_SECONDS, Receipt, Seen
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.store.reports import Reported

KEPT_APPLICATIONS = 512


@dataclass(slots=True)
class _Instance:
    """One boot of one gateway instance; `applied` lists when it first reported each number, rising."""

    gateway: str
    instance: str
    boot: str
    since: float
    number: Number
    heard_at: float
    had_traffic: bool = False
    lines: int = 0
    applied: list[tuple[Number, float]] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.gateway, self.instance, self.boot


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
        self.shared_at = float("-inf")
        self._monotonic = monotonic
        self._heard = threading.Condition()
        self._instances: dict[tuple[str, str, str], _Instance] = {}
        self._others: dict[tuple[str, str, str], _Instance] = {}
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
            return _seen(known, at)

    def connected(
        self, gateway: str, instance: str, boot: str, number: Number | str, at: float | None = None
    ) -> Seen:
        """Note that a gateway has opened a line to the stream: it says what it holds."""
        number, at = _number(number), self._monotonic() if at is None else at
        with self._heard:
            known = self._take(gateway, instance, boot, number, at)
            known.lines += 1
            self._changes += 1
            return _seen(known, at)

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
            boots = self._boots(gateway, instance)
            for known in boots:
                self._strike(known)
            return len(boots)

    def seen(self, at: float | None = None) -> list[Seen]:
        """List the instances, those that report first, then the silent ones; none silent for over an hour."""
        at = self._monotonic() if at is None else at
        with self._heard:
            present = [_seen(each, at) for each in self._present(at)]
        return sorted(present, key=lambda seen: (_is_silent(seen), seen.gateway, seen.instance, seen.boot))

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
            return _receipt(self._present(at), _number(number), opened_at, at)

    def reports_here(self, at: float | None = None) -> bool:
        """Say whether any gateway reports to this process."""
        at = self._monotonic() if at is None else at
        with self._heard:
            return any(not _is_silent(_seen(known, at)) for known in self._here(at))

    def is_unshared(self, at: float, beat_seconds: float) -> bool:
        """Say whether something has changed here, or a beat has passed, since it was shared."""
        with self._heard:
            return not self.ended and (self._changes != self._shared or at - self.shared_at >= beat_seconds)

    def unshared(self, at: float) -> Unshared:
        """Return what is known here, to be shared."""
        with self._heard:
            here = self._here(at)
            return Unshared(tuple(_reported(known, at) for known in here), self._changes, at)

    def note_shared(self, done: Unshared) -> None:
        """Note that what was unshared has been written."""
        with self._heard:
            self._shared, self.shared_at = done.changes, done.at

    def learn(self, reported: Iterable[Reported], at: float | None = None) -> None:
        """Take what the other processes have written, in place of what they wrote before."""
        at = self._monotonic() if at is None else at
        with self._heard:
            learned: dict[tuple[str, str, str], _Instance] = {}
            for each in reported:
                key = (each.gateway, each.instance, each.boot)
                _hear(learned.setdefault(key, self._elsewhere(each, at)), each, at)
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
                receipt = _receipt(self._here(at), number, opened_at, at)
                if receipt.confirmed or at >= deadline:
                    return receipt
                self._heard.wait(min(deadline - at, 1.0))

    def _take(self, gateway: str, instance: str, boot: str, number: Number, at: float) -> _Instance:
        known = self._instances.get((gateway, instance, boot)) or self._begin(gateway, instance, boot, at)
        known.heard_at = max(known.heard_at, at)
        self._highest = max(self._highest, number)
        if _advance(known, number, at):
            self._changes += 1
            self._heard.notify_all()
        return known

    def _begin(self, gateway: str, instance: str, boot: str, at: float) -> _Instance:
        known = _Instance(gateway, instance, boot, since=at, number=NO_NUMBER, heard_at=at)
        self._instances[(gateway, instance, boot)] = known
        self._changes += 1
        for other in self._boots(gateway, instance):
            self._strike_replaced(other)
        return known

    def _strike_replaced(self, known: _Instance) -> None:
        if _is_replaced(known, self._boots(known.gateway, known.instance)):
            self._strike(known)

    def _strike(self, known: _Instance) -> None:
        self._instances.pop(known.key, None)
        self._changes += 1
        self._heard.notify_all()

    def _strike_replaced_elsewhere(self) -> None:
        """Strike what has ended though nobody said so: its instance has booted again, here or at another process."""
        boots: dict[tuple[str, str], list[_Instance]] = defaultdict(list)
        for known in (*self._instances.values(), *self._others.values()) if self._others else ():
            boots[known.gateway, known.instance].append(known)
        for each in (each for same in boots.values() for each in same if _is_replaced(each, same)):
            self._others.pop(each.key, None)
            if each.key in self._instances:
                self._strike(each)

    def _elsewhere(self, each: Reported, at: float) -> _Instance:
        """Return what was learned of a boot before, to be heard anew; it is reckoned from the present rows alone."""
        before = self._others.get((each.gateway, each.instance, each.boot))
        if before is not None:
            return replace(before, heard_at=float("-inf"), lines=0, had_traffic=False)
        since = at - each.known_seconds
        return _Instance(each.gateway, each.instance, each.boot, since, NO_NUMBER, heard_at=float("-inf"))

    def _boots(self, gateway: str, instance: str) -> list[_Instance]:
        return [each for each in self._instances.values() if (each.gateway, each.instance) == (gateway, instance)]

    def _here(self, at: float) -> list[_Instance]:
        for known in list(self._instances.values()):
            if _is_forgotten(known, at):
                self._strike(known)
        return list(self._instances.values())

    def _present(self, at: float) -> list[_Instance]:
        """Return those of all processes, each boot once: a gateway may have come here from another."""
        here = self._here(at)
        if not self._others:
            return here
        met = [_joined(known, self._others.get(known.key)) for known in here]
        others = (each for key, each in self._others.items() if key not in self._instances)
        return [*met, *(each for each in others if not _is_forgotten(each, at))]


def _hear(known: _Instance, each: Reported, at: float) -> None:
    """Note what one row says of a boot; of two rows, a gateway's move left one behind."""
    heard_at = at - each.age_seconds
    known.had_traffic = each.had_traffic if heard_at >= known.heard_at else known.had_traffic
    known.heard_at, known.lines = max(known.heard_at, heard_at), known.lines + each.connected
    _advance(known, Number.parse(each.number), at)


def _advance(known: _Instance, number: Number, at: float) -> bool:
    """Note a number that is newer than what was applied before; what was past belief is no number to go on from."""
    if number != NO_NUMBER and known.number.is_past_belief(number):
        known.number, known.applied = NO_NUMBER, []
    if number <= known.number:
        return False
    known.number = number
    known.applied = [*known.applied[1 - KEPT_APPLICATIONS :], (number, at)]
    return True


def _joined(here: _Instance, there: _Instance | None) -> _Instance:
    """Return one boot of which two processes know, as whoever heard it last does; a number once applied stays so."""
    if there is None:
        return here
    last, first = (there, here) if there.heard_at > here.heard_at else (here, there)
    further = last if last.number >= first.number else first
    return replace(last, number=further.number, applied=further.applied, since=min(here.since, there.since))


def _is_replaced(known: _Instance, boots: Iterable[_Instance]) -> bool:
    """Say whether a boot has ended: its line is closed, and its instance has booted again since it was last heard."""
    return not known.lines and any(other.boot != known.boot and other.since > known.heard_at for other in boots)


def _receipt(present: list[_Instance], number: Number, opened_at: float, at: float) -> Receipt:
    reporting = [known for known in present if at - known.heard_at <= SILENT_AFTER_SECONDS]
    waiting = sorted(known.instance for known in reporting if not _has_applied(known, number))
    silent = (_seen(known, at) for known in present if at - known.heard_at > SILENT_AFTER_SECONDS)
    return Receipt(
        number=str(number),
        reporting=len(reporting),
        applied=len(reporting) - len(waiting),
        milliseconds=None if waiting else _milliseconds(reporting, number, opened_at),
        waiting=tuple(waiting),
        silent=tuple(sorted(silent, key=lambda seen: (seen.gateway, seen.instance))),
    )


def _has_applied(known: _Instance, number: Number) -> bool:
    """Say whether a gateway obeys a number or a newer one; who says what cannot be is not known to."""
    return known.number >= number and not known.number.is_past_belief(number)


def _milliseconds(reporting: list[_Instance], number: Number, opened_at: float) -> float | None:
    """Measure to the last application; who came later with the number already applied does not count."""
    asked = [known for known in reporting if known.since <= opened_at]
    applied = [_applied_at(known, number) for known in asked]
    return max(0.0, (max(applied) - opened_at) * 1000) if applied else None


def _applied_at(known: _Instance, number: Number) -> float:
    place = bisect_left(known.applied, (number, float("-inf")))
    return known.applied[place][1] if place < len(known.applied) else known.since


def _seen(known: _Instance, at: float) -> Seen:
    return Seen(
        gateway=known.gateway,
        instance=known.instance,
        boot=known.boot,
        number=str(known.number),
        age_seconds=max(0.0, at - known.heard_at),
        connected=known.lines > 0,
        had_traffic=known.had_traffic,
    )


def _reported(known: _Instance, at: float) -> Reported:
    return Reported(
        gateway=known.gateway,
        instance=known.instance,
        boot=known.boot,
        number=str(known.number),
        age_seconds=max(0.0, at - known.heard_at),
        known_seconds=max(0.0, at - known.since),
        connected=known.lines > 0,
        had_traffic=known.had_traffic,
    )


def _is_forgotten(known: _Instance, at: float) -> bool:
    return at - known.heard_at > FORGOTTEN_AFTER_SECONDS


def _is_silent(seen: Seen) -> bool:
    return seen.age_seconds > SILENT_AFTER_SECONDS


def _number(number: Number | str) -> Number:
    return Number.parse(number) if isinstance(number, str) else number
