"""What does the rule alone answer, which decides inside a gateway?"""

from __future__ import annotations

from contenders import Loaded
from ours.gateway import write

__all__ = ["DISTRIBUTION", "LIST_IN_EACH_FLAG", "MODULES", "NAME", "load", "write"]

NAME, DISTRIBUTION, MODULES = "Router.route", "", ("leverframe.gateway",)
LIST_IN_EACH_FLAG = False


def load(text: str) -> Loaded:
    """Return the router of the table."""
    from leverframe.gateway.frames import read_frame
    from leverframe.nouns.tables import Variant
    from leverframe.rules.routing import Router

    return Loaded(
        "None",
        "router.route(feature, subject, tenant, region)",
        {"router": Router(read_frame(text))},
        lambda decision: decision.variant is Variant.CANDIDATE,
    )
