"""Does a rehearsed ramp that is narrowed read what a live one reads, given the same people?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.world import World

from leverframe.actions import looks
from leverframe.actions.facts import question_of
from leverframe.nouns.calendar import DuringRamp, Freeze
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.ramps import Hold, Stay
from leverframe.rules.imagined_ramps import PlannedStep, begin
from leverframe.rules.rehearsed_people import Came, Part
from leverframe.rules.rehearsing import Run
from leverframe.store import outcomes

Counts = Mapping[str, CellCounts]


@dataclass(slots=True)
class TheSame:
    """The people of a live ramp: who had come by each moment, and what it had counted then."""

    came: list[Came] = field(default_factory=list)
    stood: list[tuple[datetime, list[StageCounts], str]] = field(default_factory=list)

    def come(self, parts: Sequence[Part], begun: datetime, since: datetime, until: datetime) -> Iterator[Came]:
        return (each for each in self.came if since <= each.since < until)

    def turns(self, begun: datetime, since: datetime) -> datetime | None:
        """Look where the live one was looked at."""
        return min((at for at, *_ in self.stood if at > since), default=None)


def test_what_was_counted_before_is_counted_on_when_a_ramp_is_narrowed_and_widened_again(world: World):
    freeze(world, "Wed 15:00", "Thu 09:00")
    change = world.ramping()
    people = TheSame()
    moments = ("Wed 10:30", "Wed 14:30", "Wed 14:50", "Wed 15:00", "Thu 10:30", "Tue 10:00", "Tue 12:00", "Tue 15:00")
    for number, until in enumerate(moments):
        come(world, change, people, negative=(0.04, 0.05)[number % 2])
        world.rounds_until(until, every=10 if number < 4 else 60)
        people.stood.append((world.now, counted(world, change), said(world, change)))
    assert world.timeline(change) == (
        "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Wed 15:00 narrowed to 10%, Tue 10:00 50%"
    )
    assert played(world, change, people) == people.stood


def freeze(world: World, begins: str, ends: str) -> None:
    local = [world.moment(text).replace(tzinfo=None) for text in (begins, ends)]
    found = Freeze("stocktaking", *local, "Europe/London", during_ramp=DuringRamp.NARROW)
    calendar = replace(world.policy.calendar, freezes=(found,))
    world.enforce(replace(world.policy, calendar=calendar, digest="sha256:stocktaking"))


def come(world: World, change: Change, people: TheSame, *, negative: float) -> None:
    """Let people ask, and keep who they were: everybody comes once, so that whoever is more has come."""
    before = of_stage(counted(world, change), world.ramp(change).stage)
    world.outcomes(change, negative=negative, per_minute=None if before else 1200)
    after = of_stage(counted(world, change), world.ramp(change).stage)
    cells = {name: minus(cell, before.get(name, CellCounts(cell.share))) for name, cell in after.items()}
    people.came.append(Came(world.now, world.now + timedelta(minutes=1), cells))


def counted(world: World, change: Change) -> list[StageCounts]:
    """Return what the store has counted by now, without scores: they are no people."""
    with world.store.read() as db:
        return [plain(each) for each in outcomes.counts(db, change.id)]


def plain(counts: StageCounts) -> StageCounts:
    proof = unscored(counts.cells if counts.proof is None else counts.proof)
    return StageCounts(counts.stage, unscored(counts.cells), proof, counts.began_at)


def unscored(cells: Counts) -> Counts:
    return {name: replace(cell, candidate_sums={}, control_sums={}) for name, cell in cells.items()}


def said(world: World, change: Change) -> str:
    """Return what the live ramp's floors say of the people who were counted."""
    with world.store.read() as db:
        reading = looks.look(world.house, db, change, world.ramp(change), world.now).reading
    assert reading is not None
    return "; ".join(each.because for each in reading.readings if each.guardrail == "feedback_negative")


def of_stage(counts: list[StageCounts], stage: int) -> Counts:
    return next((each.cells for each in counts if each.stage == stage), {})


def minus(one: CellCounts, other: CellCounts) -> CellCounts:
    names = ("candidate_bad", "control_bad", "candidate_first_bad", "control_first_bad")
    less = {name: {of: n - getattr(other, name).get(of, 0) for of, n in getattr(one, name).items()} for name in names}
    units = one.candidate_units - other.candidate_units, one.control_units - other.control_units
    return CellCounts(one.share, *units, **less)


def played(world: World, change: Change, people: TheSame) -> list[tuple[datetime, list[StageCounts], str]]:
    """Rehearse the ramp with these people, and return what it had counted and read at the same moments."""
    about = question_of(world.policy, change, people.came[0].since, None)
    begun = begin(about)
    assert isinstance(begun, PlannedStep)
    run, found = Run(about, people, begun), []
    for at, *_ in people.stood:
        while run.now < at or not isinstance(run.look(), Hold | Stay) or narrows(run):
            run.take(run.look())
        stood = [plain(tally.counts(run.now)) for _, tally in sorted(run.tallies.items())]
        because = "; ".join(r.because for r in run.reading().readings if r.guardrail == "feedback_negative")
        found.append((run.now, stood, because))
    return found


def narrows(run: Run) -> bool:
    step = run.look()
    return isinstance(step, Hold) and step.narrow_to_stage is not None
