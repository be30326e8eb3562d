"""What does the policy in force ask, and what waits to replace it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leverframe.actions.house import House
from leverframe.actions.policies import warnings_in_force
from leverframe.actions.proposed_policies import Proposal, proposals
from leverframe.nouns.calendar import Calendar, Freeze
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy, Requirement
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.targets import EVERYWHERE
from leverframe.nouns.verdicts import Fault, NotFound
from leverframe.rules.open_hours import stretch_of
from leverframe.store import policies as policy_rows

YEAR = timedelta(days=365)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policy as people read it; `windows` says for each region when traffic may widen.

    `freezes` are those of the year ahead, the first that begins first; so many `later_freezes` follow.
    """

    policy: Policy | None
    windows: tuple[tuple[str, str], ...]
    freezes: tuple[Freeze, ...]
    plans: Mapping[str, RampPlan]
    requirements: tuple[Requirement, ...]
    gates: Mapping[str, Any]
    warnings: tuple[Fault, ...]
    proposals: tuple[Proposal, ...]
    later_freezes: int = 0


def show_policy(house: House, actor: Actor) -> PolicyView:
    """Return the policy in force with its warnings and the proposals that wait."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy_or_none(db)
    if policy is None:
        return PolicyView(None, (), (), {}, (), {}, (), ())
    return PolicyView(
        policy=policy,
        windows=_windows(policy.calendar),
        freezes=_ahead(policy.calendar, now, now + YEAR),
        later_freezes=len(_ahead(policy.calendar, now)) - len(_ahead(policy.calendar, now, now + YEAR)),
        plans=policy.plans,
        requirements=policy.requirements,
        gates=policy.gates,
        warnings=warnings_in_force(house),
        proposals=proposals(house, actor),
    )


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One file of the policy in force, line by line."""

    path: str
    digest: str
    lines: tuple[str, ...]


def policy_file(house: House, path: str) -> PolicyFile:
    """Return a file of the policy in force; raises NotFound."""
    with house.store.read() as db:
        files, digest = policy_rows.active_files(db), policy_rows.active_digest(db)
    if path not in files or digest is None:
        raise NotFound(f"the policy in force has no file {path}", remedy="the page of the policy is /policy")
    return PolicyFile(path, digest, tuple(files[path].splitlines()))


def _ahead(calendar: Calendar, now: datetime, until: datetime | None = None) -> tuple[Freeze, ...]:
    """Return the policy's own freezes that have not ended, in the order in which they begin."""
    own = (freeze for freeze in calendar.freezes if not freeze.id)
    found = ((stretch_of(freeze, calendar.home_zone), freeze) for freeze in own)
    ahead = [(at, freeze) for at, freeze in found if at[1] > now and (until is None or at[0] < until)]
    return tuple(freeze for _, freeze in sorted(ahead, key=lambda each: each[0]))


def _windows(calendar: Calendar) -> tuple[tuple[str, str], ...]:
    regions = tuple(calendar.zones) or (EVERYWHERE,)
    return tuple((region, _said(calendar, region)) for region in regions)


def _said(calendar: Calendar, region: str) -> str:
    rows = []
    for window in calendar.windows:
        if window.scope.regions and region not in window.scope.regions:
            continue
        days = ", ".join(DAYS[day] for day in sorted(window.weekdays))
        zone = window.zone or calendar.zone_of(region)
        rows.append(f"{days} {window.opens:%H:%M} to {window.closes:%H:%M} {zone} ({window.name})")
    return "; ".join(rows) or "never: no window speaks of this region"
