"""What has a rehearsed ramp counted of each stage, as the store would have?

What a part of the population has counted of harm goes on as long as its share stays, also when its stage begins
again; what promotes begins anew with every stage that is entered, and when it has reached its last region. A stage
that was left keeps what it has counted, for the time when the ramp comes back to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leverframe.nouns.evidence import CellCounts, StageCounts
from leverframe.nouns.minutes import MeanMinutes, Met, StageMinutes
from leverframe.nouns.ramps import RampPlan, Stage
from leverframe.rules.evidence.looks import met
from leverframe.rules.evidence.means import metrics_of, with_minute
from leverframe.rules.evidence.outlines import outline_of
from leverframe.rules.evidence.starts import later_starts
from leverframe.rules.rehearsed_people import Came, Part


@dataclass(frozen=True, slots=True)
class Standing:
    """At which share a part stands, and what it has counted there; `proof` apart, where that has begun anew."""

    share: float
    whole: CellCounts
    proof: CellCounts | None = None

    def anew(self) -> Standing:
        """Return how it stands when what promotes begins anew."""
        return replace(self, proof=CellCounts(self.share))

    def added(self, whole: CellCounts, proof: CellCounts | None) -> Standing:
        """Return how it stands after more was counted."""
        later = None if self.proof is None else plus(self.proof, proof or whole)
        return replace(self, whole=plus(self.whole, whole), proof=later)


@dataclass(slots=True)
class StageTally:
    """What one stage has counted since it was first entered, and what its single minutes say."""

    plan: RampPlan
    number: int
    began: datetime
    parts: dict[str, Standing] = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)
    starts: list[Met] = field(default_factory=list)
    means: Mapping[str, MeanMinutes] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        """Return the stage of the plan."""
        return self.plan.stages[self.number - 1]

    def stand(self, parts: Iterable[Part], *, proof_anew: bool) -> None:
        """Say at which share each part stands from now on; one whose share changes counts anew."""
        changed = set()
        for part in parts:
            known = self.parts.get(part.name)
            if known is None or known.share != part.share:
                changed.add(part.name)
                self.parts[part.name] = Standing(part.share, CellCounts(part.share))
            elif proof_anew:
                self.parts[part.name] = known.anew()
        if changed and self.came:
            self._tell_again([_without(each, changed) for each in self.came])

    def add(self, came: Came) -> None:
        """Count who has come: a process that looks for later harm begins before the minute that it begins with."""
        self._begin(came.since)
        counted = {name: whole for name, whole in came.cells.items() if self.parts[name].share > 0.0}
        for name, whole in counted.items():
            self.parts[name] = self.parts[name].added(whole, came.proof.get(name))
        if metrics_of(self.stage):
            self.means = with_minute(self.means, counted, self.stage)
        self.came.append(came)

    def counts(self, now: datetime) -> StageCounts:
        """Return what is read of it now."""
        self._begin(now)
        standing = {name: each for name, each in sorted(self.parts.items()) if each.share > 0.0}
        whole = {name: each.whole for name, each in standing.items()}
        proof = {name: each.proof or each.whole for name, each in standing.items()}
        is_one = all(each.proof is None for each in standing.values())
        minutes = StageMinutes(tuple(self.starts), self.means)
        return StageCounts(
            self.number, self._scored(whole), None if is_one else self._scored(proof), self.began, minutes=minutes
        )

    def before(self) -> StageTally:
        """Return it as it stands, to come back to."""
        return replace(self, parts=dict(self.parts), came=list(self.came), starts=list(self.starts))

    def _tell_again(self, came: Iterable[Came]) -> None:
        """Tell its minutes again, without those parts that count anew."""
        again = StageTally(self.plan, self.number, self.began, {name: _nobody(s) for name, s in self.parts.items()})
        for each in came:
            again.add(each)
        self.came, self.starts, self.means = again.came, again.starts, again.means

    def _begin(self, by: datetime) -> None:
        """Note what each process that looks for later harm begins with that begins by a moment."""
        begins = later_starts(self.stage.bake_minutes)
        come = sum(self.began + timedelta(minutes=minutes) <= by for minutes in begins)
        if come > len(self.starts):
            cells = {name: each.whole for name, each in self.parts.items() if each.share > 0.0}
            self.starts += [met(outline_of(self.plan), self.number, cells)] * (come - len(self.starts))

    def _scored(self, cells: Mapping[str, CellCounts]) -> Mapping[str, CellCounts]:
        """Let each metric that nobody has told of have a score of everybody: it stays as it is."""
        known = {name.split("@", 1)[0] for cell in cells.values() for name in cell.candidate_sums}
        names = [name for metric in sorted(metrics_of(self.stage) - known) for name in (metric, f"{metric}@any")]
        return {part: _with_scores(cell, names) for part, cell in cells.items()} if names else cells


def plus(one: CellCounts, other: CellCounts) -> CellCounts:
    """Add up what a part has counted at one share."""
    return CellCounts(
        one.share,
        one.candidate_units + other.candidate_units,
        one.control_units + other.control_units,
        _sum(one.candidate_bad, other.candidate_bad),
        _sum(one.control_bad, other.control_bad),
        _sum(one.candidate_first_bad, other.candidate_first_bad),
        _sum(one.control_first_bad, other.control_first_bad),
        _sums(one.candidate_sums, other.candidate_sums),
        _sums(one.control_sums, other.control_sums),
        _sum(one.candidate_again, other.candidate_again),
        _sum(one.control_again, other.control_again),
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> Mapping[str, int]:
    if not one or not other:
        return one or other
    return {**one, **{name: one.get(name, 0) + more for name, more in other.items()}}


_Sums = Mapping[str, tuple[int, float, float]]


def _sums(one: _Sums, other: _Sums) -> _Sums:
    if not one or not other:
        return one or other
    return {**one, **{name: _triple(one.get(name, (0, 0.0, 0.0)), more) for name, more in other.items()}}


def _triple(one: tuple[int, float, float], other: tuple[int, float, float]) -> tuple[int, float, float]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _without(came: Came, parts: set[str]) -> Came:
    return replace(came, cells={name: cell for name, cell in came.cells.items() if name not in parts})


def _nobody(standing: Standing) -> Standing:
    return Standing(standing.share, CellCounts(standing.share))


def _with_scores(cell: CellCounts, names: Iterable[str]) -> CellCounts:
    mine, theirs = (dict.fromkeys(names, (units, 0.0, 0.0)) for units in (cell.candidate_units, cell.control_units))
    return replace(cell, candidate_sums={**cell.candidate_sums, **mine}, control_sums={**cell.control_sums, **theirs})
