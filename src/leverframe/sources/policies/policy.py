"""What does `policy.yaml` say?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from leverframe.nouns.conflicts import ConflictKind, ConflictRule
from leverframe.nouns.metrics import Metric
from leverframe.nouns.people import FEATURE_OWNER
from leverframe.nouns.policies import EvalAllowance, Policy, WebhookRule
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Mode
from leverframe.rules.asked_at import OF_POLICY
from leverframe.sources.policies.audiences import read_audiences
from leverframe.sources.policies.authority import (
    read_may,
    read_requirements,
    read_roles,
    read_seats,
    read_switch_rules,
)
from leverframe.sources.policies.break_glass import read_break_glass
from leverframe.sources.policies.cab import read_cab
from leverframe.sources.policies.follow_ups import read_follow_ups, read_opening
from leverframe.sources.policies.hours import read_calendar
from leverframe.sources.policies.kill_switches import is_model_key, is_platform
from leverframe.sources.policies.metrics import read_metrics
from leverframe.sources.policies.reading import Report, Section, read_mapping
from leverframe.sources.policies.rollouts import RampDefaults, read_plan
from leverframe.sources.policies.scopes import KINDS
from leverframe.sources.policies.slos import SOURCES

PATH = "policy.yaml"


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The policy without the files beside it, and what those files take from it."""

    policy: Policy
    ramps: RampDefaults = field(default_factory=RampDefaults)


def read_policy(files: Mapping[str, str], gates: Collection[str], report: Report) -> PolicyFile | None:
    """Return what `policy.yaml` says, None where it says nothing; every key that nothing reads is a fault."""
    if PATH not in files:
        report.error(f"{PATH}:1", "There is no release policy.", "Write `policy.yaml` beside the catalog.")
        return None
    document = read_mapping(PATH, files[PATH], "The policy", report)
    if document is None:
        return None
    with Section(report, document, "The policy") as section:
        return _read(section, gates, report)


def _read(section: Section, gates: Collection[str], report: Report) -> PolicyFile:
    roles = read_roles(section.section("roles", required=True), report)
    known = (*roles, FEATURE_OWNER)
    rules = read_switch_rules(section.section("switches", required=True), known)
    zones, contacts = section.section("tenant_zones"), section.section("tenant_contacts")
    metrics = read_metrics(section.section("metrics"), report, SOURCES)
    ramps, knobs = _read_ramps(section.section("ramps", required=True), metrics, report)
    order, rings = read_audiences(section, report)
    gate_modes = section.section("gates")
    modes = _read_gates(gate_modes, gates)
    policy = Policy(
        digest="",
        organisation=section.text("organisation", required=True, example="Acme"),
        solo=section.flag("solo"),
        calendar=read_calendar(section, report),
        roles=roles,
        may=read_may(section.section("may", required=True), known, report),
        requirements=read_requirements(section, known),
        policy_seats=_read_policy_seats(section, known),
        freeze_seats=read_seats(section, "freeze_sign_offs", known),
        conflicts=_read_conflicts(section.section("conflicts")),
        cab=read_cab(section.section("cab"), known) if section.has("cab") else None,
        switch_rules=rules,
        plans=ramps.templates,
        rings=rings,
        order=replace(order, enforced=modes.get("audience_order") is not Mode.ADVISE),
        allowed_models=_read_models(section.section("allowed_models"), report),
        tenant_zones={tenant: zone for tenant in zones.free() if (zone := zones.zone(tenant))},
        tenant_contacts={tenant: contacts.text(tenant, required=True) for tenant in contacts.free()},
        gates=modes,
        eval_allowances=_read_allowances(section.section("eval_allowances")),
        irreversible_kinds=frozenset(section.names("irreversible_kinds", known=KINDS)),
        webhooks=_read_notifiers(section),
        metrics=metrics,
        break_glass=read_break_glass(section, known),
        **knobs,
        **_read_reviews(section.section("reviews")),
        follow_ups=read_follow_ups(section),
        scored_percent=_read_scored(section.section("live_scores")),
        places=_places(section, gate_modes, modes),
    )
    return PolicyFile(_alone(policy) if policy.solo else policy, ramps)


def _places(section: Section, gates: Section, modes: Mapping[str, Mode]) -> dict[str, str]:
    """Return the places of the keys that gates read, so that an answer can say which line asks for it."""
    keys = (key for found in OF_POLICY.values() for key in found)
    return {**section.places(keys), **{f"gates.{gate}": place for gate, place in gates.places(modes).items()}}


def _alone(policy: Policy) -> Policy:
    """Return the policy of one person: it asks for nobody's sign-off (and says `solo` wherever it is shown)."""
    return replace(
        policy,
        requirements=tuple(replace(row, seats=()) for row in policy.requirements),
        policy_seats=(),
        freeze_seats=(),
        switch_rules={layer: replace(rule, set=()) for layer, rule in policy.switch_rules.items()},
    )


def _read_policy_seats(section: Section, known: Collection[str]) -> tuple:
    solo = section.flag("solo")
    seats = read_seats(section, "policy_sign_offs", known, required=not solo)
    if not seats and not solo and section.has("policy_sign_offs"):
        section.wrong("policy_sign_offs", "asks for nobody", "Name a role, or set `solo: true` and say so.")
    return seats


def _read_ramps(section: Section, metrics: Mapping[str, Metric], report: Report) -> tuple[RampDefaults, dict]:
    with section:
        wait = section.whole("longest_wait_min", required=True, low=1, example="10080")
        like = section.text("floors")
        plain = RampDefaults(longest_wait_minutes=wait, metrics=metrics)
        templates = _read_templates(section.section("templates", required=True), plain, report)
        if like and like not in templates:
            section.wrong("floors", f"names the template `{like}`, which does not exist", "Name one of `templates`.")
        knobs = {
            "candidate_lease_seconds": section.number("candidate_lease_seconds", default=300, low=15, high=86_400),
            "feedback_horizon_minutes": section.number("feedback_horizon_min", default=60, low=1, high=10_080),
            "receipt_seconds": section.number("receipt_seconds", default=5, low=1, high=300),
            "alpha": section.number("alpha", default=0.05, low=0.0001, high=0.5),
            "beta": section.number("beta", default=0.05, low=0.0001, high=0.5),
            **_read_stretch(section.section("closed_stretch")),
        }
    return RampDefaults(wait, like, templates, metrics), knobs


def _read_templates(section: Section, defaults: RampDefaults, report: Report) -> dict[str, RampPlan]:
    plans = {}
    for name in section.free():
        report.remember(f"plan {name}", section.place_of(name))
        with section.section(name) as template:
            plans[name] = read_plan(template, defaults, name, report)
    return plans


def _read_stretch(section: Section) -> dict:
    with section:
        return {
            "closed_stretch_max_percent": section.number("max_percent", default=10, high=100),
            "closed_stretch_hours": section.number("hours", default=48, low=1, high=8_760),
            "closed_stretch_narrow": section.flag("narrow"),
        }


def _read_reviews(section: Section) -> dict:
    with section:
        return {
            "review_due_business_days": section.whole("due_business_days", default=5, low=1, high=60),
            "watch_hours": section.number("watch_hours", default=24, low=1, high=720),
            "reviews_open_at": read_opening(section),
        }


def _read_conflicts(section: Section) -> ConflictRule:
    with section:
        kinds = section.names("refuse", known=[kind.value for kind in ConflictKind])
        return ConflictRule(
            most_high_impact=section.whole("most_high_impact", default=2, low=1, high=100),
            high_impact_users=section.whole("high_impact_users", default=1_000_000, low=1, high=10**11),
            refuse=frozenset(ConflictKind(kind) for kind in kinds),
        )


def _read_scored(section: Section) -> float:
    with section:
        percent = section.number("sample_percent", default=100, high=100)
        if section.has("sample_percent") and percent == 0:
            section.wrong("sample_percent", "is 0, so that no score ever comes", "Write a share above 0, up to 100.")
        return percent


def _read_models(section: Section, report: Report) -> dict[str, tuple[str, ...]]:
    """Return the models that features of each tier may use; a tier that is not written may use any."""
    found: dict[str, tuple[str, ...]] = {}
    with section:
        for tier in (tier.value for tier in Tier if section.has(tier.value)):
            found[tier] = section.names(tier)
            if not found[tier]:
                section.wrong(
                    tier, "names no model", "Leave it out, and any model is allowed; or name those that are."
                )
            for model in found[tier]:
                if not is_model_key(model) and not is_platform(model):
                    section.wrong(
                        tier, f"names `{model}`, which is no model", "Write `<platform>.<model>` or `<platform>.*`."
                    )
    return found


def _read_gates(section: Section, known: Collection[str]) -> dict[str, Mode]:
    with section:
        return {gate: mode for gate in known if (mode := section.choice(gate, Mode))}


def _read_allowances(section: Section) -> tuple[EvalAllowance, ...]:
    return tuple(_read_allowance(section, metric) for metric in section.free())


def _read_allowance(section: Section, metric: str) -> EvalAllowance:
    value = section.value(metric)
    if value is None or not isinstance(value.data, dict):
        return EvalAllowance(metric, section.number(metric))
    with section.section(metric) as allowance:
        drop, prove = allowance.number("allowed_drop", required=True, example="0.02"), allowance.flag("prove")
        if prove and not drop:
            because = "is 0, and nobody can prove that nothing got worse but by being better"
            allowance.wrong("allowed_drop", because, "Allow a little, or leave `prove` out.")
        return EvalAllowance(metric, drop, prove)


def _read_notifiers(policy: Section) -> tuple[WebhookRule, ...]:
    found = []
    for entry in policy.sections("notifiers"):
        with entry as section:
            name = section.text("name", required=True, example="platform-chat")
            url = section.text("webhook", required=True, example="https://…")
            if url and not url.startswith(("https://", "http://")):
                section.wrong("webhook", f"is `{url}`, which is not a web address", "Begin it with https://.")
            secret = section.text("secret_env", required=True, example="LEVERFRAME_WEBHOOK_SECRET")
            found.append(WebhookRule(name, url, secret, section.names("topics")))
    return tuple(found)
