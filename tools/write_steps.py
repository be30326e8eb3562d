"""What follows in which phase of a ramp, whatever happens? Written into the reference, by asking the rule itself.

Between the marks in `docs/reference/steps.md` the table is written anew; the rest of the page is written by people.
Run it after `next_step` has changed, and read what has changed in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Subject, Window
from leverframe.nouns.evidence import Finding, Reading, StageReading
from leverframe.nouns.ramps import (
    Clause,
    Hold,
    HoldRow,
    Promote,
    Ramp,
    RampPlan,
    RampState,
    RollBack,
    Stage,
    Stay,
    Step,
    Widen,
)
from leverframe.rules.ramping import next_step
from leverframe.rules.standing import RampFacts

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "steps.md"
BEGIN, END = "<!-- from the code: begin -->", "<!-- from the code: end -->"

DAY = datetime(2026, 5, 13, 11, tzinfo=UTC)
"""A Wednesday, when the window is open."""
NIGHT, WEEKEND = DAY + timedelta(hours=9), DAY + timedelta(days=3)
BAKE, LONGEST_WAIT = 240, 480
STAGES = tuple(Stage((Clause(share),), BAKE, longest_wait_minutes=LONGEST_WAIT) for share in (1, 10, 50))
PLAN = RampPlan((*STAGES, Stage((Clause(100),), 0)))
REGIONS = ("north", "south")
CALENDAR = Calendar("UTC", {}, (Window("weekdays", frozenset(range(5)), time(9), time(18)),))
FREEZE = Freeze("quarter close", DAY - timedelta(hours=1), WEEKEND)
SUBJECT = Subject("customer-support", "medium", "prompt")
BY_REMI = HoldRow("remi", "person", "something looks odd", DAY - timedelta(hours=2))


def ramp_at(
    now: datetime, minutes: float, *, stage: int = 3, regions: tuple[str, ...] = REGIONS, **more: Any
) -> Ramp:
    """Return a ramp that reached some regions so many minutes ago; it stands at 50 % if nothing else is said."""
    since = now - timedelta(minutes=minutes)
    began = now - timedelta(days=2)
    return Ramp(
        "CHG-2026-00001",
        SUBJECT.target,
        RampState.RAMPING,
        stage,
        began,
        since,
        "salt",
        dict.fromkeys(regions, since),
        **more,
    )


PHASES: dict[str, Callable[[datetime], Ramp]] = {
    "a region waits": lambda now: ramp_at(now, 60, regions=("north",)),
    "baking": lambda now: ramp_at(now, 60),
    "baked": lambda now: ramp_at(now, BAKE + 60),
    "past the longest wait": lambda now: ramp_at(now, LONGEST_WAIT + 60),
    "held by a person": lambda now: ramp_at(now, BAKE + 60, hold=BY_REMI),
    "settling, a region waits": lambda now: ramp_at(now, 60, stage=4, regions=("north",)),
    "settled": lambda now: ramp_at(now, 60, stage=4),
    "ended": lambda now: replace(ramp_at(now, 60), state=RampState.ROLLED_BACK),
}


@dataclass(frozen=True, slots=True)
class Event:
    """What has come about: what the evidence says (None: nothing was read), when it is, and what else is so."""

    finding: Finding | None = Finding.PASS
    now: datetime = DAY
    more: dict[str, Any] = field(default_factory=dict)


def _frozen(during_ramp: DuringRamp) -> dict[str, Any]:
    return {"calendar": replace(CALENDAR, freezes=(replace(FREEZE, during_ramp=during_ramp),))}


HOLDING, NARROWING = _frozen(DuringRamp.HOLD), _frozen(DuringRamp.NARROW)
THROWN = {"watched_switches": ("feature/customer-support",)}
EVENTS: dict[str, Event] = {
    **{f"the evidence says `{finding.value}`": Event(finding) for finding in Finding},
    "nothing has been read": Event(None),
    **{
        f"judged, and the evidence says `{finding.value}`": Event(finding, more={"judged": True})
        for finding in (Finding.CONTINUE, Finding.NO_DATA, Finding.ERROR)
    },
    "a switch is thrown": Event(more=THROWN),
    "a freeze begins": Event(more=HOLDING),
    "a freeze that narrows begins": Event(more=NARROWING),
    "the window closes": Event(now=NIGHT),
    "a closed stretch begins": Event(now=WEEKEND),
    "a closed stretch begins, and the policy narrows": Event(now=WEEKEND, more={"closed_stretch_narrow": True}),
    "`not_after` is past": Event(more={"not_after": DAY}),
    "harm at night, in a freeze, a switch thrown": Event(Finding.HARM, NIGHT, {**HOLDING, **THROWN}),
    "harm, and the plan does not roll back by itself": Event(
        Finding.HARM, more={"plan": replace(PLAN, auto_rollback=False)}
    ),
}


def main() -> None:
    """Write the table into the page."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}", "utf-8")


def answer(phase: str, event: str) -> Step:
    """Ask the rule what follows in a phase when something has come about."""
    told = EVENTS[event]
    return next_step(PHASES[phase](told.now), facts_of(told.finding, **told.more), told.now)


def facts_of(finding: Finding | None, **more: Any) -> RampFacts:
    """Return what a step rests on, with nothing in its way but what is said."""
    not_after = DAY + timedelta(days=60)
    facts = RampFacts(PLAN, CALENDAR, SUBJECT, REGIONS, _read(finding), not_after, 10.0, 48.0, False)
    return replace(facts, **more)


def _read(finding: Finding | None) -> StageReading | None:
    if finding is None:
        return None
    reading = Reading("feedback_negative", finding, "what was read", floor=True)
    return StageReading(finding, "what was read", (reading,), DAY)


def table() -> str:
    """Return the table: a row for each event, a column for each phase."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield f"| | {' | '.join(PHASES)} |"
    yield f"|---|{'---|' * len(PHASES)}"
    for event in EVENTS:
        yield f"| {event} | {' | '.join(say(answer(phase, event)) for phase in PHASES)} |"


def say(step: Step) -> str:
    """Say a step in a word or two."""
    match step:
        case Promote():
            return "**promote**"
        case Widen():
            return "**widen**"
        case RollBack():
            return "**roll back**"
        case Stay():
            return "stay"
        case Hold():
            narrow = step.narrow_to_stage
            narrows = f", narrow to {PLAN.stages[narrow - 1].share_percent:g} %" if narrow else ""
            return f"hold `{step.code}`{', page' if step.page else ''}{narrows}"


if __name__ == "__main__":
    main()
