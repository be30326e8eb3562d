"""How would this change's ramp go: what can each stage prove, and how often would it be wrong?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from leverframe.actions.drafting import draft, target_named
from leverframe.actions.facts import question_of, traffic_of, with_current
from leverframe.actions.house import House, permit
from leverframe.actions.recordings import earlier_ramps, recording_for
from leverframe.actions.rehearsal_asks import Asked, faults_of, faults_of_evidence
from leverframe.nouns.changes import Change
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.recordings import EarlierRamp, Recorded, Recording
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.evidence.outlines import compared
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.forecasting import Forecast, forecast_for
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.prospects import Prospect, prospects
from leverframe.rules.recorded_people import AsRecorded
from leverframe.rules.recordings import Rates
from leverframe.rules.recordings import traffic_of as traffic_of_recorded
from leverframe.rules.rehearsed_people import Harm, People, Simulated
from leverframe.rules.rehearsing import Rehearsal, rehearse, unknown_rates
from leverframe.sources.policies import read_bundle
from leverframe.store import changes
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was found: what each stage can rule out, the likely course, and how single runs went.

    `counted` are runs in which each arm meets events as often as its own arm was counted to, in the minutes that
    `recorded` names. `earlier` are the ramps whose minutes can be played.
    """

    change: Change
    traffic: Traffic | None
    prospects: tuple[Prospect, ...]
    forecast: Forecast
    harm: Harm
    unknown: tuple[str, ...]
    harmless: tuple[Rehearsal, ...] = ()
    harmful: tuple[Rehearsal, ...] = ()
    counted: tuple[Rehearsal, ...] = ()
    recorded: Recorded | None = None
    earlier: tuple[EarlierRamp, ...] = ()


def rehearse_form(house: House, actor: Actor, form: ChangeForm, asked: Asked) -> Rehearsed:
    """Rehearse a change that is not filed; writes nothing. Raises Invalid with all faults of what was sent."""
    with house.store.read() as db:
        now, policy = house.clock.now(), policy_to_rehearse(house, db, asked.policy_files)
        permit(policy, actor, "change.file", target_named(form, policy))
        change = with_current(db, draft(form, policy, actor.name, now))
        play = _prepare(db, policy, change, asked, now)
    return play(house.store.precedence.give_way)


def rehearse_change(house: House, change_id: str, asked: Asked) -> Rehearsed:
    """Rehearse a change on the ticket from its start, or from now where that is past; writes nothing."""
    with house.store.read() as db:
        now, change = house.clock.now(), changes.get(db, change_id)
        play = _prepare(db, policy_to_rehearse(house, db, asked.policy_files), change, asked, now)
    return play(house.store.precedence.give_way)


def policy_to_rehearse(house: House, db: Db, files: Mapping[str, str]) -> Policy:
    """Return the policy to rehearse under: the one in force, or an edit of it that was sent."""
    if not files:
        return house.policy(db)
    policy, faults = read_bundle(files)
    if policy is None:
        raise Invalid([fault for fault in faults if fault.severity == "error"])
    return policy


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What people come by: the traffic that is usual, or recorded minutes, which are its traffic too."""

    traffic: Traffic | None
    rates: Rates | None
    zone: str

    def people(self, harm: Harm, chance: Random, *, as_counted: bool = False) -> People:
        """Return where the people of one run come from."""
        if self.rates is not None:
            return AsRecorded(self.rates, harm, chance, as_counted)
        return Simulated(self.traffic or Traffic({}, {}), harm, chance, self.zone)

    @property
    def recorded(self) -> Recorded | None:
        """Tell whose minutes come."""
        if self.rates is None:
            return None
        known = self.rates.recording
        return Recorded(known.source, known.begins, len(known.minutes), known.people)


def _prepare(
    db: Db, policy: Policy, change: Change, asked: Asked, now: datetime
) -> Callable[[Callable[[], None]], Rehearsed]:
    """Gather all that is needed. What is returned plays it without the database, and gives way to who stops."""
    recording, faults = recording_for(db, policy, change, asked.recorded, asked.figures, now)
    evidence = _evidence(db, policy, change, recording, asked, now)
    guardrail = asked.guardrail or next(iter(compared(change.plan)), "")
    unknown = unknown_rates(change.plan, evidence.traffic)
    if asked.runs and not faults:
        is_recorded = recording is not None
        faults += faults_of_evidence(asked, evidence.traffic, guardrail, unknown, is_recorded=is_recorded)
    faults += faults_of(asked, change, guardrail)
    if faults:
        raise Invalid(faults)
    about = question_of(policy, change, max(now, change.start.opens_at), evidence.traffic)
    expected = forecast_for(about)
    found = Rehearsed(
        change=change,
        traffic=evidence.traffic,
        prospects=prospects(about, {step.stage: step.at for step in expected.p50}),
        forecast=expected,
        harm=Harm(guardrail, asked.ratio, asked.after_minutes),
        unknown=unknown,
        recorded=evidence.recorded,
        earlier=earlier_ramps(db, change.target, now),
    )

    def play(give_way: Callable[[], None]) -> Rehearsed:
        played = replace(
            found,
            harmless=tuple(_runs(about, evidence, Harm(), asked, give_way)),
            harmful=tuple(_runs(about, evidence, found.harm, asked, give_way)),
        )
        if evidence.rates is None:
            return played
        return replace(played, counted=tuple(_runs(about, evidence, Harm(), asked, give_way, as_counted=True)))

    return play


def _evidence(
    db: Db, policy: Policy, change: Change, recording: Recording | None, asked: Asked, now: datetime
) -> _Evidence:
    zone = policy.calendar.home_zone
    if recording is None:
        return _Evidence(_traffic(traffic_of(db, policy, change.target, now), asked), None, zone)
    rates = Rates(recording, asked.rates)
    return _Evidence(traffic_of_recorded(rates, zone), rates, zone)


def _runs(
    about: Question,
    evidence: _Evidence,
    harm: Harm,
    asked: Asked,
    give_way: Callable[[], None],
    *,
    as_counted: bool = False,
) -> Iterator[Rehearsal]:
    for number in range(asked.runs if evidence.traffic else 0):
        give_way()
        chance = Random(f"{asked.seed + number} {harm.ratio}{' as counted' if as_counted else ''}")
        yield rehearse(about, evidence.people(harm, chance, as_counted=as_counted))


def _traffic(measured: Traffic | None, asked: Asked) -> Traffic | None:
    """Return the traffic to rehearse with: what was measured, but for what was said instead."""
    hours, rates = (measured.units_per_minute, measured.bad_rate) if measured else ({}, {})
    if asked.per_minute is not None:
        hours = dict.fromkeys(range(24), asked.per_minute)
    return Traffic(hours, {**rates, **asked.rates}) if hours else None
