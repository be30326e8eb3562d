"""Which gateways report now, and which of them have applied this table?

Kept in memory only: after a restart the gateways report again within seconds. Times (`at`, `opened_at`) are
seconds on the machine's monotonic clock.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from leverframe.nouns.gateways import FORGOTTEN_AFTER_SECONDS, SILENT_AFTER_SECONDS, Receipt, Seen
from leverframe.nouns.tables import NO_NUMBER, Number

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


class Fleet:
    """The gateways that report. Every method may be called from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._heard = threading.Condition()
        self._instances: dict[tuple[str, str, str], _Instance] = {}
        self._highest = NO_NUMBER

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
            return _seen(known, at)

    def disconnected(self, gateway: str, instance: str, boot: str) -> None:
        """Note that a gateway's line to the stream has closed; it counts on until it is silent."""
        with self._heard:
            known = self._instances.get((gateway, instance, boot))
            if known is not None:
                known.lines = max(0, known.lines - 1)
                self._strike_replaced(known)

    def forget(self, gateway: str, instance: str) -> int:
        """Strike all boots of one instance off, as an operator asks; return how many there were."""
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
        """Say who of those that report has applied a number or a newer one, and how long the last of them took."""
        at = self._monotonic() if at is None else at
        with self._heard:
            return self._receipt(_number(number), opened_at, at)

    def wait_applied(self, number: Number | str, timeout: float, opened_at: float | None = None) -> Receipt:
        """Wait until all that report have applied a number, at most `timeout` seconds, and return the receipt."""
        number, start = _number(number), self._monotonic()
        opened_at, deadline = start if opened_at is None else opened_at, start + timeout
        with self._heard:
            while True:
                at = self._monotonic()
                receipt = self._receipt(number, opened_at, at)
                if receipt.confirmed or at >= deadline:
                    return receipt
                self._heard.wait(min(deadline - at, 1.0))

    def _take(self, gateway: str, instance: str, boot: str, number: Number, at: float) -> _Instance:
        known = self._instances.get((gateway, instance, boot)) or self._begin(gateway, instance, boot, at)
        known.heard_at = max(known.heard_at, at)
        self._highest = max(self._highest, number)
        if number > known.number:
            known.number = number
            known.applied = [*known.applied[1 - KEPT_APPLICATIONS :], (number, at)]
            self._heard.notify_all()
        return known

    def _begin(self, gateway: str, instance: str, boot: str, at: float) -> _Instance:
        known = _Instance(gateway, instance, boot, since=at, number=NO_NUMBER, heard_at=at)
        self._instances[(gateway, instance, boot)] = known
        for other in self._boots(gateway, instance):
            self._strike_replaced(other)
        return known

    def _strike_replaced(self, known: _Instance) -> None:
        """A boot whose line is closed, and whose instance has booted again since it was last heard, has ended."""
        boots = self._boots(known.gateway, known.instance)
        if not known.lines and any(other.boot != known.boot and other.since > known.heard_at for other in boots):
            self._strike(known)

    def _strike(self, known: _Instance) -> None:
        self._instances.pop((known.gateway, known.instance, known.boot), None)
        self._heard.notify_all()

    def _boots(self, gateway: str, instance: str) -> list[_Instance]:
        return [each for each in self._instances.values() if (each.gateway, each.instance) == (gateway, instance)]

    def _present(self, at: float) -> list[_Instance]:
        for known in list(self._instances.values()):
            if at - known.heard_at > FORGOTTEN_AFTER_SECONDS:
                self._strike(known)
        return list(self._instances.values())

    def _receipt(self, number: Number, opened_at: float, at: float) -> Receipt:
        present = self._present(at)
        reporting = [known for known in present if at - known.heard_at <= SILENT_AFTER_SECONDS]
        waiting = sorted(known.instance for known in reporting if known.number < number)
        silent = (_seen(known, at) for known in present if at - known.heard_at > SILENT_AFTER_SECONDS)
        return Receipt(
            number=str(number),
            reporting=len(reporting),
            applied=len(reporting) - len(waiting),
            milliseconds=None if waiting else _milliseconds(reporting, number, opened_at),
            waiting=tuple(waiting),
            silent=tuple(sorted(silent, key=lambda seen: (seen.gateway, seen.instance))),
        )


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


def _is_silent(seen: Seen) -> bool:
    return seen.age_seconds > SILENT_AFTER_SECONDS


def _number(number: Number | str) -> Number:
    return Number.parse(number) if isinstance(number, str) else number
