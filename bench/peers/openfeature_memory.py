"""What does OpenFeature's SDK answer, with its in-memory provider? What is measured here is mostly the SDK.

The provider has no rules of its own: each flag has a function that asks one frozenset for the tenant, then hashes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cells import SHARE_PERCENT, Cell, features, salt, thrown
from contenders import Loaded

NAME, DISTRIBUTION = "OpenFeature, in memory", "openfeature-sdk"
MODULES = ("openfeature.api", "openfeature.provider.in_memory_provider", "xxhash")
LIST_IN_EACH_FLAG = False


def write(cell: Cell) -> str:
    """Return the salts of the flags, and the thrown tenants."""
    return json.dumps(
        {"salts": {feature: f"{salt(feature)}:" for feature in features(cell)}, "tenants": thrown(cell)}
    )


def load(text: str) -> Loaded:
    """Return the SDK's client with a provider that holds the flags."""
    from openfeature import api
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.provider.in_memory_provider import InMemoryFlag, InMemoryProvider

    read = json.loads(text)
    tenants, variants = frozenset(read["tenants"]), {"on": True, "off": False}
    flags = {
        feature: InMemoryFlag("off", variants, context_evaluator=_evaluator(salt, tenants))
        for feature, salt in read["salts"].items()
    }
    api.set_provider_and_wait(InMemoryProvider(flags))
    return Loaded(
        'EvaluationContext(subject, {"tenant": tenant})',
        "client.get_boolean_value(feature, False, context)",
        {"client": api.get_client(), "EvaluationContext": EvaluationContext},
    )


def _evaluator(salt: str, tenants: frozenset[str]) -> Callable[[Any, Any], Any]:
    from openfeature.flag_evaluation import FlagResolutionDetails, Reason
    from xxhash import xxh3_64_intdigest

    bound = 2**64 * SHARE_PERCENT // 100

    def evaluate(flag: Any, context: Any) -> Any:
        if context.attributes.get("tenant") in tenants:
            return FlagResolutionDetails(False, reason=Reason.TARGETING_MATCH, variant="off")
        if xxh3_64_intdigest(f"{salt}{context.targeting_key}".encode()) < bound:
            return FlagResolutionDetails(True, reason=Reason.SPLIT, variant="on")
        return FlagResolutionDetails(False, reason=Reason.SPLIT, variant="off")

    return evaluate
