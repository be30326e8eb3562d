"""Who comes in a rehearsed ramp, if people come as an earlier ramp counted them?

The minutes of the rehearsed ramp take those of the recording one by one, from both beginnings on; after the last they
come round again. People are drawn anew by the shares at which the rehearsed ramp stands, and what they meet by how
often people met it in those minutes. `AsItWas` draws only where the ramp stands elsewhere than the recorded one did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.recordings import EMPTY, RecordedMinute
from leverframe.rules.drawing import Chance, binomial
from leverframe.rules.recordings import CANDIDATE, CONTROL, MINUTE, Rates, floor, next_turn, place
from leverframe.rules.rehearsed_people import Came, Harm, Part

Rate = tuple[float, float]
"""How often people meet an event: on the candidate, and beside it."""


@dataclass(slots=True)
class AsRecorded:
    """People as a recording has them, drawn anew.

    Both arms meet events as often as the recorded control did, the candidate so many times as often as `harm` says;
    or, `as_counted`, each as often as its own arm did.
    """

    rates: Rates
    harm: Harm
    chance: Chance
    as_counted: bool = False

    def come(self, parts: Sequence[Part], begun: datetime, since: datetime, until: datetime) -> Iterator[Came]:
        """Draw who comes in the recorded minutes of a stretch that no turn of the recording lies in."""
        minutes = _minutes(begun, since, until)
        if minutes:
            first = place(len(self.rates.recording.minutes), minutes[0])
            yield self.drawn(parts, range(first, first + len(minutes)), since, until, minutes[0])

    def drawn(
        self, parts: Sequence[Part], recorded: range, since: datetime, until: datetime, after_minutes: int
    ) -> Came:
        """Draw who comes to these parts in some recorded minutes, so many minutes after the ramp has begun."""
        people = self.rates.people(recorded.start, recorded.stop)
        rates = {event: self._rate(event, recorded, after_minutes) for event in self.rates.events} if people else {}
        cells, harmed = {}, 0.0
        for part in parts:
            everybody = _whole(self.chance, people * part.weight)
            mine = everybody if part.share >= 1.0 else binomial(self.chance, everybody, part.share)
            cells[part.name] = self._met(part.share, mine, everybody - mine, rates)
            harmed += mine * sum(worse - rate for worse, rate in rates.values())
        return Came(since, until, cells, harmed=harmed)

    def _rate(self, event: str, recorded: range, after_minutes: int) -> Rate:
        theirs = self.rates.rate(event, CONTROL, recorded.start, recorded.stop)
        if self.as_counted:
            return self.rates.rate(event, CANDIDATE, recorded.start, recorded.stop), theirs
        harms = event == self.harm.guardrail and after_minutes >= self.harm.after_minutes
        return min(1.0, theirs * self.harm.ratio) if harms else theirs, theirs

    def _met(self, share: float, mine: int, theirs: int, rates: Mapping[str, Rate]) -> CellCounts:
        bad: tuple[dict[str, int], dict[str, int]] = ({}, {})
        first_bad: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for event, pair in rates.items():
            part = self.rates.first_calls(event)
            for arm, units in ((CANDIDATE, mine), (CONTROL, theirs)):
                met = bad[arm][event] = binomial(self.chance, units, pair[arm])
                first_bad[arm][event] = met if part >= 1.0 else binomial(self.chance, met, part)
        return CellCounts(share, mine, theirs, *bad, *first_bad)

    def turns(self, begun: datetime, since: datetime) -> datetime:
        """Return when the recorded minutes come round again."""
        minute = round((floor(since) - floor(begun)) / MINUTE)
        return floor(begun) + next_turn(len(self.rates.recording.minutes), minute) * MINUTE


@dataclass(slots=True)
class AsItWas:
    """People exactly as they were counted, where the ramp stands at the share at which they were; drawn elsewhere.

    `moments` says how long after its beginning the recorded ramp took each of its steps: it is looked at then too.
    """

    people: AsRecorded
    moments: Sequence[timedelta] = ()
    taken: int = field(default=0, init=False)
    drawn: int = field(default=0, init=False)

    def come(self, parts: Sequence[Part], begun: datetime, since: datetime, until: datetime) -> Iterator[Came]:
        """Tell minute by minute who came, and draw who would have come elsewhere."""
        recorded, origin = self.people.rates.recording.minutes, floor(begun)
        for minutes in self._stretches(parts, _minutes(begun, since, until)):
            first = place(len(recorded), minutes.start)
            begins, ends = max(since, origin + minutes.start * MINUTE), min(until, origin + minutes.stop * MINUTE)
            taken = recorded[first] if len(minutes) == 1 and minutes.start < len(recorded) else EMPTY
            yield self._told(parts, taken, range(first, first + len(minutes)), begins, ends, minutes.start)

    def _stretches(self, parts: Sequence[Part], minutes: range) -> Iterator[range]:
        """Yield each minute of which the very counts are taken by itself, and those between them together.

        Once they come round again they are drawn: the same people twice would be no second evidence.
        """
        recorded, drawn = self.people.rates.recording.minutes, minutes.start
        for minute in minutes:
            if minute < len(recorded) and any((part.name, part.share) in recorded[minute].parts for part in parts):
                if drawn < minute:
                    yield range(drawn, minute)
                yield range(minute, minute + 1)
                drawn = minute + 1
        if drawn < minutes.stop:
            yield range(drawn, minutes.stop)

    def _told(
        self,
        parts: Sequence[Part],
        was: RecordedMinute,
        recorded: range,
        since: datetime,
        until: datetime,
        after: int,
    ) -> Came:
        elsewhere = [part for part in parts if (part.name, part.share) not in was.parts]
        drawn = self.people.drawn(elsewhere, recorded, since, until, after) if elsewhere else None
        self.drawn += drawn.exposed if drawn else 0
        cells, proof = dict(drawn.cells) if drawn else {}, dict[str, CellCounts]()
        for part in parts:
            at = part.name, part.share
            if at in was.parts:
                cells[part.name] = was.parts[at]
                self.taken += was.parts[at].candidate_units
            if at in was.proof:
                proof[part.name] = was.proof[at]
        return Came(since, until, cells, proof, drawn.harmed if drawn else 0.0)

    def turns(self, begun: datetime, since: datetime) -> datetime:
        """Return when the recording comes round again, or the recorded ramp was stepped."""
        steps = (begun + moment for moment in self.moments)
        return min([self.people.turns(begun, since), *(at for at in steps if at > since)])


def _minutes(begun: datetime, since: datetime, until: datetime) -> range:
    """Return the minutes of a ramp, from 0, that end in a stretch of it."""
    origin = floor(begun)
    return range(round((floor(since) - origin) / MINUTE), round((floor(until) - origin) / MINUTE))


def _whole(chance: Chance, people: float) -> int:
    """Return a whole number of people: one more, as often as the rest says."""
    rest = people - int(people)
    return int(people) + (1 if rest and chance.random() < rest else 0)
