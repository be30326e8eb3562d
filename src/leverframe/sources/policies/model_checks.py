"""May each feature use the models that the files give it?"""

from __future__ import annotations

from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer
from leverframe.nouns.targets import Target
from leverframe.nouns.units import allows
from leverframe.nouns.verdicts import Outcome
from leverframe.rules.models import allowed_models, check_model
from leverframe.rules.switches import chain_of
from leverframe.sources.policies.reading import Report


def check_models(target: Target, policy: Policy, report: Report) -> None:
    """Tell which models of a feature its tier does not allow, and which leave it without any, were they thrown."""
    place = report.place(f"Component {target.id} models")
    for model in target.models:
        answer = check_model(target, model, policy)
        if answer.outcome is Outcome.NOT_MET:
            tell = report.error if answer.refuses else report.warn
            because = f"The model {model} of {target.id} is not allowed for {target.tier.value} features."
            tell(place, because, "Take it out, or allow it in `allowed_models` of the policy.")
    _check_chains(target, policy, report, place)


def _check_chains(target: Target, policy: Policy, report: Report, place: str) -> None:
    """Tell where a model falls back to others, none of which this feature may use."""
    fallbacks = {switch.key: switch.fallback for switch in policy.switches if switch.layer is Layer.MODEL}
    allowed = allowed_models(target, policy)
    for model in (model for model in target.models if allows(allowed, model)):
        chain = chain_of(model, fallbacks)
        if chain and not any(allows(allowed, each) for each in chain):
            because = f"Were {model} thrown, {target.id} would be off: it may use nothing that {model} falls back to."
            report.warn(place, because, f"Allow it {' or '.join(chain)}, or let another follow {chain[-1]}.")
