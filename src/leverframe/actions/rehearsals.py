"""How would this change's ramp go: what can each stage prove, and how often would it be wrong?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from random import Random

from leverframe.actions.drafting import draft, target_named
from leverframe.actions.facts import question_of, traffic_of, with_current
from leverframe.actions.house import House, permit
from leverframe.nouns.changes import Change
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.evidence.outlines import compared
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.forecasting import Forecast, forecast_for
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.prospects import Prospect, prospects
from leverframe.rules.rehearsed_people import Harm, Simulated
from leverframe.rules.rehearsing import Rehearsal, rehearse, unknown_rates
from leverframe.sources.policies import read_bundle
from leverframe.store import changes
from leverframe.store.database import Db

MOST_RUNS = 50
"""So many runs of each kind are played for one request; who wants more asks again with the next seed."""
MOST_PER_MINUTE = 1e7


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be rehearsed: `runs` harmless ones, and as many with a harm, beginning with a seed.

    `guardrail` is the one that the harm is of (none: the first that the plan compares). `per_minute` and `rates`
    stand in for the traffic of the last seven days, `policy_files` for the policy in force.
    """

    runs: int = 0
    seed: int = 1
    guardrail: str = ""
    ratio: float = 2.0
    after_minutes: float = 0.0
    per_minute: float | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    policy_files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was found: what each stage can rule out, the likely course, and how single runs went."""

    change: Change
    traffic: Traffic | None
    prospects: tuple[Prospect, ...]
    forecast: Forecast
    harm: Harm
    unknown: tuple[str, ...]
    harmless: tuple[Rehearsal, ...] = ()
    harmful: tuple[Rehearsal, ...] = ()


def rehearse_form(house: House, actor: Actor, form: ChangeForm, asked: Asked) -> Rehearsed:
    """Rehearse a change that is not filed; writes nothing. Raises Invalid with all faults of what was sent."""
    with house.store.read() as db:
        now, policy = house.clock.now(), _policy(house, db, asked)
        permit(policy, actor, "change.file", target_named(form, policy))
        change = with_current(db, draft(form, policy, actor.name, now))
        play = _prepare(db, policy, change, asked, now)
    return play(house.store.precedence.give_way)


def rehearse_change(house: House, change_id: str, asked: Asked) -> Rehearsed:
    """Rehearse a change on the ticket from its start, or from now where that is past; writes nothing."""
    with house.store.read() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        play = _prepare(db, _policy(house, db, asked), change, asked, now)
    return play(house.store.precedence.give_way)


def _policy(house: House, db: Db, asked: Asked) -> Policy:
    """Return the policy to rehearse under: the one in force, or an edit of it that was sent."""
    if not asked.policy_files:
        return house.policy(db)
    policy, faults = read_bundle(asked.policy_files)
    if policy is None:
        raise Invalid([fault for fault in faults if fault.severity == "error"])
    return policy


def _prepare(
    db: Db, policy: Policy, change: Change, asked: Asked, now: datetime
) -> Callable[[Callable[[], None]], Rehearsed]:
    """Gather all that is needed. What is returned plays it without the database, and gives way to who stops."""
    traffic = _traffic(traffic_of(db, policy, change.target, now), asked)
    guardrail = asked.guardrail or next(iter(compared(change.plan)), "")
    unknown = unknown_rates(change.plan, traffic)
    faults = [*_faults(asked, change, guardrail), *(_unknown(name) for name in unknown if asked.runs)]
    if faults:
        raise Invalid(faults)
    about = question_of(policy, change, max(now, change.start.opens_at), traffic)
    expected = forecast_for(about)
    ahead = prospects(about, {step.stage: step.at for step in expected.p50})
    found = Rehearsed(change, traffic, ahead, expected, Harm(guardrail, asked.ratio, asked.after_minutes), unknown)

    def play(give_way: Callable[[], None]) -> Rehearsed:
        harmless = tuple(_runs(about, traffic, Harm(), asked, give_way))
        return replace(found, harmless=harmless, harmful=tuple(_runs(about, traffic, found.harm, asked, give_way)))

    return play


def _runs(
    about: Question, traffic: Traffic | None, harm: Harm, asked: Asked, give_way: Callable[[], None]
) -> Iterator[Rehearsal]:
    for number in range(asked.runs if traffic else 0):
        give_way()
        chance = Random(f"{asked.seed + number} {harm.ratio}")
        yield rehearse(about, Simulated(traffic or Traffic({}, {}), harm, chance, about.calendar.home_zone))


def _traffic(measured: Traffic | None, asked: Asked) -> Traffic | None:
    """Return the traffic to rehearse with: what was measured, but for what was said instead."""
    hours, rates = (measured.units_per_minute, measured.bad_rate) if measured else ({}, {})
    if asked.per_minute is not None:
        hours = dict.fromkeys(range(24), asked.per_minute)
    return Traffic(hours, {**rates, **asked.rates}) if hours else None


def _faults(asked: Asked, change: Change, guardrail: str) -> Iterator[Fault]:
    if not 0 <= asked.runs <= MOST_RUNS:
        yield Fault("runs", f"{asked.runs} is no number of runs", f"ask for 0 to {MOST_RUNS} at a time")
    if not 1.0 <= asked.ratio <= 100.0:
        yield Fault("ratio", f"{asked.ratio:g} is no harm", "say how many times as many are harmed, 1 to 100")
    if not 0.0 <= asked.after_minutes <= 129_600.0:
        yield Fault("after_minutes", f"{asked.after_minutes:g} is no time", "say 0 or more minutes")
    if asked.per_minute is not None and not 0.0 < asked.per_minute <= MOST_PER_MINUTE:
        yield Fault("per_minute", f"{asked.per_minute:g} is no traffic", "say how many people ask in a minute")
    for name, rate in asked.rates.items():
        if not 0.0 < rate < 1.0:
            yield Fault(f"rates.{name}", f"{rate:g} is no rate", "say the share of people who meet it, such as 0.05")
    if asked.runs and guardrail not in compared(change.plan):
        yield Fault("guardrail", f"the plan compares no guardrail `{guardrail}`", _compares(change))


def _compares(change: Change) -> str:
    named = ", ".join(compared(change.plan))
    return f"name one of {named}" if named else "give a stage of its plan a floor"


def _unknown(name: str) -> Fault:
    because = "nobody knows how often people meet it, or how many people ask"
    return Fault(f"rates.{name}", because, f"say it: per_minute, and rates such as {name}=0.05")
