"""Which ramps are worth a look now?

A look costs some tenths of a millisecond, and a house may have 10,000 ramps. So a process remembers what it saw of
each ramp that it drives, and looks again when

- its moment has come: the next step that the last look foresaw, or a minute, for windows close and freezes begin by
  themselves;
- it was written: its own row, a switch that it watches, the policy, the number alarm;
- it is its turn, and something was counted of it, its change was edited or its stage judged. Turns go round: so many
  a round that each of 10,000 ramps has one a minute, and each of a few has one in every round.

Nothing of this is kept: who begins anew looks at every ramp once. A look is always given the very facts that one at
that ramp alone would gather.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from heapq import heappop, heappush

from leverframe.actions.house import House
from leverframe.actions.looks import Circumstances, Look, circumstances, look_at, watched_by
from leverframe.actions.stage_minutes import Asked
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import StageCounts
from leverframe.nouns.ramps import Hold, Ramp, RampPlan, Stay, Step
from leverframe.store import changes, evidence, outcomes, ramps
from leverframe.store.database import Db

log = logging.getLogger("leverframe.runner")

TICK = timedelta(minutes=1)
TURNS_A_ROUND = 170
AT_ONCE = 500
"""So many ramps are read in one go."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a look at one ramp rests on, as it stands in one snapshot; `counted` rises by stage with the counts."""

    change: Change
    ramp: Ramp
    counted: Mapping[int, int]
    counts: Sequence[StageCounts]
    judged: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """What the last look at a ramp rested on, the switches that it watches, and when the next is due."""

    sight: Sight
    watched: tuple[str, ...]
    next_at: datetime


class Watch:
    """What one process remembers of the ramps that it drives. For one thread at a time.

    `looks` counts them; `late` holds by how many seconds the last of them came after their moments.
    """

    def __init__(self, turns: int = TURNS_A_ROUND) -> None:
        self.looks = 0
        self.late: deque[float] = deque(maxlen=10_000)
        self._turns = turns
        self._known: dict[str, _Known] = {}
        self._moments: list[tuple[datetime, str]] = []
        self._beside: Circumstances | None = None

    def go_round(self, house: House, db: Db, driven: Mapping[str, int], now: datetime) -> Iterator[Look]:
        """Look at those of the driven ramps (their versions by change) that are worth it; forget all others."""
        for change in [change for change in self._known if change not in driven]:
            self.forget(change)
        if driven:
            beside = self._look_around(house, db)
            due = [change for change, version in driven.items() if self._is_due(change, version, now)]
            yield from self._look_at(house, db, beside, due, self._take_turns(due), now)

    def at_moments(self, house: House, db: Db, now: datetime) -> Iterator[Look]:
        """Look at the ramps whose moment has come since the last look."""
        if due := self._take_moments(now):
            yield from self._look_at(house, db, self._look_around(house, db), due, (), now)

    def next_moment(self) -> datetime | None:
        """Return when the next ramp's moment comes."""
        while self._moments:
            moment, change = self._moments[0]
            if change in self._known and self._known[change].next_at == moment:
                return moment
            heappop(self._moments)
        return None

    def forget(self, change: str) -> None:
        """Look at a ramp in the next round as if for the first time."""
        self._known.pop(change, None)

    def _look_around(self, house: House, db: Db) -> Circumstances:
        """Gather what is the same for every ramp, and forget the ramps for which it is new."""
        before, now = self._beside, circumstances(house, db)
        self._beside = now
        if before is None or before.policy is not now.policy or before.alarmed != now.alarmed:
            self._known.clear()
        elif news := before.thrown ^ now.thrown:
            for change in [change for change, known in self._known.items() if not news.isdisjoint(known.watched)]:
                self.forget(change)
        return now

    def _is_due(self, change: str, version: int, now: datetime) -> bool:
        known = self._known.get(change)
        return known is None or known.sight.ramp.version != version or known.next_at <= now

    def _take_turns(self, due: Sequence[str]) -> list[str]:
        """Take the ramps that have waited longest, and put them at the end of the memory, which is their queue."""
        anyway, turns = set(due), []
        for change in self._known:
            if len(turns) + len(anyway) >= self._turns:
                break
            if change not in anyway:
                turns.append(change)
        for change in turns:
            self._known[change] = self._known.pop(change)
        return turns

    def _take_moments(self, now: datetime) -> list[str]:
        due = []
        while (moment := self.next_moment()) is not None and moment <= now:
            due.append(heappop(self._moments)[1])
        return due

    def _look_at(
        self, house: House, db: Db, beside: Circumstances, due: Sequence[str], turns: Sequence[str], now: datetime
    ) -> Iterator[Look]:
        """Look at what is due, and of those whose turn it is at what has changed."""
        wanted, anyway = [*due, *turns], set(due)
        for at in range(0, len(wanted), AT_ONCE):
            some = wanted[at : at + AT_ONCE]
            seen = {change: self._known[change].sight for change in some if change in self._known}
            found = gather(db, some, seen)
            news = [s for change, s in found.items() if change in anyway or s is not seen.get(change)]
            counts = _with_minutes(house, db, news, now)
            for sight in news:
                yield from self._look(house, db, beside, sight, counts.get(sight.change.id), now)

    def _look(
        self,
        house: House,
        db: Db,
        beside: Circumstances,
        sight: Sight,
        counts: Sequence[StageCounts] | None,
        now: datetime,
    ) -> Iterator[Look]:
        """Look at one ramp and remember it; a fault in it stops no other."""
        change, ramp = sight.change, sight.ramp
        known = self._known.pop(change.id, None)
        if known is not None and known.next_at <= now:
            self.late.append((now - known.next_at).total_seconds())
        try:
            counts = counts or house.minutes.added(db, [_asked(sight)], now)[change.id]
            look = look_at(beside, change, ramp, counts, sight.judged, now)
        except Exception:
            log.exception("%s could not be looked at; trying again next round", change.id)
            return
        self.looks += 1
        known = _Known(sight, watched_by(change, ramp), _next_look(look.step, now))
        self._known[change.id] = known
        heappush(self._moments, (known.next_at, change.id))
        yield look


def _with_minutes(
    house: House, db: Db, sights: Sequence[Sight], now: datetime
) -> Mapping[str, Sequence[StageCounts]]:
    """Read on the minutes of many ramps in one go; where one of them is at fault, each is asked by itself."""
    try:
        return house.minutes.added(db, map(_asked, sights), now)
    except Exception:
        log.exception("the minutes of %s ramps could not be read together", len(sights))
        return {}


def _asked(sight: Sight) -> Asked:
    return sight.change, sight.ramp.stage, sight.counts


def gather(db: Db, some: Sequence[str], seen: Mapping[str, Sight]) -> dict[str, Sight]:
    """Return what a look at each of these ramps rests on now; one in which nothing has changed is the very same."""
    versions = ramps.versions_of(db, some)
    there = list(versions)
    counted, judged = outcomes.times_counted(db, there), evidence.judged_stages(db, there)
    moved = {c for c in there if c not in seen or seen[c].ramp.version != versions[c][0]}
    edited = {c for c in there if c not in seen or seen[c].change.version != versions[c][1]}
    ramp_of, change_of = ramps.of_changes(db, moved), _with_one_plan(changes.of_ids(db, edited))
    known = {c: seen[c] for c in there if c not in moved}
    counts_of = outcomes.counts_of(db, list(moved)) | _grown(db, known, counted)
    sights = {}
    for c in there:
        ramp, change = ramp_of.get(c) or seen[c].ramp, change_of.get(c) or seen[c].change
        is_judged = (c, ramp.stage) in judged
        if c in counts_of or c in edited or seen[c].judged != is_judged:
            sights[c] = Sight(change, ramp, counted[c], counts_of[c] if c in counts_of else seen[c].counts, is_judged)
        else:
            sights[c] = seen[c]
    return sights


def _with_one_plan(edited: Mapping[str, Change]) -> dict[str, Change]:
    """Let changes with equal plans have the very same: what is known of a plan is then found without comparing it."""
    return {id: replace(change, plan=_one_of(change.plan)) for id, change in edited.items()}


@lru_cache(maxsize=1024)
def _one_of(plan: RampPlan) -> RampPlan:
    return plan


def _grown(
    db: Db, known: Mapping[str, Sight], counted: Mapping[str, Mapping[int, int]]
) -> dict[str, Sequence[StageCounts]]:
    """Read the stages again in which these ramps have counted something; the shares of a stage move with its ramp."""
    stages: dict[int, list[str]] = defaultdict(list)
    for change, sight in known.items():
        for stage, times in counted[change].items():
            if sight.counted.get(stage) != times:
                stages[stage].append(change)
    found: dict[str, Sequence[StageCounts]] = {}
    for stage, grown in stages.items():
        for change, read in outcomes.counts_of(db, grown, stage=stage).items():
            others = [counts for counts in found.get(change, known[change].counts) if counts.stage != stage]
            found[change] = sorted([*others, *read], key=lambda counts: counts.stage)
    return found


def _next_look(step: Step, now: datetime) -> datetime:
    """Return when a ramp is looked at again at the latest: at the moment that its step foresees, within a minute."""
    foreseen = step.until if isinstance(step, Stay | Hold) else None
    return min(foreseen, now + TICK) if foreseen is not None and foreseen > now else now + TICK
