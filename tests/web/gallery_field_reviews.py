"""Which pages show fields that another person reviews?"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from leverframe.nouns.field_reviews import FieldReview, SeenField
from leverframe.nouns.verdicts import failed

CHG = "CHG-2026-00015"
READ = "I walked through each step with the underwriters, and the letters wait."


def _review(field: str, by: str, role: str, comment: str) -> FieldReview:
    return FieldReview(CHG, field, by, role, "sha256:read", datetime(2026, 5, 12, 14, 10, tzinfo=UTC), comment)


EDITED = (_review("kill_switch", "rita", "ai_risk", "I threw it on staging."), "the field was edited since")
FIELDS = (
    (SeenField("rollback_plan", "sha256:a", ("cass",), _review("rollback_plan", "rita", "ai_risk", READ)), False),
    (SeenField("kill_switch", "sha256:b", ("cass", "cleo", "rita"), None, (EDITED,)), True),
    (SeenField("blast_radius", "sha256:c", ("cass", "cleo", "rita")), True),
)
GATE = failed(
    "field_reviews",
    "rita's review of the kill switch does not count: the field was edited since",
    remedy="ask cass, cleo, rita to review it on the change",
    who="cass, cleo, rita",
)


def samples(change_view: Callable[..., Any], **more: Any) -> dict[str, tuple]:
    """Return each page by name: its template, its view, its address."""
    view = change_view(**{**more, "field_reviews": FIELDS, "requirements": (GATE,)})
    return {"change-field-reviews": ("change.html", view, f"/changes/{CHG}")}
