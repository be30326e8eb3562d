"""What do outside sources say of the ramps that this process drives?

Each metric that a running stage limits is asked for the minutes that are over and have settled, by the process that
leases the ramp. Asking is outside any transaction, and each place is asked in a thread of its own: one that is slow
keeps neither a ramp waiting nor another place. What comes is counted once, whoever has asked.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from leverframe.actions.house import House
from leverframe.clock import monotonic
from leverframe.nouns.metric_states import MetricState
from leverframe.nouns.metrics import WHOLE_RAMP, Metric, MetricAnswer, MetricAsked, MetricInterval
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampState, Slo
from leverframe.nouns.verdicts import SourceFailed
from leverframe.rules.metric_rows import ARMS
from leverframe.sources.metrics import MetricSources, NoAnswer, place_of
from leverframe.store import changes, measured, ramps
from leverframe.store.database import Db
from leverframe.store.measured import Reading

log = logging.getLogger("leverframe.runner")

MINUTE = timedelta(minutes=1)
FARTHEST_BACK = timedelta(hours=12)
"""After an outage, minutes that are longer ago are left out."""
AT_ONCE = 500
"""So many ramps are read in one go."""
TURN_SECONDS = 45.0
"""A place that takes longer for all that is asked of it is asked for the rest in the next turn, the oldest first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One metric that is due in one stage of one ramp, since when that stage lasts, and how its reading stood."""

    metric: Metric
    asked: MetricAsked
    at: datetime
    since: datetime
    before: Reading | None


@dataclass(slots=True)
class Measuring:
    """The sources, the threads that ask at present, by place, and when each ramp is looked at again."""

    sources: MetricSources
    _asking: dict[str, threading.Thread] = field(default_factory=dict)
    _next: dict[str, datetime] = field(default_factory=dict)

    def begin(self, house: House, driven: Collection[str]) -> None:
        """Ask what is due, each place in a thread of its own; one that is still being asked is left to it."""
        for place, wanted in _by_place(due(house, self._take_turns(house, driven))):
            thread = self._asking.get(place)
            if thread is None or not thread.is_alive():
                thread = threading.Thread(
                    target=read_all, args=(house, self.sources, wanted), name="metrics", daemon=True
                )
                self._asking[place] = thread
                thread.start()

    def finish(self, house: House, driven: Collection[str]) -> None:
        """Ask what is due, one place after the other: a virtual minute ends only then."""
        for _, wanted in _by_place(due(house, self._take_turns(house, driven))):
            read_all(house, self.sources, wanted)

    def _take_turns(self, house: House, driven: Collection[str]) -> list[str]:
        """Return the ramps whose turn it is: each has one a minute, so that few are read at a time."""
        now = house.clock.now()
        turns = [change for change in driven if self._next.get(change, now) <= now]
        self._next = {c: at for c, at in self._next.items() if c in driven} | dict.fromkeys(turns, now + MINUTE)
        return turns


def due(house: House, turns: Sequence[str]) -> list[Wanted]:
    """List what is to be asked now of some ramps; what waits longest comes first."""
    if not turns:
        return []
    with house.store.read() as db:
        policy, found = house.policy_or_none(db), []
        if policy is None or not policy.metrics:
            return []
        for at in range(0, len(turns), AT_ONCE):
            found += _due(db, policy, turns[at : at + AT_ONCE], house.clock.now())
    return sorted(found, key=lambda one: one.before.asked_at if one.before else one.since)


def _due(db: Db, policy: Policy, turns: Sequence[str], now: datetime) -> Iterator[Wanted]:
    running, of = ramps.of_changes(db, turns), changes.of_ids(db, turns)
    known = measured.readings_of(db, turns)
    for change, ramp in running.items():
        if ramp.state is not RampState.RAMPING:
            continue
        for metric in _limited(policy, ramp, of[change].plan.stages[ramp.stage - 1].slos):
            before = known.get((change, ramp.stage, metric.name))
            if before is None or now - before.asked_at >= timedelta(seconds=metric.every_seconds):
                yield Wanted(metric, _asked(ramp, metric, before, now), now, ramp.stage_since, before)


def _limited(policy: Policy, ramp: Ramp, slos: Sequence[Slo]) -> Iterator[Metric]:
    """Yield each metric of an outside source that some slos limit, once."""
    for name in dict.fromkeys(slo.guardrail for slo in slos):
        metric = policy.metrics.get(name)
        if metric is not None and metric.applies_to(ramp.target):
            yield metric


def _asked(ramp: Ramp, metric: Metric, before: Reading | None, now: datetime) -> MetricAsked:
    """Ask for the whole minutes of this visit to the stage that have settled and were not read."""
    end = _minute(now - timedelta(seconds=metric.settle_seconds))
    first = max(_minute(ramp.stage_since + MINUTE - timedelta(microseconds=1)), end - FARTHEST_BACK)
    if before is not None and before.read_until is not None:
        first = max(first, before.read_until)
    return MetricAsked(ramp.change, ramp.target, ramp.stage, first, end)


def _by_place(wanted: Sequence[Wanted]) -> list[tuple[str, list[Wanted]]]:
    places: dict[str, list[Wanted]] = defaultdict(list)
    for one in wanted:
        places[place_of(one.metric)].append(one)
    return list(places.items())


def read_all(house: House, sources: MetricSources, wanted: Sequence[Wanted]) -> None:
    """Ask one place for all that is due; a metric that it does not answer for one ramp has failed for the others."""
    ends_at, silent = monotonic() + TURN_SECONDS, {}
    for one in wanted:
        if monotonic() > ends_at:
            return
        answer, fault = MetricAnswer(), silent.get(one.metric.name, "")
        if one.asked.first < one.asked.end and not fault:
            answer, fault = _ask(sources, one, silent)
        try:
            take(house, one, answer, fault)
        except Exception:
            log.exception("%s could not be counted; trying again next turn", one.metric.name)


def _ask(sources: MetricSources, one: Wanted, silent: dict[str, str]) -> tuple[MetricAnswer, str]:
    """Return an answer, or why there is none; whoever did not answer at all is noted as `silent`."""
    try:
        return sources.read(one.metric, one.asked), ""
    except NoAnswer as no:
        silent[one.metric.name] = str(no)
        return MetricAnswer(), str(no)
    except SourceFailed as failed:
        return MetricAnswer(), str(failed)
    except Exception as error:
        log.exception("%s could not be read; trying again next turn", one.metric.name)
        return MetricAnswer(), f"{type(error).__name__}: {error}"


def take(house: House, one: Wanted, answer: MetricAnswer, fault: str) -> int:
    """Count an answer, once, and write down how the reading goes; return how many values were counted.

    Nothing is counted where somebody else has read these minutes, or the stage has ended meanwhile.
    """
    with house.store.write() as db:
        now, asked, before, name = house.clock.now(), one.asked, one.before, one.metric.name
        ramp = ramps.get(db, asked.change)
        if ramp is None or ramp.state is not RampState.RAMPING or ramp.stage_since != one.since:
            return 0
        state = _state(db, one, answer, fault, now)
        until = max((each.minute + MINUTE for each in answer.intervals), default=None)
        reading = Reading(one.at, until or (before.read_until if before else None), state)
        if not measured.note(db, asked.change, asked.stage, reading, before):
            return 0
        counted = measured.count(db, asked.change, asked.stage, now, name, answer.intervals)
        if counted or before is None or state != before.state:
            db.after_commit(lambda: house.stir("ramp"))
        return counted


def _state(db: Db, one: Wanted, answer: MetricAnswer, fault: str, now: datetime) -> MetricState:
    """Say how the reading goes, after an answer or none; a stage that begins again begins anew with it."""
    stands = one.before.state if one.before else None
    if stands is None or stands.since != one.since:
        stands = MetricState(one.metric.name, one.since, one.metric.every_seconds)
    fault = fault or answer.last_fault
    newest = {arm: max((e.minute for e in answer.intervals if e.arm == arm and e.n), default=None) for arm in ARMS}
    return replace(
        stands,
        every_seconds=one.metric.every_seconds,
        candidate_at=newest["candidate"] or stands.candidate_at,
        control_at=newest["control"] or stands.control_at,
        fault=fault,
        fault_since=(stands.fault_since or now) if fault else None,
        unread=_unread(db, one, answer.intervals) if answer.intervals else stands.unread,
    )


def _unread(db: Db, one: Wanted, told: Sequence[MetricInterval]) -> str:
    """Say why none of what was told can be counted, or nothing where some of it can."""
    standing = measured.standing_cells(db, one.asked.change, one.asked.stage)
    cells = {each.cell for each in told}
    if cells & standing:
        return ""
    if cells == {WHOLE_RAMP}:
        return (
            f"{one.metric.name} comes without region and ring, while these stand at different shares: unlike people "
            "would be compared; bring it by region and ring"
        )
    shown = ", ".join(sorted(cells)[:3])
    return f"{one.metric.name} comes of {shown}, and none of that is in this stage"


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
