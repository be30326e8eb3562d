"""What is known of one boot of a gateway instance?

Times are seconds on the machine's monotonic clock.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leverframe.nouns.gateways import FORGOTTEN_AFTER_SECONDS, SILENT_AFTER_SECONDS, Receipt, Seen
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.store.reports import Reported

KEPT_APPLICATIONS = 512


@dataclass(slots=True)
class Boot:
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
        """Return what tells it from every other."""
        return self.gateway, self.instance, self.boot


def hear(known: Boot, each: Reported, at: float) -> None:
    """Note what one row says of a boot; of two rows, a gateway's move left one behind."""
    heard_at = at - each.age_seconds
    known.had_traffic = each.had_traffic if heard_at >= known.heard_at else known.had_traffic
    known.heard_at, known.lines = max(known.heard_at, heard_at), known.lines + each.connected
    advance(known, Number.parse(each.number), at)


def advance(known: Boot, number: Number, at: float) -> bool:
    """Note a number that is newer than what was applied before; what was past belief is no number to go on from."""
    if number != NO_NUMBER and known.number.is_past_belief(number):
        known.number, known.applied = NO_NUMBER, []
    if number <= known.number:
        return False
    known.number = number
    known.applied = [*known.applied[1 - KEPT_APPLICATIONS :], (number, at)]
    return True


def joined(here: Boot, there: Boot | None) -> Boot:
    """Return one boot of which two processes know, as whoever heard it last does; a number once applied stays so."""
    if there is None:
        return here
    last, first = (there, here) if there.heard_at > here.heard_at else (here, there)
    further = last if last.number >= first.number else first
    return replace(last, number=further.number, applied=further.applied, since=min(here.since, there.since))


def is_replaced(known: Boot, boots: Iterable[Boot]) -> bool:
    """Say whether a boot has ended: its line is closed, and its instance has booted again since it was last heard."""
    return not known.lines and any(other.boot != known.boot and other.since > known.heard_at for other in boots)


def receipt_of(present: list[Boot], number: Number, opened_at: float, at: float) -> Receipt:
    """Count who of those present reports, and who of those has applied a number."""
    reporting = [known for known in present if not is_silent(known, at)]
    waiting = sorted(known.instance for known in reporting if not _has_applied(known, number))
    silent = (seen_at(known, at) for known in present if is_silent(known, at))
    return Receipt(
        number=str(number),
        reporting=len(reporting),
        applied=len(reporting) - len(waiting),
        milliseconds=None if waiting else _milliseconds(reporting, number, opened_at),
        waiting=tuple(waiting),
        silent=tuple(sorted(silent, key=lambda seen: (seen.gateway, seen.instance))),
    )


def _has_applied(known: Boot, number: Number) -> bool:
    """Say whether a gateway obeys a number or a newer one; who says what cannot be is not known to."""
    return known.number >= number and not known.number.is_past_belief(number)


def _milliseconds(reporting: list[Boot], number: Number, opened_at: float) -> float | None:
    """Measure to the last application; who came later with the number already applied does not count."""
    asked = [known for known in reporting if known.since <= opened_at]
    applied = [_applied_at(known, number) for known in asked]
    return max(0.0, (max(applied) - opened_at) * 1000) if applied else None


def _applied_at(known: Boot, number: Number) -> float:
    place = bisect_left(known.applied, (number, float("-inf")))
    return known.applied[place][1] if place < len(known.applied) else known.since


def seen_at(known: Boot, at: float) -> Seen:
    """Return a boot as people see it."""
    return Seen(
        gateway=known.gateway,
        instance=known.instance,
        boot=known.boot,
        number=str(known.number),
        age_seconds=max(0.0, at - known.heard_at),
        connected=known.lines > 0,
        had_traffic=known.had_traffic,
    )


def reported_at(known: Boot, at: float) -> Reported:
    """Return a boot as other processes are told of it."""
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


def is_forgotten(known: Boot, at: float) -> bool:
    """Say whether a boot was last heard too long ago to be listed."""
    return at - known.heard_at > FORGOTTEN_AFTER_SECONDS


def is_silent(known: Boot, at: float) -> bool:
    """Say whether a boot does not report any more."""
    return at - known.heard_at > SILENT_AFTER_SECONDS
