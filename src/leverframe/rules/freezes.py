"""Which freezes hold, does one of them cover another, and what may move while it holds?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Scope
from leverframe.nouns.freezes import DeclaredFreeze
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault
from leverframe.rules.open_hours import stretch_of

PARTS = ("targets", "regions", "tiers", "kinds")
MOST_YEARS = 5


def with_declared(policy: Policy, declared: Iterable[DeclaredFreeze]) -> Policy:
    """Return the policy with the declared freezes in its calendar."""
    more = tuple(replace(each.freeze, id=each.id) for each in declared)
    if not more:
        return policy
    return replace(policy, calendar=replace(policy.calendar, freezes=(*policy.calendar.freezes, *more)))


def asks_the_same(one: Policy, other: Policy) -> bool:
    """Say whether two policies are the same, their declared freezes included."""
    return one.digest == other.digest and one.calendar.freezes == other.calendar.freezes


def covers(new: Freeze, old: Freeze, calendar: Calendar) -> bool:
    """Say whether a freeze forbids all that another one forbids: then nothing widens when it takes its place."""
    zones = {calendar.home_zone, *calendar.zones.values()}
    longer = all(_holds(stretch_of(new, zone), stretch_of(old, zone)) for zone in zones)
    wider = all(_holds_all(getattr(new.scope, part), getattr(old.scope, part)) for part in PARTS)
    return longer and wider and not (old.during_ramp is DuringRamp.NARROW and new.during_ramp is DuringRamp.HOLD)


def _holds(outer: tuple[datetime, datetime], inner: tuple[datetime, datetime]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def _holds_all(outer: frozenset[str], inner: frozenset[str]) -> bool:
    return not outer or (bool(inner) and inner <= outer)


def faults_of(freeze: Freeze, policy: Policy, place: str = "") -> Iterator[Fault]:
    """Yield what is wrong with a freeze that somebody would declare, each at its place."""
    at = f"{place} " if place else ""
    if not freeze.because.strip():
        yield Fault(f"{at}because", "a reason is missing", "say why nothing may move then")
    if not freeze.owner:
        yield Fault(f"{at}owner", "nobody owns the freeze", "name the group or person who is asked about it")
    elif freeze.owner not in {**policy.catalog.groups, **policy.catalog.people}:
        remedy = f"name a group, such as {', '.join(sorted(policy.catalog.groups)[:5])}, or a person"
        yield Fault(f"{at}owner", f"the catalog has no group or person {freeze.owner}", remedy)
    if (freeze.ends - freeze.starts).days > 366 * MOST_YEARS:
        yield Fault(f"{at}ends", f"the freeze lasts longer than {MOST_YEARS} years", "choose a nearer end")
    yield from _scope(freeze.scope, policy, at)


def _scope(scope: Scope, policy: Policy, at: str) -> Iterator[Fault]:
    known = {
        "targets": set(policy.catalog.targets),
        "regions": {*policy.calendar.zones, *(r for t in policy.catalog.targets.values() for r in t.regions)},
    }
    for part, names in known.items():
        for name in sorted(getattr(scope, part) - names):
            remedy = f"it knows {', '.join(sorted(names)) or 'none'}"
            yield Fault(f"{at}{part}", f"the policy knows no {part.rstrip('s')} {name}", remedy)


def of_whom(scope: Scope) -> str:
    """Say of what a freeze speaks: `high and medium changes of claims-summary in us`, or everything."""
    tiers = " and ".join(sorted(scope.tiers))
    kinds = " and ".join(sorted(kind.replace("_", " ") for kind in scope.kinds))
    what = f"{' '.join(part for part in (tiers, kinds) if part)} changes".strip() if tiers or kinds else ""
    targets = ", ".join(sorted(scope.targets))
    of = f"{what} of {targets}" if what and targets else what or targets
    where = f" in {', '.join(sorted(scope.regions))}" if scope.regions else ""
    return f"{of or ('all changes' if where else 'everything')}{where}"


def may_move(freeze: Freeze, calendar: Calendar) -> tuple[str, ...]:
    """Say in words what stands still while a freeze holds, and what may move all the same."""
    starts, ends = _said(freeze.starts), _said(freeze.ends)
    zone = freeze.zone or ("each region's own time" if calendar.zones else calendar.home_zone)
    ramp = "goes back to where it may stand" if freeze.during_ramp is DuringRamp.NARROW else "holds where it stands"
    still = f"From {starts} to {ends} ({zone}) nothing starts and nothing widens: {of_whom(freeze.scope)}."
    return (
        still,
        f"A ramp that is under way {ramp}; it goes on by itself when a window opens again.",
        *_others(freeze.scope),
        "At any hour one person may stop: throw a kill switch, abort, hold, go back to the former unit, narrow.",
        "Filing, reviewing and signing go on, so that what waits can leave when the freeze ends.",
    )


def _others(scope: Scope) -> Iterator[str]:
    """Say what the freeze does not speak of."""
    named = [(part, sorted(getattr(scope, part))) for part in PARTS if getattr(scope, part)]
    words = {"targets": "other features", "regions": "other regions", "tiers": "other tiers", "kinds": "other kinds"}
    if named:
        free = " and ".join(words[part] for part, _ in named) if len(named) == 1 else _listed(words, named)
        yield f"Of {free} this freeze does not speak: they move as the windows let them."


def _listed(words: dict[str, str], named: list[tuple[str, list[str]]]) -> str:
    return ", ".join(words[part] for part, _ in named[:-1]) + f" and {words[named[-1][0]]}"


def say_freeze(freeze: Freeze) -> str:
    """Say which freeze it is: its name, from when to when in wall time, and of whom."""
    zone = f" {freeze.zone}" if freeze.zone else ""
    return f"{freeze.name}, {_said(freeze.starts)} to {_said(freeze.ends)}{zone}, {of_whom(freeze.scope)}"


def _said(wall: datetime) -> str:
    return f"{wall:%a %d %b %Y %H:%M}"


def ended(freeze: Freeze, calendar: Calendar, now: datetime) -> bool:
    """Say whether a freeze is over in every region."""
    zones = {calendar.home_zone, *calendar.zones.values()}
    return all(stretch_of(freeze, zone)[1] <= now for zone in zones)


def begun(freeze: Freeze, calendar: Calendar, now: datetime) -> bool:
    """Say whether a freeze has begun in some region."""
    zones = {calendar.home_zone, *calendar.zones.values()}
    return any(stretch_of(freeze, zone)[0] <= now for zone in zones)


def local(freeze: Freeze, calendar: Calendar) -> tuple[datetime, datetime]:
    """Return when a freeze begins and ends, in its own zone or the home zone."""
    zone = freeze.zone or calendar.home_zone
    starts, ends = stretch_of(freeze, zone)
    return starts.astimezone(ZoneInfo(zone)), ends.astimezone(ZoneInfo(zone))
