"""Which lines of the policy ask what a gate answers?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.verdicts import Outcome, Verdict

OF_ROWS: Mapping[str, tuple[str, ...]] = {
    "complete": ("fields", "artefacts", "by_hand"),
    "checks": ("checks",),
    "code_review": ("code_reviews",),
    "field_reviews": ("reviewed",),
    "evals": ("evals",),
    "sign_offs": ("sign_offs",),
}
"""The keys of the rows of `requirements` that ask what a gate answers."""

OF_POLICY: Mapping[str, tuple[str, ...]] = {
    "rollback_plan": ("irreversible_kinds",),
    "audience_order": ("region_order", "rings", "cohorts"),
    "allowed_models": ("allowed_models",),
    "evals": ("eval_allowances",),
    "segregation": ("solo",),
    "cab": ("cab",),
    "window": ("windows",),
    "freeze": ("freezes", "holiday_freezes", "fiscal_closes"),
    "conflicts": ("conflicts",),
}
"""The keys of the policy itself that a gate reads."""


def placed(verdict: Verdict, asks: Asks, policy: Policy) -> Verdict:
    """Return an answer with the lines of the policy that ask for it, where it asks anything."""
    if verdict.outcome is Outcome.NOT_NEEDED:
        return verdict
    of_rows = (line for key in OF_ROWS.get(verdict.gate, ()) for line in asks.at.get(key, ()))
    keys = (*OF_POLICY.get(verdict.gate, ()), f"gates.{verdict.gate}")
    of_policy = (policy.places[key] for key in keys if key in policy.places)
    return replace(verdict, asked_at=tuple(dict.fromkeys((*of_rows, *of_policy))))
