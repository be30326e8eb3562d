"""Which changes does a period have, and what proves each of them?"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leverframe.actions.facts import asks_once
from leverframe.actions.house import House, permit
from leverframe.actions.unauthorised import count_between, records_of_changes
from leverframe.nouns.changes import Change, Kind, Path
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.population import Failure, Period, PopulationCounts, PopulationRow
from leverframe.nouns.smells import Smell
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.histories import ENDS, PASSAGES
from leverframe.rules.periods import period_of
from leverframe.rules.population import counts_of, is_asked, row_of
from leverframe.rules.same_risk import DAYS, same_risk
from leverframe.store import audit, changes, follow_ups, policies
from leverframe.store.database import Db, in_parts

PAGE = 50
OUTCOMES = ("not_begun", "ramping", *ENDS.values())
KNOWN = {"tier": Tier, "kind": Kind, "path": Path, "failure": Failure, "outcome": OUTCOMES}
FILTERS = (*KNOWN, "target")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which period is meant, by its first and last day, which filters, and below which change the page begins."""

    first: str = ""
    last: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    before: str = ""


@dataclass(frozen=True, slots=True)
class PopulationView:
    """A page of a period's population, the newest change first, with the counts of all of it."""

    period: Period
    filters: Mapping[str, str]
    counts: PopulationCounts
    rows: tuple[PopulationRow, ...]
    matching: int
    before: str | None
    zone: str
    smells: tuple[Smell, ...] = ()


def show_population(house: House, actor: Actor, asked: Asked) -> PopulationView:
    """Return a page of the population with the head's counts; raises Refused, Invalid."""
    with house.store.read() as db:
        policy, period = _begin(house, db, actor, asked)
        rows = tuple(_rows(house, db, period))
        matching = [row for row in rows if is_asked(row, asked.filters)]
        after = [row for row in matching if not asked.before or _is_below(row.change, asked.before)]
        page = tuple(after[:PAGE])
        return PopulationView(
            period=period,
            filters=dict(asked.filters),
            counts=counts_of(rows, count_between(db, period)),
            rows=page,
            matching=len(matching),
            before=page[-1].change if len(after) > PAGE else None,
            zone=policy.calendar.home_zone,
            smells=smells_of_risk(db, policy, house.clock.now()),
        )


def smells_of_risk(db: Db, policy: Policy, now: datetime) -> tuple[Smell, ...]:
    """Say whether the changes of the last days are all said to be the same risk."""
    return same_risk(changes.tiers_and_kinds(db, now - timedelta(days=DAYS)), policy)


def all_rows(house: House, actor: Actor, asked: Asked) -> Iterator[PopulationRow]:
    """Return every row that matches, one after another, in one snapshot; refuses before the first."""
    with house.store.read() as db:
        _, period = _begin(house, db, actor, asked)
    return _streamed(house, period, asked.filters)


def _streamed(house: House, period: Period, filters: Mapping[str, str]) -> Iterator[PopulationRow]:
    with house.store.read() as db:
        yield from (row for row in _rows(house, db, period) if is_asked(row, filters))


def _begin(house: House, db: Db, actor: Actor, asked: Asked) -> tuple[Policy, Period]:
    policy = house.policy(db)
    permit(policy, actor, "audit.read")
    wrong = ((name, asked.filters[name], words) for name, words in KNOWN.items() if asked.filters.get(name))
    faults = [Fault(n, f"{t} is no {n}", f"one of {', '.join(words)}") for n, t, words in wrong if t not in [*words]]
    if faults:
        raise Invalid(faults)
    return policy, period_of(asked.first, asked.last, policy.calendar.home_zone, house.clock.now())


def _is_below(id: str, before: str) -> bool:
    return changes.in_order([id, before])[0] != id


def _rows(house: House, db: Db, period: Period) -> Iterator[PopulationRow]:
    """Read the population of a period, some hundred changes at a time, the newest first."""
    now, known, near = house.clock.now(), _Policies(db), records_of_changes(db)
    logged = audit.objects_between(db, PASSAGES, period.begins, period.ends)
    ids = changes.in_order(logged | changes.filed_between(db, period.begins, period.ends))
    for some in in_parts(ids):
        stands, told = changes.of_ids(db, some), house.histories.of(db, some)
        owed = follow_ups.debts_of(db, some)
        for id in some:
            history = told[id]
            policy, asks = known.at(history.begun.at if history.begun else now)
            change = stands.get(id)
            asked = asks(change) if asks and change else None
            yield row_of(id, change, history, policy, asked, period, now, near.get(id, ()), owed[id])


@dataclass(slots=True)
class _Policies:
    """The policies that were ever in force, each read once."""

    db: Db
    _since: Sequence[tuple[datetime, int]] = ()
    _read: dict[int, tuple[Policy, Callable[[Change], Asks]]] = field(default_factory=dict)

    def at(self, moment: datetime) -> tuple[Policy | None, Callable[[Change], Asks] | None]:
        """Return the policy that was in force at a moment, and what says what it asks of a change."""
        if not self._since:
            self._since = sorted((v.at, v.version) for v in policies.versions(self.db))
        place = bisect_right(self._since, moment, key=lambda each: each[0])
        if not place:
            return None, None
        version = self._since[place - 1][1]
        if version not in self._read:
            policy = policies.of_version(self.db, version)
            self._read[version] = policy, asks_once(policy)
        return self._read[version]
