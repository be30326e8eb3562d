"""Would each kill switch work, as the files stand?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from leverframe.nouns.policies import Policy
from leverframe.nouns.switch_files import PATH
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.targets import Tier
from leverframe.rules.exercising import Freshness, freshness
from leverframe.rules.switches import NO_CIRCLE, circles, thrown_models
from leverframe.sources.policies.kill_switches import is_model_key
from leverframe.sources.policies.reading import Report, nearest

TOO_LONG = {Freshness.RED: "more than six months ago", Freshness.DUE: "more than a quarter ago"}
"""Handbook, phase 8: each switch is exercised every quarter; one that was not in 6 months might not work."""


def check_switches(policy: Policy, report: Report, today: date | None) -> None:
    """Add what is wrong with the switches, and what they leave without one."""
    for switch in policy.switches:
        _check_owner(switch, policy, report)
        _check_exercise(switch, report, today)
        match switch.layer:
            case Layer.FEATURE:
                _check_feature(switch, policy, report)
            case Layer.TENANT:
                _check_expiry(switch, report, today)
                _check_contact(switch, policy, report)
            case Layer.MODEL:
                pass
    models = {switch.key: switch for switch in policy.switches if switch.layer is Layer.MODEL}
    _check_chains(models, report)
    _check_missing(policy, models, report)


def _check_owner(switch: Switch, policy: Policy, report: Report) -> None:
    if switch.owner and switch.owner not in policy.catalog.groups:
        because = f"The switch {switch.id} is owned by the group `{switch.owner}`, which does not exist."
        place = report.places.get(f"owner of {switch.layer.value} switches") or switch.place
        report.error(place, because, nearest(switch.owner, policy.catalog.groups, noun="groups"))


def _check_exercise(switch: Switch, report: Report, today: date | None) -> None:
    if switch.layer is Layer.TENANT:
        return
    if switch.exercised_on is None:
        because = f"The switch {switch.id} was never exercised, so nobody knows whether it works."
        report.warn(switch.place, because, f"Exercise it: leverframe switch exercise {switch.id}.")
    elif today and switch.exercised_on > today:
        because = f"The switch {switch.id} was exercised on {switch.exercised_on}, which is yet to come."
        report.error(switch.place, because, "Write the day on which it was proven.")
    elif today and (too_long := TOO_LONG.get(freshness(switch, today))):
        because = f"The switch {switch.id} was last exercised on {switch.exercised_on}, {too_long}."
        report.warn(switch.place, because, f"Exercise it: leverframe switch exercise {switch.id}.")


def _check_feature(switch: Switch, policy: Policy, report: Report) -> None:
    targets, fallbacks = policy.catalog.targets, policy.catalog.fallbacks
    if switch.key not in targets:
        because = f"The switch {switch.id} turns off a feature that is not in the catalog."
        report.error(switch.place, because, nearest(switch.key, targets, noun="features"))
    if switch.fallback and switch.fallback not in fallbacks:
        because = f"The switch {switch.id} falls back to `{switch.fallback}`, which is no fallback of the catalog."
        remedy = nearest(switch.fallback, fallbacks, noun="fallbacks")
        report.error(switch.place, because, f"{remedy} A fallback is a Component of `type: ai-fallback`.")


def _check_expiry(switch: Switch, report: Report, today: date | None) -> None:
    if today and switch.expires_on and switch.expires_on < today:
        because = f"The switch {switch.id} expired on {switch.expires_on}."
        report.warn(switch.place, because, "Take it out, or give it a later `expires` with a reason.")
    if switch.thrown and switch.expires_on is None:
        because = f"The switch {switch.id} is thrown and has no end."
        report.warn(switch.place, because, "Add `expires: <date>`, so that somebody looks at it again.")


def _check_contact(switch: Switch, policy: Policy, report: Report) -> None:
    if switch.key not in policy.tenant_contacts:
        because = f"Nobody at {switch.key} is told before a pause of theirs ends."
        report.warn(switch.place, because, f"Add `{switch.key}: <whom to tell>` to `tenant_contacts` in policy.yaml.")


def _check_chains(models: Mapping[str, Switch], report: Report) -> None:
    for circle in circles(models.values()):
        because = f"The model fallbacks go in a circle: {' -> '.join((*circle, circle[0]))}."
        remedy = f"{NO_CIRCLE[0].upper()}{NO_CIRCLE[1:]}."
        report.error(models[circle[0]].place, because, remedy)
    for model, standing in thrown_models(models.values()).items():
        if not standing:
            because = f"The model {model} is off, and so is everything that it falls back to."
            report.warn(models[model].place, because, "Features on this model are off. Name a fallback that runs.")


def _check_missing(policy: Policy, models: Mapping[str, Switch], report: Report) -> None:
    have = {switch.key for switch in policy.switches if switch.layer is Layer.FEATURE}
    for name, target in policy.catalog.targets.items():
        place = report.place(f"feature {name}")
        if name not in have:
            tell = report.warn if target.tier is Tier.LOW else report.error
            remedy = f"Add `{name}` to `feature_kill_switches` in {PATH}."
            tell(place, f"The {target.tier.value} feature {name} has no kill switch.", remedy)
        for model in target.models:
            where = report.place(f"Component {name} models")
            if not is_model_key(model):
                because = f"`{model}` of {name} is not a model key."
                report.error(where, because, "Write it as `<platform>.<model>`.")
            elif model not in models:
                because = f"The model {model} of {name} has no kill switch."
                report.warn(where, because, f"Add it to `model_kill_switches` in {PATH}.")
