"""When will a ramp widen, and will it end within its ticket?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from leverframe.nouns.calendar import Calendar, Subject
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Hold, Ramp, RampPlan, Stay
from leverframe.nouns.targets import Cell, Target, Tier
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.evidence.words import event
from leverframe.rules.evidence_time import P50, P90, Traffic, Wait
from leverframe.rules.imagined_ramps import Course, PlannedStep, Question, imagine, imagine_rest, say_wait
from leverframe.rules.lowering import cohorts_of
from leverframe.rules.moments import say, say_minutes
from leverframe.rules.widening import LATE

__all__ = ["Forecast", "PlannedStep", "Traffic", "forecast", "timeline"]

GATE = "forecast"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The ramp as it would go: as likely earlier as later (p50), and nine times in ten no later (p90).

    `settles_p50` and `settles_p90` are None where it would stop before 100 %. `text` is the p50 as people say it.
    """

    p50: tuple[PlannedStep, ...]
    p90: tuple[PlannedStep, ...]
    settles_p50: datetime | None
    settles_p90: datetime | None
    verdicts: tuple[Verdict, ...]
    text: str


def forecast(
    plan: RampPlan,
    subject: Subject,
    regions: tuple[str, ...],
    calendar: Calendar,
    starts_at: datetime,
    not_after: datetime,
    traffic: Traffic | None,
    population: Sequence[Cell],
    policy: Policy,
    under_way: Ramp | None = None,
    reading: StageReading | None = None,
    target: Target | None = None,
) -> Forecast:
    """Run `next_step` on an imagined clock, with evidence that comes as the traffic lets it.

    `traffic` is None where it is not known: then the evidence is assumed to fit in each bake, and the verdict
    says so. `policy` gives beta and how wide a ramp may stand through a closed stretch, `target` the order of its
    audiences. A ramp that is `under_way` goes on from where it stands, with what its newest reading says.
    """
    people = tuple(population)
    about = Question(plan, subject, regions, calendar, starts_at, not_after, traffic, people, policy, target)
    return forecast_for(about, under_way=under_way, reading=reading)


def forecast_for(about: Question, *, under_way: Ramp | None = None, reading: StageReading | None = None) -> Forecast:
    """Forecast what a question asks about; see `forecast`."""

    def course(deviate: float) -> Course:
        return imagine_rest(about, under_way, reading, deviate) if under_way else imagine(about, deviate)

    likely = course(P50)
    late = course(P90) if any(stage.floors for stage in about.plan.stages) and about.traffic else likely
    return Forecast(
        p50=likely.steps,
        p90=late.steps,
        settles_p50=likely.settles,
        settles_p90=late.settles,
        verdicts=_verdicts(about, likely, late),
        text=timeline(likely.steps, about.zone),
    )


def timeline(steps: Sequence[PlannedStep], zone: str) -> str:
    """Write steps as people say them: `Wed 10:00 1%, Wed 10:30 10%`.

    Regions stand beside a step that reaches only some of them, the date beside one a week or more after the first.
    """
    everywhere = {region for step in steps for region in step.regions}
    return ", ".join(_say_step(step, steps[0], everywhere, ZoneInfo(zone)) for step in steps)


def _verdicts(about: Question, likely: Course, late: Course) -> tuple[Verdict, ...]:
    """Say what would keep the ramp from ending within its ticket, or when it settles."""
    late_stages = [(stage, wait) for stage, wait in late.waits.items() if _is_too_long(about, stage, wait)]
    too_long = [_too_long(about, stage, wait) for stage, wait in late_stages]
    stops = likely.settles is None and not (too_long and _waits_for_proof(likely))
    stopped = [_stops(likely)] if stops else []
    return (*too_long, *stopped) or (passed(GATE, "; ".join(_good_news(about, likely, late))),)


def _is_too_long(about: Question, stage: int, wait: Wait) -> bool:
    longest = about.plan.stages[stage - 1].longest_wait_minutes
    return wait.minutes == inf or (longest > 0 and wait.minutes > longest)


def _too_long(about: Question, stage: int, wait: Wait) -> Verdict:
    """Answer that the evidence may not come in time; its remedies are those of the handbook's ramp plan."""
    longest = about.plan.stages[stage - 1].longest_wait_minutes
    share = about.plan.stages[stage - 1].share_percent
    limit = f"its longest wait is {say_minutes(longest)}" if longest else "it would stand there without an end"
    because = f"stage {stage} ({share:g} %) may need {say_wait(wait)} (p90), and {limit}"
    return failed(GATE, because, remedy=_count(about, stage) + _remedy(about), who="author")


def _count(about: Question, stage: int) -> str:
    """Ask for the users of cohorts of which nobody knows how many they are: without them nobody is counted."""
    named = cohorts_of(about.plan, stage)
    unknown = [name for name in named if all(cell.users_of(name) is None for cell in about.population)]
    return f"say in the catalog how many users {' and '.join(unknown)} has, " if unknown else ""


def _remedy(about: Question) -> str:
    risk = ", feature owner and AI Risk" if about.subject.tier == Tier.HIGH else " and feature owner"
    return (
        "widen the stage, allow a longer wait, ramp an internal ring with paired evals, "
        f"or plan for promotion on judgement, which release manager{risk} sign after the bake"
    )


def _waits_for_proof(course: Course) -> bool:
    return isinstance(course.stopped, Stay) or (course.stopped is not None and course.stopped.code == "longest_wait")


def _stops(course: Course) -> Verdict:
    because = course.stopped.because if course.stopped else "it does not end"
    remedy = course.stopped.remedy if isinstance(course.stopped, Hold) else ""
    where = (
        f"the ramp would stop at {course.steps[-1].share_percent:g} %" if course.steps else "the ramp would not begin"
    )
    return failed(GATE, f"{where}: {because}", remedy=remedy or LATE, who="author")


def _good_news(about: Question, likely: Course, late: Course) -> Iterator[str]:
    yield f"it would settle {say(likely.settles, about.zone)}" if likely.settles else "it would not settle"
    if late.settles is None:
        yield f"one time in ten it would not settle before {say(about.not_after, about.zone)}"
    elif late.settles != likely.settles:
        yield f"one time in ten later than {say(late.settles, about.zone)}"
    for step, after in zip(likely.steps, likely.steps[1:], strict=False):
        if after.at - step.at >= timedelta(hours=about.policy.closed_stretch_hours):
            stands = f"{say(step.at, about.zone)} to {say(after.at, about.zone)}"
            yield f"it would stand at {step.share_percent:g} % from {stands}"
    if assumed := tuple(dict.fromkeys(name for wait in likely.waits.values() for name in wait.assumed)):
        met = " or ".join(event(name) for name in assumed)
        yield f"how often people meet {met} is not known, so that its evidence is assumed to fit in each bake"


def _say_step(step: PlannedStep, first: PlannedStep, everywhere: set[str], zone: ZoneInfo) -> str:
    local, begun = step.at.astimezone(zone), first.at.astimezone(zone)
    day = f"{local:%a %d %b %H:%M}" if (local.date() - begun.date()).days >= 7 else f"{local:%a %H:%M}"
    some = f" ({', '.join(step.regions)})" if step.regions and set(step.regions) != everywhere else ""
    return f"{day} {step.share_percent:g}%{some}"
