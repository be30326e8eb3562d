"""What is a client told that gets no answer?

Problem documents (RFC 9457), in the same words from every gateway.
"""

from __future__ import annotations

from typing import Any

from leverframe.nouns.tables import Decision, Reason

FEATURE_OFF = "feature-off"
PROMPT_MISSING = "prompt-missing"
MODEL_MISSING = "model-missing"
_WHY_OFF = {
    Reason.TENANT_THROWN: "AI features are switched off for this tenant.",
    Reason.FEATURE_THROWN: "This feature is switched off.",
    Reason.MODEL_OFF: "The model of this feature is switched off and no fallback model is left.",
    Reason.NO_TABLE: "This gateway has no route table yet, and the feature does not serve without one.",
    Reason.NO_UNIT: "No unit has been released for this feature.",
}


def feature_off(feature: str, decision: Decision) -> dict[str, Any]:
    """Say that a feature, or a model that was asked for by its own name, is off, and what users get instead."""
    return {
        "type": FEATURE_OFF,
        "title": "The feature is off",
        "status": 503,
        "detail": _WHY_OFF.get(decision.reason, "This feature cannot be served at present."),
        "feature": feature,
        "reason": decision.reason.value,
        "fallback": decision.fallback,
    }


def no_prompt(feature: str, because: str) -> dict[str, Any]:
    """Say that the unit names a prompt that this gateway has not got."""
    return {
        "type": PROMPT_MISSING,
        "title": "The prompt is missing",
        "status": 503,
        "detail": because,
        "feature": feature,
    }


def no_model(feature: str, because: str) -> dict[str, Any]:
    """Say that the unit names a model that this gateway has not got."""
    return {
        "type": MODEL_MISSING,
        "title": "The model is missing",
        "status": 503,
        "detail": because,
        "feature": feature,
    }
