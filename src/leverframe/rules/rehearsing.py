"""How would a ramp go, if nobody were harmed, or so many times as many people?

One run draws what would be counted: people come as the feature's traffic lets them, each meets a bad event as often
as its people do, the candidate's so many times as often as the harm says. The readings and the steps are the
product's own (`readings.py`, `ramping.py`), on an imagined clock. Everybody comes once, and means stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from leverframe.nouns.evidence import CellCounts, StageCounts, StageReading
from leverframe.nouns.minutes import Met, StageMinutes
from leverframe.nouns.ramps import Hold, LimitKind, Promote, Ramp, RampPlan, RollBack, Stay, Step, Widen
from leverframe.nouns.targets import EVERYWHERE
from leverframe.rules.drawing import Chance, binomial, poisson
from leverframe.rules.evidence.looks import met
from leverframe.rules.evidence.means import metrics_of
from leverframe.rules.evidence.outlines import compared, outline_of
from leverframe.rules.evidence.starts import later_starts
from leverframe.rules.evidence_time import Traffic, events_within, strata_in
from leverframe.rules.exposure import is_settled, pending, share_of_cell
from leverframe.rules.imagined_ramps import (
    PlannedStep,
    Question,
    begin,
    facts_of,
    narrowed,
    planned,
    published,
    ramp_at,
)
from leverframe.rules.ramping import next_step
from leverframe.rules.readings import read_stage

LOOKS_A_BAKE = 48
"""So often a stage's evidence is looked at in its bake, and as often later on; the runner looks each minute."""
LONGEST = timedelta(days=90)
SETTLED, ROLLED_BACK, STANDS = "settled", "rolled_back", "stands"


@dataclass(frozen=True, slots=True)
class Harm:
    """So many times as many people meet a guardrail's event on the candidate, from `after_minutes` of the ramp on."""

    guardrail: str = ""
    ratio: float = 1.0
    after_minutes: float = 0.0


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How one run went: `ended` is `settled`, `rolled_back` or `stands` (it was held to the end of its ticket).

    `guardrail` is the one that rolled it back; `minutes` from its start to its end; `exposed` people were served the
    candidate, `harmed` of them by it (met the event, and would not have beside it, on average).
    """

    ended: str
    at: datetime
    minutes: float
    stage: int
    because: str
    steps: tuple[PlannedStep, ...]
    guardrail: str = ""
    exposed: int = 0
    harmed: float = 0.0


def rehearse(about: Question, traffic: Traffic, harm: Harm, chance: Chance) -> Rehearsal:
    """Play one ramp to its end; two runs with the same chance are the same."""
    begun = begin(about)
    if not isinstance(begun, PlannedStep):
        return Rehearsal(STANDS, about.starts_at, 0.0, 0, begun.because, ())
    run = _Run(about, traffic, harm, chance, ramp_at(begun), begun.at, [begun])
    while run.now < begun.at + LONGEST:
        step = run.look()
        if is_settled(run.ramp, about.plan, about.regions):
            return run.told(SETTLED, f"it settled at {run.steps[-1].share_percent:g} %")
        if isinstance(step, RollBack):
            return run.told(ROLLED_BACK, step.because, step.guardrail)
        if isinstance(step, Hold | Stay) and run.now >= about.not_after:
            return run.told(STANDS, step.because)
        run.take(step)
    return run.told(STANDS, "it did not end in 90 days")


@dataclass(frozen=True, slots=True)
class Ending:
    """How many runs ended in one way, in which time (median, least, most), and how many people it took (medians)."""

    ended: str
    guardrail: str
    count: int
    median_minutes: float
    least_minutes: float
    most_minutes: float
    exposed: float
    harmed: float


def summed(runs: Sequence[Rehearsal]) -> tuple[Ending, ...]:
    """Sum runs by how they ended, the most frequent first."""
    kinds: dict[tuple[str, str], list[Rehearsal]] = {}
    for run in runs:
        kinds.setdefault((run.ended, run.guardrail), []).append(run)
    return tuple(_ending(*kind, some) for kind, some in sorted(kinds.items(), key=lambda each: -len(each[1])))


def _ending(ended: str, guardrail: str, runs: Sequence[Rehearsal]) -> Ending:
    times = [run.minutes for run in runs]
    people, harmed = median(run.exposed for run in runs), median(run.harmed for run in runs)
    return Ending(ended, guardrail, len(runs), median(times), min(times), max(times), people, harmed)


@dataclass(slots=True)
class _Counter:
    """What one part of the population counts at one share: units, and who met each event, in both arms."""

    share: float
    units: list[int] = field(default_factory=lambda: [0, 0])
    bad: dict[str, list[int]] = field(default_factory=dict)

    def add(self, units: tuple[int, int], bad: Mapping[str, tuple[int, int]]) -> None:
        for arm in (0, 1):
            self.units[arm] += units[arm]
            for name, pair in bad.items():
                self.bad.setdefault(name, [0, 0])[arm] += pair[arm]

    def counts(self, metrics: frozenset[str]) -> CellCounts:
        """Return them as they are read; everybody's first call is the bad one, and every metric is scored."""
        mine, theirs = ({name: pair[arm] for name, pair in self.bad.items()} for arm in (0, 1))
        names = [name for metric in sorted(metrics) for name in (metric, f"{metric}@any")]
        ours, others = (dict.fromkeys(names, (units, 0.0, 0.0)) for units in self.units)
        return CellCounts(self.share, self.units[0], self.units[1], mine, theirs, mine, theirs, ours, others)


@dataclass(slots=True)
class _Run:
    """A run under way: where its ramp stands, and what has been counted so far."""

    about: Question
    traffic: Traffic
    harm: Harm
    chance: Chance
    ramp: Ramp
    now: datetime
    steps: list[PlannedStep]
    done: list[StageCounts] = field(default_factory=list)
    whole: dict[str, _Counter] = field(default_factory=dict)
    proof: dict[str, _Counter] = field(default_factory=dict)
    starts: list[Met] = field(default_factory=list)
    exposed: int = 0
    harmed: float = 0.0

    def look(self) -> Step:
        """Read the stage and ask what follows."""
        return next_step(self.ramp, facts_of(self.about, self.reading()), self.now)

    def reading(self) -> StageReading:
        plan, policy = self.about.plan, self.about.policy
        waits = pending(self.ramp, plan, self.about.regions)
        minutes = None if waits else (self.now - self.ramp.stage_since).total_seconds() / 60.0
        counts = [*self.done, self.counted()]
        return read_stage(
            plan, self.ramp.stage, counts, alpha=policy.alpha, beta=policy.beta, stage_minutes=minutes, now=self.now
        )

    def counted(self) -> StageCounts:
        """Return what the present stage has counted."""
        metrics = metrics_of(self.about.plan.stages[self.ramp.stage - 1])
        whole = {name: counter.counts(metrics) for name, counter in self.whole.items()}
        proof = {name: counter.counts(metrics) for name, counter in self.proof.items()}
        return StageCounts(self.ramp.stage, whole, proof, minutes=StageMinutes(tuple(self.starts)))

    def take(self, step: Step) -> None:
        """Take a step, or let time pass and people come."""
        match step:
            case Promote():
                self.done.append(self.counted())
                self.whole, self.starts = {}, []
                self._publish(published(self.ramp, step, self.now), step)
            case Widen():
                anew = tuple(f"{region}|" for region in step.regions)
                self.whole = {name: counter for name, counter in self.whole.items() if not name.startswith(anew)}
                self._publish(published(self.ramp, step, self.now), step)
            case Hold(narrow_to_stage=int(stage)):
                self.ramp = narrowed(self.ramp, stage, self.about, self.now)
                self.whole, self.proof, self.starts, self.done = {}, {}, [], []
                self.steps.append(planned(self.about, stage, tuple(self.ramp.published), step.because, self.now))
            case Hold(until=until) | Stay(until=until):
                self._pass(until)
            case RollBack():
                raise AssertionError("a run that is rolled back has ended")

    def _publish(self, ramp: Ramp, step: Promote | Widen) -> None:
        self.ramp, self.proof = ramp, {}
        self.steps.append(planned(self.about, step.stage, step.regions, step.because, self.now))

    def _pass(self, until: datetime | None) -> None:
        """Let people come until the next look."""
        stage = self.about.plan.stages[self.ramp.stage - 1]
        tick = self.now + timedelta(minutes=max(1.0, stage.bake_minutes / LOOKS_A_BAKE))
        end = min(tick, until) if until is not None and until > self.now else tick
        minutes = (end - self.now).total_seconds() / 60.0
        zone, begun = self.about.calendar.home_zone, self.steps[0].at
        people = events_within(minutes, 1.0, self.traffic, self.now, zone)
        for name, part, share in _parts(self.about, self.ramp):
            self._come(name, people * part, share, (self.now - begun).total_seconds() / 60.0)
        self.now = end
        self._begin_later_processes()

    def _come(self, name: str, people: float, share: float, since_start: float) -> None:
        """Draw how many people of one part come to each arm, and how many of them meet each event."""
        units = poisson(self.chance, people * share), poisson(self.chance, people * (1.0 - share))
        bad = {}
        for event, rate in self.traffic.bad_rate.items():
            harms = event == self.harm.guardrail and since_start >= self.harm.after_minutes
            worse = min(1.0, rate * (self.harm.ratio if harms else 1.0))
            bad[event] = binomial(self.chance, units[0], worse), binomial(self.chance, units[1], rate)
            self.harmed += units[0] * (worse - rate)
        self.exposed += units[0]
        for counters in (self.whole, self.proof):
            counters.setdefault(name, _Counter(share)).add(units, bad)

    def _begin_later_processes(self) -> None:
        """Note what each process that looks for later harm begins with, at the first look after its moment."""
        stage = self.about.plan.stages[self.ramp.stage - 1]
        first = min(self.ramp.published.values(), default=self.now)
        come = sum(first + timedelta(minutes=m) <= self.now for m in later_starts(stage.bake_minutes))
        if come > len(self.starts):
            self.starts += [met(outline_of(self.about.plan), self.ramp.stage, self.counted().cells)] * (
                come - len(self.starts)
            )

    def told(self, ended: str, because: str, guardrail: str = "") -> Rehearsal:
        minutes = (self.now - self.steps[0].at).total_seconds() / 60.0
        steps, stage = tuple(self.steps), self.ramp.stage
        return Rehearsal(ended, self.now, minutes, stage, because, steps, guardrail, self.exposed, self.harmed)


def _parts(about: Question, ramp: Ramp) -> list[tuple[str, float, float]]:
    """Return the parts of the population that have the candidate now: name, part of the feature's people, share."""
    everybody = sum(cell.users for cell in about.population)
    regions = about.regions or (EVERYWHERE,)
    found: dict[tuple[str, float], float] = {}
    for region in regions:
        stage = ramp.stage if region in ramp.published else ramp.stage - 1
        if stage < 1:
            continue
        if not everybody:
            share = share_of_cell(about.plan, stage, region, "")
            found[region, share] = found.get((region, share), 0.0) + 1.0 / len(regions)
        for cell in (cell for cell in about.population if cell.region == region):
            for users, share in strata_in(about.plan, stage, cell):
                found[region, share] = found.get((region, share), 0.0) + users / everybody
    return [(f"{region}|{share:g}", part, share) for (region, share), part in found.items() if share > 0.0]


def unknown_rates(plan: RampPlan, traffic: Traffic | None) -> tuple[str, ...]:
    """Name the guardrails of a plan of whose events nobody knows how often they happen."""
    limited = [slo.guardrail for stage in plan.stages for slo in stage.slos if slo.kind is LimitKind.RATE]
    named = dict.fromkeys((*compared(plan), *limited))
    return tuple(name for name in named if traffic is None or name not in traffic.bad_rate)
