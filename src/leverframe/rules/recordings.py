"""How many people were there in a stretch of recorded minutes, and how often did they meet something?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.metrics import WHOLE_RAMP
from leverframe.nouns.recordings import EMPTY, CountedMinute, RecordedArm, RecordedMinute, Recording, Stood
from leverframe.rules.evidence_time import Traffic

MINUTE = timedelta(minutes=1)
A_DAY = 1440
LEAST_MINUTES = 60
"""A shorter recording says too little of how people come."""
ENOUGH_PEOPLE = 200
"""How often an arm's people met something is told of so many of them at least, where there are so many near."""
NEAR = 60
"""So many minutes before and after are near."""
CANDIDATE, CONTROL = 0, 1


def recording_of(
    source: str,
    begins: datetime,
    ends: datetime,
    counted: Iterable[CountedMinute],
    stood: Sequence[Stood],
    weights: Mapping[str, float],
    watched: Iterable[str],
) -> Recording | None:
    """Put a ramp's minutes one after the other, from the one in which it began to the last that is over at `ends`.

    `weights` is which part of the feature's people is in each part of its population; `watched` names the guardrails
    that the ramp's own plan had. None where nobody was counted.
    """
    first, last = floor(begins), floor(ends)
    found: dict[datetime, RecordedMinute] = {}
    bad: dict[str, list[int]] = {}
    compared = _Compared(sorted(stood), weights)
    for minute in counted:
        if first <= minute.at <= last:
            found[minute.at] = _minute(minute, compared.weight(minute.at))
            _note_first_calls(bad, minute.whole.values())
    if not any(minute.people for minute in found.values()):
        return None
    length = round((last - first) / MINUTE) + 1
    minutes = tuple(found.get(first + k * MINUTE, EMPTY) for k in range(length))
    first_calls = {name: firsts / met for name, (firsts, met) in bad.items() if met}
    return Recording(source, first, minutes, frozenset((*bad, *watched)), first_calls)


def floor(moment: datetime) -> datetime:
    """Return the minute that a moment lies in."""
    return moment.replace(second=0, microsecond=0)


@dataclass(slots=True)
class _Compared:
    """Which part of the feature's people was in a part that was counted, minute by minute; asked in their order."""

    stood: Sequence[Stood]
    weights: Mapping[str, float]
    _stage: int = 0
    _place: int = 0
    _shares: dict[int, dict[str, float]] = field(default_factory=dict)

    def weight(self, minute: datetime) -> float:
        """Return it; where the catalog no longer has the parts that were counted, they are taken for everybody."""
        while self._place < len(self.stood) and self.stood[self._place].since < minute + MINUTE:
            _, self._stage, part, share = self.stood[self._place]
            self._shares.setdefault(self._stage, {})[part] = share
            self._place += 1
        shares = self._shares.get(self._stage, {})
        return sum(self.weights.get(part, 0.0) for part, share in shares.items() if share > 0.0) or 1.0


def _minute(counted: CountedMinute, weight: float) -> RecordedMinute:
    units = sum(cell.candidate_units + cell.control_units for cell in counted.whole.values())
    both = [cell for (part, share), cell in counted.whole.items() if 0.0 < share < 1.0 and part != WHOLE_RAMP]
    mine = RecordedArm(sum(cell.candidate_units for cell in both), _sum(cell.candidate_bad for cell in both))
    theirs = RecordedArm(sum(cell.control_units for cell in both), _sum(cell.control_bad for cell in both))
    return RecordedMinute(units / weight, mine, theirs, counted.whole, counted.proof)


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, n in each.items():
            total[name] = total.get(name, 0) + n
    return total


def _note_first_calls(bad: dict[str, list[int]], cells: Iterable[CellCounts]) -> None:
    for cell in cells:
        for firsts, met in (
            (cell.candidate_first_bad, cell.candidate_bad),
            (cell.control_first_bad, cell.control_bad),
        ):
            for name, n in met.items():
                known = bad.setdefault(name, [0, 0])
                known[1] += n
                known[0] = min(known[1], known[0] + firsts.get(name, 0))


class Rates:
    """A recording's sums, so that any stretch of it is told at once; `said` stands in for what was counted."""

    def __init__(self, recording: Recording, said: Mapping[str, float]) -> None:
        self.recording, self.events = recording, tuple(sorted({*recording.counted, *said}))
        self._said, minutes = said, recording.minutes
        self._people = [0.0, *accumulate(minute.people for minute in minutes)]
        arms = [[minute.candidate for minute in minutes], [minute.control for minute in minutes]]
        self._units = [[0, *accumulate(arm.units for arm in each)] for each in arms]
        self._bad = {
            event: [[0, *accumulate(arm.bad.get(event, 0) for arm in each)] for each in arms]
            for event in recording.counted
        }

    def people(self, first: int, end: int) -> float:
        """Count the feature's people in a stretch of minutes."""
        return self._people[end] - self._people[first]

    def rate(self, event: str, arm: int, first: int, end: int) -> float:
        """Return how often an arm's people met an event in a stretch, or in as many minutes near as tell of enough.

        A candidate that had nobody near is as its control was.
        """
        if event in self._said:
            return self._said[event]
        first, end = self._near(self._units[arm], first, end)
        units, bad = self._units[arm], self._bad[event][arm]
        if units[end] > units[first]:
            return min(1.0, (bad[end] - bad[first]) / (units[end] - units[first]))
        if arm == CANDIDATE:
            return self.rate(event, CONTROL, first, end)
        return min(1.0, bad[-1] / units[-1]) if units[-1] else 0.0

    def _near(self, units: Sequence[int], first: int, end: int) -> tuple[int, int]:
        least, most = max(0, first - NEAR), min(len(units) - 1, end + NEAR)
        while units[end] - units[first] < ENOUGH_PEOPLE and (first > least or end < most):
            first, end = max(least, first - 1), min(most, end + 1)
        return first, end

    def first_calls(self, event: str) -> float:
        """Return which part of those who met an event met it at their first call."""
        return self.recording.first_calls.get(event, 1.0)


def place(length: int, minute: int) -> int:
    """Return which recorded minute comes in a minute of a rehearsed ramp: after the last, they come round again.

    A recording of a day or more comes round by whole days, so that mornings stay mornings.
    """
    round_ = _round(length)
    return minute if minute < length else minute - round_ * ((minute - length) // round_ + 1)


def next_turn(length: int, minute: int) -> int:
    """Return the next minute, after this one, in which recorded minutes come round again."""
    if minute < length:
        return length
    round_ = _round(length)
    return length + round_ * ((minute - length) // round_ + 1)


def _round(length: int) -> int:
    return A_DAY * (length // A_DAY) or length


def traffic_of(rates: Rates, zone: str) -> Traffic:
    """Return a recording as the traffic of a day: each hour as it was recorded, or else as all were on average."""
    recording, home, sums = rates.recording, ZoneInfo(zone), dict[int, list[float]]()
    for number, minute in enumerate(recording.minutes):
        known = sums.setdefault((recording.begins + number * MINUTE).astimezone(home).hour, [0.0, 0.0])
        known[0] += minute.people
        known[1] += 1.0
    mean = recording.people / len(recording.minutes)
    hours = {hour: sums[hour][0] / sums[hour][1] if hour in sums else mean for hour in range(24)}
    end = len(recording.minutes)
    return Traffic(hours, {event: rates.rate(event, CONTROL, 0, end) for event in rates.events})
