"""Of what does a window or a freeze of the policy speak?"""

from __future__ import annotations

from leverframe.nouns.calendar import Scope
from leverframe.nouns.changes import Kind
from leverframe.nouns.targets import Tier
from leverframe.sources.policies.reading import Section

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = tuple(kind.value for kind in Kind)
TIERS = tuple(tier.value for tier in Tier)


def read_scope(section: Section) -> Scope:
    """Read `only`; an empty part means all."""
    with section.section("only") as only:
        for key in ("targets", "regions"):
            for name in only.names(key):
                only.report.remember(f"scope {key} {name}", only.place_of(key))
        return Scope(
            targets=frozenset(only.names("targets")),
            regions=frozenset(only.names("regions")),
            tiers=frozenset(only.names("tiers", known=TIERS)),
            kinds=frozenset(only.names("kinds", known=KINDS)),
        )
