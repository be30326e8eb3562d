"""What does the policy say of letting one change past its gates?"""

from __future__ import annotations

from collections.abc import Collection

from leverframe.nouns.break_glass import BreakGlassRule
from leverframe.rules.break_glass import PASSABLE
from leverframe.sources.policies.authority import read_seats
from leverframe.sources.policies.reading import Section


def read_break_glass(policy: Section, roles: Collection[str]) -> BreakGlassRule | None:
    """Return the rule, None where the policy has none: then nobody bypasses a gate."""
    if not policy.has("break_glass"):
        return None
    with policy.section("break_glass") as section:
        rule = BreakGlassRule(
            may=section.names("may", known=roles),
            approve=read_seats(section, "approve", roles, required=True),
            gates=frozenset(section.names("gates", known=PASSABLE)),
            most_minutes=section.whole("most_minutes", default=240, low=1, high=1440),
            debt_due_business_days=section.whole("debt_due_business_days", default=2, low=1, high=30),
        )
        if not rule.may:
            section.wrong("may", "names nobody who may ask", "Name roles, or leave `break_glass` out.")
        if not rule.approve:
            section.wrong(
                "approve", "asks nobody to approve it", "Write `{exec: 1}`, with the role of your executives."
            )
        if not rule.gates:
            section.wrong("gates", "names no gate", "Name those that may be passed, or leave `break_glass` out.")
    return rule
