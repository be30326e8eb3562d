"""What is planned, what moved, and what is frozen, in a month or a year?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leverframe.actions.freeze_views import FreezeLine, line_of
from leverframe.actions.house import House
from leverframe.nouns.calendar import Freeze, Subject
from leverframe.nouns.changes import Change, State
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.targets import EVERYWHERE
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.bands import frozen_between, open_between
from leverframe.rules.open_hours import stretch_of
from leverframe.store import changes, freezes, ramps
from leverframe.store.database import Db

PLANNED = (State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
MOST = 20_000
"""So many changes a file of the schedule holds."""
DRAWN = {"month": 2_000, "year": 200}
"""So many of them a page shows: a month is drawn change by change, a year day by day."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What the calendar is asked to show: a month (`2026-12`) or a year (`2026`), of one region or target, or all.

    `whole` asks for every change, as a file needs them and a page does not.
    """

    period: str = ""
    region: str = ""
    target: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One day: whether traffic may widen at some time, which freezes hold, and how many changes begin."""

    on: date
    opens: bool
    holiday: bool
    freezes: tuple[str, ...]
    begun: int
    planned: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One change in the calendar.

    A ramp from when it began to when it ended (or now); a plan from when its start window opens to when it closes.
    """

    change: str
    title: str
    target: str
    tier: str
    state: str
    release_manager: str
    begins: datetime
    ends: datetime
    planned: bool
    ended: str = ""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A month or a year of the change schedule, in one zone; `left_out` changes are more than a page shows."""

    asked: Asked
    begins: date
    ends: date
    is_year: bool
    zone: str
    before: str
    after: str
    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    freezes: tuple[FreezeLine, ...]
    regions: tuple[str, ...]
    targets: tuple[str, ...]
    left_out: int = 0


def show_calendar(house: House, asked: Asked) -> CalendarView:
    """Show the change schedule of a month or a year; raises Invalid where it names no such time, region or target."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        zone = policy.calendar.zone_of(asked.region)
        begins, ends = _period(asked, policy, now.astimezone(ZoneInfo(zone)).date())
        since, until = (datetime.combine(day, time(), ZoneInfo(zone)) for day in (begins, ends))
        is_year = (ends - begins).days > 31
        most = MOST if asked.whole else DRAWN["year" if is_year else "month"]
        bars = sorted(_bars(db, asked, since, until, now, most), key=lambda bar: (bar.begins, bar.change))
        begun = _begun(db, asked, since, until, bars)
        before, after = _beside(begins, ends, is_year=is_year)
        return CalendarView(
            asked=asked,
            begins=begins,
            ends=ends,
            is_year=is_year,
            zone=zone,
            before=before,
            after=after,
            days=tuple(_days(policy, asked, begins, ends, zone, begun)),
            bars=tuple(bars[:most]),
            freezes=tuple(_freezes(db, policy, asked, since, until, now)),
            regions=tuple(policy.calendar.zones),
            targets=tuple(sorted(policy.catalog.targets)),
            left_out=max(0, _count(db, asked, since, until, bars) - most),
        )


def _period(asked: Asked, policy: Policy, today: date) -> tuple[date, date]:
    """Return the first day, and the one after the last; this month where nothing is asked."""
    faults = []
    if asked.region and asked.region not in policy.calendar.zones:
        known = ", ".join(policy.calendar.zones) or "none"
        faults.append(Fault("region", f"the policy knows no region {asked.region}", f"it knows {known}"))
    if asked.target and asked.target not in policy.catalog.targets:
        known = ", ".join(sorted(policy.catalog.targets))
        faults.append(Fault("target", f"the catalog has no target {asked.target}", f"it has {known}"))
    year, month = _read(asked.period, today, faults)
    if faults:
        raise Invalid(faults)
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    return date(year, month, 1), _next_month(year, month)


def _read(period: str, today: date, faults: list[Fault]) -> tuple[int, int | None]:
    if not period:
        return today.year, today.month
    parts = period.split("-")
    if all(part.isdigit() for part in parts) and len(parts) <= 2 and 2000 <= int(parts[0]) < 2200:
        if len(parts) == 1:
            return int(parts[0]), None
        if 1 <= int(parts[1]) <= MONTHS:
            return int(parts[0]), int(parts[1])
    faults.append(Fault("period", f"{period} is no month and no year", "write 2026-12, or 2026"))
    return today.year, today.month


def _next_month(year: int, month: int) -> date:
    return date(year + month // MONTHS, month % MONTHS + 1, 1)


def _beside(begins: date, ends: date, *, is_year: bool) -> tuple[str, str]:
    """Name the periods before and after."""
    if is_year:
        return str(begins.year - 1), str(ends.year)
    return f"{begins - timedelta(days=1):%Y-%m}", f"{ends:%Y-%m}"


def _bars(db: Db, asked: Asked, since: datetime, until: datetime, now: datetime, most: int) -> Iterator[Bar]:
    """Yield the first changes that moved in a stretch of time, and those that are planned to begin in it.

    Of one region all are read: only the ticket says where a change is.
    """
    limit = MOST if asked.region else most
    moved = {
        ramp.change: ramp for ramp in ramps.under_way_between(db, since, until, target=asked.target, limit=limit)
    }
    tickets = changes.of_ids(db, moved)
    for id, ramp in moved.items():
        if _is_there(asked, tickets[id]):
            yield _moved(tickets[id], ramp, now)
    if until <= now:
        return
    for change in changes.find(db, states=PLANNED, target=asked.target, limit=MOST):
        if since <= change.start.opens_at < until and _is_there(asked, change):
            yield _bar(change, change.start.opens_at, change.start.closes_at, planned=True)


def _begun(
    db: Db, asked: Asked, since: datetime, until: datetime, bars: Sequence[Bar]
) -> Mapping[bool, list[datetime]]:
    """Return when changes began (False) and are planned to begin (True), all of them, shown or not."""
    planned = [bar.begins for bar in bars if bar.planned]
    if asked.region:
        return {True: planned, False: [bar.begins for bar in bars if not bar.planned]}
    return {True: planned, False: ramps.starts_between(db, since, until, target=asked.target)}


def _count(db: Db, asked: Asked, since: datetime, until: datetime, bars: Sequence[Bar]) -> int:
    """Count the changes of a stretch of time, shown or not."""
    if asked.region:
        return len(bars)
    return ramps.count_between(db, since, until, target=asked.target) + sum(bar.planned for bar in bars)


def _is_there(asked: Asked, change: Change) -> bool:
    return not asked.region or asked.region in change.blast_radius.regions


def _moved(change: Change, ramp: Ramp, now: datetime) -> Bar:
    ended = change.close_code.value if change.close_code else "settled" if change.settled_at else ""
    ends = ramp.ended_at or change.settled_at or now
    return _bar(change, ramp.started_at, max(ends, ramp.started_at), planned=False, ended=ended)


def _bar(change: Change, begins: datetime, ends: datetime, *, planned: bool, ended: str = "") -> Bar:
    told = (change.id, change.title, change.target, change.tier.value, change.state.value, change.release_manager)
    return Bar(*told, begins, ends, planned, ended)


def _days(
    policy: Policy, asked: Asked, begins: date, ends: date, zone: str, begun: Mapping[bool, Sequence[datetime]]
) -> Iterator[Day]:
    """Yield each day of a period, as the standard hours of the region, or of every region, leave it."""
    subject, regions = _subject(policy, asked), _regions(policy, asked)
    place = ZoneInfo(zone)
    since, until = (datetime.combine(day, time(), place) for day in (begins, ends))
    bounds = (since, until)
    open_on = {
        day for r in regions for s in open_between(policy.calendar, subject, r, *bounds) for day in _in(s, place)
    }
    frozen: dict[date, list[str]] = {}
    for region in regions:
        for starts, stops, name in frozen_between(policy.calendar, subject, region, *bounds):
            for day in _in((starts, stops), place):
                frozen.setdefault(day, []).append(name)
    on = {planned: Counter(at.astimezone(place).date() for at in moments) for planned, moments in begun.items()}
    day = begins
    while day < ends:
        yield Day(
            on=day,
            opens=day in open_on,
            holiday=day in policy.calendar.holidays,
            freezes=tuple(dict.fromkeys(frozen.get(day, ()))),
            begun=on[False][day],
            planned=on[True][day],
        )
        day += timedelta(days=1)


def _in(stretch: tuple[datetime, datetime], place: ZoneInfo) -> Iterator[date]:
    """Yield the days that a stretch touches."""
    day, last = stretch[0].astimezone(place).date(), (stretch[1] - timedelta(microseconds=1)).astimezone(place).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _subject(policy: Policy, asked: Asked) -> Subject:
    target = policy.catalog.targets.get(asked.target)
    return Subject(target.id, target.tier.value, "") if target else Subject("", "", "")


def _regions(policy: Policy, asked: Asked) -> tuple[str, ...]:
    target = policy.catalog.targets.get(asked.target)
    named = target.regions if target else tuple(policy.calendar.zones)
    return (asked.region,) if asked.region else named or (EVERYWHERE,)


def _freezes(
    db: Db, policy: Policy, asked: Asked, since: datetime, until: datetime, now: datetime
) -> Iterator[FreezeLine]:
    """Yield the freezes that touch a stretch of time and speak of what is asked, in the order in which they begin."""
    declared = {each.id: each for each in freezes.standing(db)}
    found = []
    for freeze in policy.calendar.freezes:
        starts, ends = stretch_of(freeze, policy.calendar.zone_of(asked.region))
        if starts < until and ends > since and _is_meant(asked, freeze):
            found.append((starts, line_of(policy, freeze, declared.get(freeze.id), now)))
    yield from (line for _, line in sorted(found, key=lambda each: each[0]))


def _is_meant(asked: Asked, freeze: Freeze) -> bool:
    """Say whether a freeze speaks of the region and the target that are asked, in some tier and kind."""
    if asked.region and freeze.scope.regions and asked.region not in freeze.scope.regions:
        return False
    return not asked.target or not freeze.scope.targets or asked.target in freeze.scope.targets
