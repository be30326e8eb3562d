"""What does flagd answer, in process? Its core for Python, without any provider in between: JSONLogic rules."""

from __future__ import annotations

import json
from typing import Any

from cells import SHARE_PERCENT, Cell, features, thrown
from contenders import Loaded

NAME, DISTRIBUTION = "flagd core", "openfeature-flagd-core"
MODULES = ("openfeature.contrib.tools.flagd.core", "openfeature.evaluation_context")
LIST_IN_EACH_FLAG = True
"""A shared evaluator is written once, and copied into each flag that refers to it when it is loaded."""


def write(cell: Cell) -> str:
    """Return a flag set whose flags refer to one evaluator for the thrown tenants."""
    thrown_tenants = {"in": [{"var": "tenant"}, thrown(cell)]}
    return json.dumps(
        {"$evaluators": {"thrown": thrown_tenants}, "flags": {feature: _flag() for feature in features(cell)}}
    )


def load(text: str) -> Loaded:
    """Return flagd's core with these flags."""
    from openfeature.contrib.tools.flagd.core import FlagdCore
    from openfeature.evaluation_context import EvaluationContext

    core = FlagdCore()
    core.set_flags(text)
    return Loaded(
        'EvaluationContext(subject, {"tenant": tenant})',
        "core.resolve_boolean_value(feature, False, context)",
        {"core": core, "EvaluationContext": EvaluationContext},
        lambda details: details.value is True,
    )


def _flag() -> dict[str, Any]:
    share = {"fractional": [["on", SHARE_PERCENT], ["off", 100 - SHARE_PERCENT]]}
    return {
        "state": "ENABLED",
        "variants": {"on": True, "off": False},
        "defaultVariant": "off",
        "targeting": {"if": [{"$ref": "thrown"}, "off", share]},
    }
