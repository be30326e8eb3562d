"""What does the rule alone answer, which decides inside a gateway?"""

from __future__ import annotations

from contenders import Loaded
from ours.gateway import write

__all__ = ["DISTRIBUTION", "LIST_IN_EACH_FLAG", "MODULES", "NAME", "load", "write"]

NAME, DISTRIBUTION, MODULES = "Router.route", "", ("leverframe.gateway",)
LIST_IN_EACH_FLAG = False


def load(text: str) -> Loaded:
    """Return the router of the table."""
    from leverframe.gateway.held import Held, NoTable
    from leverframe.nouns.tables import Variant

    held = Held(NoTable({}, {}, {}))
    if not held.offer(text.encode().split(b"\n")):
        raise ValueError(held.refused)
    return Loaded(
        "None",
        "router.route(feature, subject, tenant, region)",
        {"router": held.router},
        lambda decision: decision.variant is Variant.CANDIDATE,
    )
