"""How would a ramp go, if nobody were harmed, or so many times as many people?

People come as a source of them says (`rehearsed_people.py`), and are counted as the store counts
(`rehearsed_counts.py`). The readings and the steps are the product's own (`readings.py`, `ramping.py`), on an
imagined clock. Everybody comes once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leverframe.nouns.evidence import StageReading
from leverframe.nouns.ramps import Hold, LimitKind, Promote, Ramp, RampPlan, RollBack, Stay, Step, Widen
from leverframe.rules.evidence.outlines import compared
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.exposure import is_settled, pending
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
from leverframe.rules.moments import later
from leverframe.rules.ramping import next_step
from leverframe.rules.readings import read_stage
from leverframe.rules.rehearsed_counts import StageTally
from leverframe.rules.rehearsed_people import Came, People, parts_of

LOOKS_A_BAKE = 48
"""So often a stage's evidence is looked at in its bake, and as often later on; the runner looks each minute."""
WITHOUT_A_BAKE = 1440.0
"""A stage that has no bake of its own waits for regions only, and is looked at as if it baked a day."""
LONGEST = timedelta(days=90)
BAKE, EVIDENCE = "bake", "evidence"
SETTLED, ROLLED_BACK, STANDS = "settled", "rolled_back", "stands"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How one run went: `ended` is `settled`, `rolled_back` or `stands` (it was held to the end of its ticket).

    `guardrail` is the one that rolled it back; `minutes` from its start to its end; `exposed` people were served the
    candidate, `harmed` of them by it (met the event, and would not have beside it, on average). `waits` says of each
    step what the ramp waited for last before it: its bake, its evidence, or the code of a hold.
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
    waits: tuple[str, ...] = ()


def rehearse(about: Question, people: People) -> Rehearsal:
    """Play one ramp to its end; two runs with people who come alike are the same."""
    begun = begin(about)
    if not isinstance(begun, PlannedStep):
        return Rehearsal(STANDS, about.starts_at, 0.0, 0, begun.because, ())
    run = Run(about, people, begun)
    while run.now < begun.at + LONGEST:
        step = run.look()
        if is_settled(run.ramp, about.plan, about.regions):
            return run.told(SETTLED, f"it settled at {run.steps[-1].share_percent:g} %")
        if isinstance(step, RollBack):
            first = run.first_harm(step)
            return run.told(ROLLED_BACK, first.because, first.guardrail)
        if isinstance(step, Hold | Stay) and run.now >= about.not_after:
            return run.told(STANDS, step.because)
        run.take(step)
    return run.told(STANDS, "it did not end in 90 days")


@dataclass(slots=True)
class Run:
    """A run under way: where its ramp stands, and what has been counted so far."""

    about: Question
    people: People
    begun: PlannedStep
    ramp: Ramp = field(init=False)
    now: datetime = field(init=False)
    steps: list[PlannedStep] = field(init=False)
    tallies: dict[int, StageTally] = field(default_factory=dict)
    exposed: int = 0
    harmed: float = 0.0
    waits: list[str] = field(default_factory=lambda: [""])
    _waits_for: str = ""
    _before: StageTally | None = None
    _came: list[Came] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ramp, self.now, self.steps = ramp_at(self.begun), self.begun.at, [self.begun]
        self._stand(proof_anew=True)

    def look(self) -> Step:
        """Read the stage and ask what follows."""
        return next_step(self.ramp, facts_of(self.about, self.reading()), self.now)

    def reading(self) -> StageReading:
        """Read the present stage from what was counted of it and of those before it."""
        plan, policy = self.about.plan, self.about.policy
        waits = pending(self.ramp, plan, self.about.regions)
        minutes = None if waits else (self.now - self.ramp.stage_since).total_seconds() / 60.0
        counts = [
            tally.counts(self.now) for number, tally in sorted(self.tallies.items()) if number <= self.ramp.stage
        ]
        return read_stage(
            plan, self.ramp.stage, counts, alpha=policy.alpha, beta=policy.beta, stage_minutes=minutes, now=self.now
        )

    def take(self, step: Step) -> None:
        """Take a step, or let time pass and people come."""
        match step:
            case Promote() | Widen() | Hold(narrow_to_stage=int()):
                self.waits.append(self._waits_for)
            case Hold(code=code):
                self._waits_for = code
            case _:
                self._waits_for = BAKE if self._bakes() else EVIDENCE
        match step:
            case Promote() | Widen():
                self.ramp = published(self.ramp, step, self.now)
                begins = isinstance(step, Promote) or not pending(self.ramp, self.about.plan, self.about.regions)
                self._stand(proof_anew=begins)
                self.steps.append(planned(self.about, step.stage, step.regions, step.because, self.now))
            case Hold(narrow_to_stage=int(stage)):
                self.ramp = narrowed(self.ramp, stage, self.about, self.now)
                self._stand(proof_anew=True)
                self.steps.append(planned(self.about, stage, tuple(self.ramp.published), step.because, self.now))
            case Hold(until=until) | Stay(until=until):
                self._pass(until)
            case RollBack():
                raise AssertionError("a run that is rolled back has ended")

    def _bakes(self) -> bool:
        since = max(self.ramp.published.values(), default=self.ramp.stage_since)
        return self.now < later(since, self.about.plan.stages[self.ramp.stage - 1].bake_minutes)

    def _stand(self, *, proof_anew: bool) -> None:
        """Count from here at the shares at which the ramp stands now."""
        number = self.ramp.stage
        tally = self.tallies.setdefault(number, StageTally(self.about.plan, number, self.now))
        tally.stand(parts_of(self.about, self.ramp), proof_anew=proof_anew)
        self._before, self._came = None, []

    def _pass(self, until: datetime | None) -> None:
        """Let people come until the next look."""
        tally = self.tallies[self.ramp.stage]
        bake = tally.stage.bake_minutes or WITHOUT_A_BAKE
        tick = self.now + timedelta(minutes=max(1.0, bake / LOOKS_A_BAKE))
        turns = (until, self.people.turns(self.begun.at, self.now))
        end = min([tick, *(turn for turn in turns if turn is not None and turn > self.now)])
        parts = [part for part in parts_of(self.about, self.ramp) if part.share > 0.0]
        self._before, self._came = tally.before(), []
        for came in self.people.come(parts, self.begun.at, self.now, end):
            self._came.append(came)
            self._add([came])
        self.now = end

    def _add(self, came: Iterable[Came], sign: int = 1) -> None:
        for each in came:
            self.exposed += sign * each.exposed
            self.harmed += sign * each.harmed
            if sign > 0:
                self.tallies[self.ramp.stage].add(each)

    def first_harm(self, step: RollBack) -> RollBack:
        """Look again at each of the minutes that came since the look before: which was the first to roll back?"""
        if self._before is None or len(self._came) < 2:
            return step
        came, end = self._came, self.now
        self._add(came, sign=-1)
        self.tallies[self.ramp.stage] = self._before
        for each in came:
            self._add([each])
            self.now = each.until
            if isinstance(found := self.look(), RollBack):
                return found
        self.now = end
        return step

    def told(self, ended: str, because: str, guardrail: str = "") -> Rehearsal:
        """Say how it went."""
        minutes = (self.now - self.begun.at).total_seconds() / 60.0
        steps, stage, harmed = tuple(self.steps), self.ramp.stage, max(0.0, self.harmed)
        return Rehearsal(
            ended, self.now, minutes, stage, because, steps, guardrail, self.exposed, harmed, tuple(self.waits)
        )


def unknown_rates(plan: RampPlan, traffic: Traffic | None) -> tuple[str, ...]:
    """Name the guardrails of a plan of whose events nobody knows how often they happen."""
    known = traffic.bad_rate if traffic else {}
    return tuple(name for name in watched(plan) if name not in known)


def watched(plan: RampPlan) -> tuple[str, ...]:
    """Name the guardrails of a plan that count people: those that it compares, and those that have a limit."""
    limited = [slo.guardrail for stage in plan.stages for slo in stage.slos if slo.kind is LimitKind.RATE]
    return tuple(dict.fromkeys((*compared(plan), *limited)))
