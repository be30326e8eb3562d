"""What does the organisation ask of a change, and who may do what?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from leverframe.nouns.audiences import NO_ORDER, AudienceOrder
from leverframe.nouns.break_glass import BreakGlassRule
from leverframe.nouns.cab import CabRule
from leverframe.nouns.calendar import Calendar
from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.conflicts import ConflictRule
from leverframe.nouns.follow_ups import LaterLook
from leverframe.nouns.metrics import Metric
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.switches import Switch
from leverframe.nouns.verdicts import Mode

NO_CONFLICT_RULE = ConflictRule()
EVERY_LOCALE = "every_locale"
"""In place of slices: each locale that the catalog names of the feature."""


@dataclass(frozen=True, slots=True)
class EvalAsk:
    """One suite that must be on the ticket for the candidate, and what its results must be.

    `slices` must each be there; `at_least` is how many cases of each slice, or of the whole suite where none is
    named; `at_most_days_old` counts from when the results came in (0: no matter).
    """

    suite: str
    slices: tuple[str, ...] = ()
    at_least: int = 0
    at_most_days_old: int = 0

    @property
    def said(self) -> str:
        """Write it as people read it."""
        terms = [f"in {', '.join(slice.replace('_', ' ') for slice in self.slices)}"] if self.slices else []
        terms += [f"at least {self.at_least:,} cases"] if self.at_least else []
        terms += [f"at most {self.at_most_days_old} days old"] if self.at_most_days_old else []
        return f"{self.suite} ({'; '.join(terms)})" if terms else self.suite


@dataclass(frozen=True, slots=True)
class ReviewAsk:
    """How many people must have approved the code, and how many of them must hold which role."""

    count: int = 0
    of_whom: tuple[Seat, ...] = ()

    @property
    def said(self) -> str:
        """Write it as people read it; empty where nobody is asked for."""
        if not self.count:
            return ""
        roles = ", ".join(f"{seat.count} {seat.role.replace('_', ' ')}" for seat in self.of_whom)
        return f"{self.count} code reviewer{'s' if self.count > 1 else ''}{f', {roles} among them' if roles else ''}"


NO_REVIEW = ReviewAsk()


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the table over tier, kind and path; empty parts match all, matching rows add up.

    `fields` and `artefacts` must be filled, `evals` are the suites that must be on the ticket, `seats` the
    sign-offs by role and count, `by_hand` the fields that a person must have written, `checks` those that the pull
    request must have passed, `code_reviews` who must have approved it, `reviewed` the fields that another person
    than their writer must have reviewed. `customer_facing` asks it of such targets alone (or of the others alone).
    `at` has the place of each key that is written.
    """

    tiers: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    fields: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()
    evals: tuple[EvalAsk, ...] = ()
    seats: tuple[Seat, ...] = ()
    by_hand: tuple[str, ...] = ()
    reviewed: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    code_reviews: ReviewAsk = NO_REVIEW
    customer_facing: bool | None = None
    at: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asks:
    """What all matching rows ask of one change, added up (the highest count of each role).

    `at` says for each key of a row at which places it is asked.
    """

    fields: tuple[str, ...]
    artefacts: tuple[str, ...]
    evals: tuple[EvalAsk, ...]
    seats: tuple[Seat, ...]
    by_hand: tuple[str, ...]
    checks: tuple[str, ...] = ()
    code_reviews: ReviewAsk = NO_REVIEW
    reviewed: tuple[str, ...] = ()
    at: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SwitchRule:
    """Who may throw a layer's switches (roles), whose sign-offs set one again, and which group owns the layer.

    A feature's switch is owned by the feature's owner, so that this layer has none of its own.
    """

    throw: tuple[str, ...]
    set: tuple[Seat, ...]
    owner: str = ""


@dataclass(frozen=True, slots=True)
class EvalAllowance:
    """How far a metric may be worse than the deployed unit's before the evals gate says no (absolute).

    `metric` is a metric of any suite, or `suite.metric`. With `prove` it must be shown that it is within that.
    """

    metric: str
    allowed_drop: float
    prove: bool = False


@dataclass(frozen=True, slots=True)
class WebhookRule:
    """One notifier: a signed webhook. The secret is read from the environment variable it names."""

    name: str
    url: str
    secret_env: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The signed release policy, with everything that was loaded beside it, under one digest.

    `roles` maps a role to catalog groups. `may` maps an act (`change.file`, `ramp.run`, `ramp.hold`,
    `ramp.abort`, `policy.propose`, `audit.read`, `account.manage`, `gateway.enrol`) to roles. `gates` gives
    each gate's mode. `plans` are ramp plans by name: templates, and `rollouts/<feature>`. `prompts` maps
    `name@version` to the digest of its text. `rings` maps a tenant to its ring, `order` says which rings, regions and
    cohorts absorb a change first. `allowed_models` lists by tier the models that its features may use (keys and
    `platform.*`); a tier that is not in it may use any. `tenant_zones` says where a tenant's day ends,
    `tenant_contacts` who is told there before a pause does. `metrics` are those of outside
    sources, by name. `freeze_seats` loosen a declared freeze
    (none: `policy_seats` do). `cab` says when the CAB meets (None: it does not).
    `places` are those of its own keys in its file (`windows`, `gates.freeze`). Times are minutes, seconds where the
    name says so.
    """

    digest: str
    organisation: str
    calendar: Calendar
    roles: Mapping[str, frozenset[str]]
    may: Mapping[str, tuple[str, ...]]
    requirements: tuple[Requirement, ...]
    policy_seats: tuple[Seat, ...]
    switch_rules: Mapping[str, SwitchRule]
    catalog: Catalog = field(default_factory=Catalog)
    switches: tuple[Switch, ...] = ()
    plans: Mapping[str, RampPlan] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    rings: Mapping[str, str] = field(default_factory=dict)
    order: AudienceOrder = NO_ORDER
    allowed_models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tenant_zones: Mapping[str, str] = field(default_factory=dict)
    tenant_contacts: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, Mode] = field(default_factory=dict)
    eval_allowances: tuple[EvalAllowance, ...] = ()
    irreversible_kinds: frozenset[str] = frozenset()
    freeze_seats: tuple[Seat, ...] = ()
    conflicts: ConflictRule = NO_CONFLICT_RULE
    cab: CabRule | None = None
    webhooks: tuple[WebhookRule, ...] = ()
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    break_glass: BreakGlassRule | None = None
    solo: bool = False
    closed_stretch_max_percent: float = 10.0
    closed_stretch_hours: float = 48.0
    closed_stretch_narrow: bool = False
    candidate_lease_seconds: float = 300.0
    feedback_horizon_minutes: float = 60.0
    scored_percent: float = 100.0
    receipt_seconds: float = 5.0
    review_due_business_days: int = 5
    watch_hours: float = 24.0
    reviews_open_at: time = time(9)
    follow_ups: tuple[LaterLook, ...] = ()
    alpha: float = 0.05
    beta: float = 0.05
    places: Mapping[str, str] = field(default_factory=dict)

    def mode_of(self, gate: str) -> Mode:
        """Return a gate's mode; a gate that the policy does not name enforces."""
        return self.gates.get(gate, Mode.ENFORCE)

    def zone_of_tenant(self, tenant: str) -> str:
        """Return the zone in which a tenant's day ends."""
        return self.tenant_zones.get(tenant, self.calendar.home_zone)
