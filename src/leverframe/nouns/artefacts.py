"""What does a ticket link, and what must a link of each kind be?"""

from __future__ import annotations

from enum import StrEnum


class Artefact(StrEnum):
    """The kinds of links whose form is known; under any other name a ticket may link what it likes."""

    PULL_REQUEST = "pull_request"
    PROMPT_VERSION = "prompt_version"
    MODEL_CARD = "model_card"
    AI_RISK_REVIEW = "ai_risk_review"


class LinkForm(StrEnum):
    """A form that a link can have, as people read it."""

    ADDRESS = "an address such as https://…"
    PROMPT = "a prompt of the policy, as name@version"
    REGISTRY = "a reference such as registry:card"
    TICKET = "the id of a ticket such as RISK-2231"


FORMS: dict[Artefact, tuple[LinkForm, ...]] = {
    Artefact.PULL_REQUEST: (LinkForm.ADDRESS,),
    Artefact.PROMPT_VERSION: (LinkForm.PROMPT,),
    Artefact.MODEL_CARD: (LinkForm.ADDRESS, LinkForm.REGISTRY),
    Artefact.AI_RISK_REVIEW: (LinkForm.TICKET, LinkForm.ADDRESS),
}
"""The forms that a link of each kind may have."""

PATTERNS: dict[LinkForm, str] = {
    LinkForm.ADDRESS: r"https?://[^\s/?#]+(?:[/?#]\S*)?",
    LinkForm.PROMPT: r"[^\s@]+@[^\s@]+",
    LinkForm.REGISTRY: r"registry:[^\s:]\S*",
    LinkForm.TICKET: r"[A-Z][A-Z0-9]*-\d+",
}
"""What a whole link of a form matches, in the words of regular expressions that JSON Schema knows too."""
