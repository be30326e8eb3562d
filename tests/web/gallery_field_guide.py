"""What does the page that explains each field of a change show?"""

from __future__ import annotations

from leverframe.actions.field_guide import FieldGuide, GuideRow
from leverframe.nouns.field_guide import GUIDE, NEEDED
from leverframe.rules.field_asks import FieldAsk, is_signed

ASKS = {
    "rollback_plan": (
        FieldAsk("filled", "Medium and High", "policy.yaml:109"),
        FieldAsk("reviewed by another person", "High", "policy.yaml:131"),
    ),
    "artefacts": (
        FieldAsk("filled with pull request, prompt version", "Medium and High, prompt", "policy.yaml:119"),
    ),
}


def samples() -> dict[str, tuple[str, object, str]]:
    """Return the page by its name: template, view and address."""
    rows = tuple(GuideRow(one, one.name in NEEDED, is_signed(one.name), ASKS.get(one.name, ())) for one in GUIDE)
    return {"field-guide": ("field_guide.html", FieldGuide(rows), "/changes/fields")}
