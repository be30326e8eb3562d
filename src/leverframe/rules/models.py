"""May a feature use this model?

Two lists speak: the feature's own in the catalog, and the policy's for its tier. A model must be in both; a list that
is not written allows any.
"""

from __future__ import annotations

from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.units import allows
from leverframe.nouns.verdicts import Mode, Verdict, failed, passed

GATE = "allowed_models"
NONE = ("",)
"""What a feature may use whose two lists share nothing: no model has an empty key."""


def allowed_models(target: Target, policy: Policy) -> tuple[str, ...]:
    """Return the models that a feature may use (keys and `platform.*`); empty means any."""
    tier = policy.allowed_models.get(target.tier.value, ())
    if not target.models or not tier:
        return target.models or tier
    return tuple(model for model in target.models if allows(tier, model)) or NONE


def check_model(target: Target, model: str, policy: Policy, *, who: str = "") -> Verdict:
    """Say whether a feature may use a model, under the mode that the policy gives the gate."""
    tier = policy.allowed_models.get(target.tier.value, ())
    if not allows(tier, model):
        because = f"{model} is not allowed for {target.tier.value} features, such as {target.id}"
        remedy = f"choose one that is ({', '.join(tier)}), or have the policy allow it"
    elif not allows(target.models, model):
        because = f"{model} is not allowed for {target.id}"
        remedy = f"choose one that is ({', '.join(target.models)}), or have the catalog allow it"
    else:
        return passed(GATE, f"{model or 'no model'} is allowed for {target.id}")
    verdict = failed(GATE, because, remedy=remedy, who=who)
    return verdict if policy.mode_of(GATE) is Mode.ENFORCE else verdict.advised()
