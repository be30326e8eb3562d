"""Do the files of a bundle agree with each other?"""

from __future__ import annotations

from datetime import date
from itertools import product
from math import isnan

from leverframe.nouns.changes import Kind, Path
from leverframe.nouns.people import FEATURE_OWNER
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import RampPlan
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Target, Tier
from leverframe.rules.audience_order import order_faults
from leverframe.rules.lowering import cells_of
from leverframe.rules.policies import ACTS, asks_of, holders, seats_left
from leverframe.sources.policies.cab import check_cab
from leverframe.sources.policies.model_checks import check_models
from leverframe.sources.policies.reading import Report, nearest
from leverframe.sources.policies.review_checks import check_reviews
from leverframe.sources.policies.rollouts import FOLDER
from leverframe.sources.policies.switch_checks import check_switches

LOCK_OUT = ("policy.propose", "account.manage")
"""Acts that somebody must be able to do, or the house can only be opened from the server's own console."""


def check_bundle(policy: Policy, report: Report, today: date | None) -> None:
    """Add everything that only shows when all files are read."""
    _check_groups(policy, report)
    _check_roles(policy, report)
    _check_acts(policy, report)
    _check_seats(policy, report)
    check_reviews(policy, report)
    check_cab(policy, report)
    for target in policy.catalog.targets.values():
        _check_target(target, policy, report)
    for fallback in policy.catalog.fallbacks.values():
        _check_owner(fallback.id, fallback.owner, policy, report)
    for name, plan in policy.plans.items():
        _check_plan(name, plan, policy, report)
    _check_metrics(policy, report)
    _check_scopes(policy, report)
    check_switches(policy, report, today)


def _check_groups(policy: Policy, report: Report) -> None:
    groups = policy.catalog.groups
    for person in policy.catalog.people.values():
        for group in sorted(person.groups - groups.keys()):
            place = report.place(f"User {person.name} memberOf {group}")
            because = f"{person.name} is a member of the group `{group}`, which the catalog does not describe."
            report.warn(place, because, nearest(group, groups, noun="groups"))
    for group in groups.values():
        if group.parent and group.parent not in groups:
            because = f"The group {group.name} is under `{group.parent}`, which the catalog does not describe."
            report.warn(report.place(f"Group {group.name} parent"), because, nearest(group.parent, groups))


def _check_roles(policy: Policy, report: Report) -> None:
    for role, groups in policy.roles.items():
        place = report.place(f"role {role}")
        unknown = sorted(groups - policy.catalog.groups.keys())
        for group in unknown:
            because = f"The role {role} is given to the group `{group}`, which does not exist."
            report.error(place, because, nearest(group, policy.catalog.groups, noun="groups"))
        if groups and not unknown and not holders(policy, role):
            report.warn(place, f"Nobody holds the role {role}.", "Add people to its groups.")


def _check_acts(policy: Policy, report: Report) -> None:
    for act, roles in policy.may.items():
        if FEATURE_OWNER in roles or any(holders(policy, role) for role in roles):
            continue
        place = report.place(f"act {act}")
        tell = report.error if act in LOCK_OUT else report.warn
        tell(place, f"Nobody may {ACTS[act]}.", "Give it to a role that somebody holds.")


def _check_seats(policy: Policy, report: Report) -> None:
    told: set[str] = set()
    rows = [row.seats for row in policy.requirements]
    for seats in (*rows, policy.policy_seats, *(rule.set for rule in policy.switch_rules.values())):
        for seat in seats:
            for target in policy.catalog.targets.values() if seat.role == FEATURE_OWNER else (None,):
                _check_count(seat, target, policy, report, told)
    if not told and not policy.solo:
        _check_together(policy, report)


def _check_count(seat: Seat, target: Target | None, policy: Policy, report: Report, told: set[str]) -> None:
    people = holders(policy, seat.role, target)
    of = f" of {target.id}" if target else ""
    key = f"{seat.role} {seat.count}{of}"
    if len(people) >= seat.count or key in told:
        return
    told.add(key)
    who = ", ".join(sorted(people)) or "nobody"
    because = f"{seat.count} sign-offs from {seat.role}{of} are asked for, and {len(people)} can give one ({who})."
    remedy = "Ask for fewer, or add people to the role's groups."
    report.error(report.place(f"seat {seat.role} {seat.count}"), because, remedy)


def _check_together(policy: Policy, report: Report) -> None:
    """One person counts once: seats that only the same person could fill can never all be filled."""
    told: set[str] = set()
    for target, kind, path in product(policy.catalog.targets.values(), Kind, Path):
        asked = (policy, target.tier.value, kind.value, path.value)
        asks = asks_of(*asked, customer_facing=target.customer_facing)
        left = seats_left(policy, asks.seats, target)
        what = f"{target.tier.value} changes on the {path.value} path"
        if left and (key := f"{target.id} {what}") not in told:
            told.add(key)
            because = f"The sign-offs for {what} of {target.id} can never be complete: one person counts once."
            remedy = f"Nobody is left for {', '.join(left)}. Add people to its groups."
            report.error(report.place("requirements"), because, remedy)
    for tier, path in product(Tier, Path):
        if not any(asks_of(policy, tier.value, kind.value, path.value).seats for kind in Kind):
            because = f"Nobody is asked to sign {tier.value} changes on the {path.value} path."
            report.warn(report.place("requirements"), because, "Add a row with `sign_offs`.")


def _check_target(target: Target, policy: Policy, report: Report) -> None:
    _check_owner(target.id, target.owner, policy, report)
    catalog = policy.catalog
    if target.on_call and target.on_call not in (*catalog.groups, *catalog.people):
        because = f"`{target.on_call}` is on call for {target.id}, and is neither a group nor a person."
        remedy = nearest(target.on_call, [*catalog.groups, *catalog.people])
        report.error(report.place(f"Component {target.id} on-call"), because, remedy)
    if target.fallback and target.fallback not in catalog.fallbacks:
        because = f"{target.id} falls back to `{target.fallback}`, which is no fallback of the catalog."
        place = report.places.get(f"Component {target.id} fallback")
        if place:
            report.error(place, because, nearest(target.fallback, catalog.fallbacks, noun="fallbacks"))
    _check_cells(target, policy, report)
    _check_prompt(target, policy, report)
    check_models(target, policy, report)


def _check_owner(name: str, owner: str, policy: Policy, report: Report) -> None:
    if owner and owner not in policy.catalog.groups:
        because = f"{name} is owned by the group `{owner}`, which does not exist."
        remedy = nearest(owner, policy.catalog.groups, noun="groups")
        report.error(report.place(f"Component {name} owner"), because, remedy)


def _check_cells(target: Target, policy: Policy, report: Report) -> None:
    place = report.place(f"Component {target.id} population")
    regions, rings = (*policy.calendar.zones, EVERYWHERE), (*policy.order.rings, LAST_RING)
    for region in target.regions:
        if region not in regions:
            because = f"The region `{region}` of {target.id} is not in the policy, so it has no time zone."
            report.error(place, because, nearest(region, regions, noun="regions"))
    for ring in target.rings:
        if ring not in rings:
            because = f"The ring `{ring}` of {target.id} is not in the policy."
            report.error(place, because, nearest(ring, rings, noun="rings"))
    for cohort in dict.fromkeys(name for cell in target.population for name, _ in cell.cohorts):
        if cohort not in policy.order.cohorts:
            because = f"The cohort `{cohort}` of {target.id} is not in the policy."
            report.error(place, because, nearest(cohort, policy.order.cohorts, noun="cohorts"))


def _check_prompt(target: Target, policy: Policy, report: Report) -> None:
    folders = {name.split("@")[0] for name in policy.prompts}
    place = report.place(f"Component {target.id} prompt")
    if target.prompt and target.prompt not in folders:
        because = f"{target.id} takes its prompt from `{target.prompt}`, and the prompt folder has no version of it."
        report.error(place, because, nearest(target.prompt, folders, noun="prompts"))


def _check_plan(name: str, plan: RampPlan, policy: Policy, report: Report) -> None:
    target = policy.catalog.targets.get(name.removeprefix(FOLDER)) if name.startswith(FOLDER) else None
    if name.startswith(FOLDER) and target is None:
        because = f"There is no feature `{name.removeprefix(FOLDER)}` for this rollout."
        remedy = nearest(name.removeprefix(FOLDER), policy.catalog.targets, noun="features")
        report.error(report.place(f"plan {name}"), because, remedy)
        return
    regions = target.regions if target else (*policy.calendar.zones, EVERYWHERE)
    rings = target.rings if target else (*policy.order.rings, LAST_RING)
    parts = (("region", regions), ("ring", rings), ("cohort", policy.order.cohorts))
    for number, stage in enumerate(plan.stages, 1):
        place = report.place(f"stage {name} {number}")
        for clause in stage.clauses:
            for (noun, known), mine in zip(parts, (clause.regions, clause.rings, clause.cohorts), strict=True):
                for unknown in (part for part in mine if part not in known):
                    because = f"Stage {number} widens in the {noun} `{unknown}`, where there is nobody."
                    report.error(place, because, nearest(unknown, known, noun=f"{noun}s"))
    if target:
        _check_order(name, plan, target, policy, report)


def _check_order(name: str, plan: RampPlan, target: Target, policy: Policy, report: Report) -> None:
    """Tell where a rollout reaches a later audience further than the policy lets it."""
    if any(isnan(clause.share_percent) for stage in plan.stages for clause in stage.clauses):
        return
    tell = report.error if policy.order.enforced else report.warn
    for fault in order_faults(plan, cells_of(target), policy.order):
        because, remedy = _sentence(fault.because), _sentence(fault.remedy)
        tell(report.place(f"stage {name} {fault.stage}"), because, remedy)


def _sentence(said: str) -> str:
    return f"{said[0].upper()}{said[1:]}."


def _check_metrics(policy: Policy, report: Report) -> None:
    for metric in policy.metrics.values():
        for target in metric.targets:
            if target not in policy.catalog.targets:
                because = f"The metric {metric.name} is measured for `{target}`, which does not exist."
                report.error(report.place(f"metric {metric.name}"), because, nearest(target, policy.catalog.targets))
        if not any(slo.guardrail == metric.name for p in policy.plans.values() for s in p.stages for slo in s.slos):
            because = f"Nothing limits the metric {metric.name}, so that it is not read."
            remedy = f"Limit it in a stage's `slos`, such as `{metric.name}_max`, or leave it out."
            report.warn(report.place(f"metric {metric.name}"), because, remedy)


def _check_scopes(policy: Policy, report: Report) -> None:
    """A window or freeze that speaks of an unknown name would silently speak of nothing."""
    known = {"targets": policy.catalog.targets, "regions": (*policy.calendar.zones, EVERYWHERE)}
    for freeze in (*policy.calendar.windows, *policy.calendar.freezes):
        for part, names in (("targets", freeze.scope.targets), ("regions", freeze.scope.regions)):
            for name in sorted(names - set(known[part])):
                because = f"`{freeze.name}` speaks of `{name}`, which is none of the {part}."
                report.error(report.place(f"scope {part} {name}"), because, nearest(name, known[part], noun=part))
