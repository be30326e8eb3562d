"""What does every action stand on?"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from leverframe.actions.fleet import Fleet
from leverframe.actions.following import Following
from leverframe.actions.histories import HistoriesKept
from leverframe.actions.means_by_moment import MeansKept
from leverframe.actions.stage_minutes import Minutes
from leverframe.clock import Clock
from leverframe.nouns.audit import Entry
from leverframe.nouns.frames import Frame, Sign
from leverframe.nouns.people import CLOCK, FEATURE_OWNER, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Refused, Verdict, failed
from leverframe.rules.freezes import with_declared
from leverframe.rules.policies import may
from leverframe.store import Store, audit, freezes, outbox, policies, settings
from leverframe.store.database import Db


class Opened(NamedTuple):
    """One receipt that is counted: from which monotonic second on time is taken and gateways are waited for, and why.

    `received_at` is that of the request, or UNKNOWN where only another process could tell: then no time is taken.
    """

    received_at: float
    because: str
    waits_since: float


UNKNOWN = float("-inf")


@dataclass(slots=True)
class House:
    """The store, the clock and the ways out, handed to every action.

    `publish` gives gateways a frame, `stir` tells open pages that something changed; both are called after the
    commit. `sign` signs the frames. `call_key` is the master key of call ids; `salt` makes the buckets of a change's
    ramp its own.
    """

    store: Store
    clock: Clock
    fleet: Fleet
    call_key: bytes
    publish: Callable[[Frame], None] = lambda frame: None
    sign: Sign | None = None
    stir: Callable[[str], None] = lambda topic: None
    origin: str = "leverframe"
    address: str = ""
    stream_address: str = ""
    demo: bool = False
    salt: Callable[[str], str] = lambda change: secrets.token_hex(8)
    troubles: dict[str, str] = field(default_factory=dict)
    """What the clock could not do, by what it was about; an alarm until it works."""
    opened: dict[str, Opened] = field(default_factory=dict)
    """The receipts that this process counts, by number."""
    minutes: Minutes = field(default_factory=Minutes)
    """What had been counted when processes began that look for later harm."""
    means_kept: MeansKept = field(default_factory=MeansKept)
    """What the minutes of a stage had said of its means when a page was drawn."""
    histories: HistoriesKept = field(default_factory=HistoriesKept)
    """What the log said of changes when a population was read."""
    following: Following | None = None
    """The switch file in git, where this process follows one."""
    _policy: tuple[str, tuple[int, int], Policy] | None = None

    def policy(self, db: Db) -> Policy:
        """Return the policy in force, the declared freezes in its calendar; the very same while both stand."""
        policy = self.policy_or_none(db)
        if policy is None:
            raise Refused([NO_POLICY])
        return policy

    def policy_or_none(self, db: Db) -> Policy | None:
        """Return the policy in force, or None on a fresh server."""
        digest, revision, kept = policies.active_digest(db), freezes.revision(db), self._policy
        if digest is None:
            return None
        if kept is None or kept[:2] != (digest, revision):
            policy = policies.active(db)
            assert policy is not None
            kept = self._policy = digest, revision, with_declared(policy, freezes.standing(db))
        return kept[2]


SOLO = "solo"
"""The setting that stands while the policy in force asks for no second person."""

NO_POLICY = failed(
    "policy",
    "no release policy is loaded",
    remedy="the first administrator loads one: leverframe policy load DIR",
    who="first administrator",
)


def policy_at(db: Db, at: datetime) -> Policy | None:
    """Return the policy that was in force at a moment, with the freezes that stood then."""
    policy = policies.in_force(db, at)
    return None if policy is None else with_declared(policy, freezes.standing_at(db, at))


def record(
    db: Db,
    now: datetime,
    actor: Actor,
    act: str,
    thing: str,
    because: str,
    *,
    role: str = "",
    facts: Mapping[str, Any] | None = None,
    decided: str = "",
) -> None:
    """Write the audit entry of an act, in the act's own transaction; under a solo policy it says so."""
    name = actor.name if actor.is_person or actor is CLOCK else f"{actor.kind.value}:{actor.name}"
    solo = {SOLO: True} if settings.get(db, SOLO) else {}
    audit.append(db, Entry(now, name, role, act, thing, because, {**(facts or {}), **solo}, decided))


def tell(db: Db, topic: str, body: Mapping[str, Any], *, key: str) -> None:
    """Put a message into the outbox, in the act's own transaction; `key` keeps a repeat from doubling it."""
    outbox.put(db, topic, dict(body), key)


def permit(policy: Policy, actor: Actor, act: str, target: Target | None = None) -> str:
    """Return the role that permits an act, or refuse with the reason and who may; the clock does what was armed."""
    if actor is CLOCK:
        return "clock"
    verdict = may(policy, actor, act, target)
    if verdict.refuses:
        raise Refused([verdict])
    return first_role(policy.may.get(act, ()), actor, target)


def first_role(asked: Iterable[str], actor: Actor, target: Target | None) -> str:
    """Name the role in which an actor does what they may do: the first asked one that they hold."""
    owns = target is not None and target.owner in actor.groups
    return next((role for role in asked if role in actor.roles or (owns and role == FEATURE_OWNER)), "")


def target_of(policy: Policy, target: str) -> Target:
    """Return a target of the catalog."""
    if target not in policy.catalog.targets:
        known = ", ".join(sorted(policy.catalog.targets))
        raise NotFound(f"there is no target {target}", remedy=f"the catalog has {known}")
    return policy.catalog.targets[target]


def need_reason(because: str, *, place: str = "because") -> str:
    """Return the reason, or refuse an empty one."""
    if not because.strip():
        raise Invalid([Fault(place, "a reason is missing", "say in a few words why")])
    return because.strip()


def refuse(verdicts: tuple[Verdict, ...] | list[Verdict]) -> None:
    """Raise Refused where any answer stops the act."""
    if any(verdict.refuses for verdict in verdicts):
        raise Refused(verdicts)
