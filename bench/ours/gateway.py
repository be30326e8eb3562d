"""What does our gateway answer, asked as a service asks it?"""

from __future__ import annotations

import time

from cells import SHARE_PERCENT, Cell, features, salt, thrown
from contenders import Loaded

NAME, DISTRIBUTION, MODULES = "Gateway.route", "", ("leverframe.gateway",)
LIST_IN_EACH_FLAG = False
INTERNAL_TENANTS = 100


def write(cell: Cell) -> str:
    """Return the frame of a table of that size, all of whose features are under a ramp: the longest way through."""
    from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable
    from leverframe.nouns.units import Unit
    from leverframe.rules.framing import write_frame
    from leverframe.rules.parts import parts_of

    bound = BUCKETS * SHARE_PERCENT // 100
    below = {f"{region}|{ring}": bound for region in ("eu", "us") for ring in ("internal", "everyone")}
    model = "openai.gpt-4o-2024-11"
    table = RouteTable(
        Number(1, 1),
        {
            feature: FeatureRoute(
                Unit(f"{feature}@1", model),
                "a-fallback",
                CandidateRoute(f"CHG-2026-{place:05}", 1, Unit(f"{feature}@2", model), salt(feature), below),
                ("eu", "us"),
                ("internal", "everyone"),
            )
            for place, feature in enumerate(features(cell))
        },
        thrown_tenants=frozenset(thrown(cell)),
        rings={f"tenant-{n}": "internal" for n in range(INTERNAL_TENANTS)},
    )
    return write_frame(table.number, None, parts_of(table)).text.decode()


def load(text: str) -> Loaded:
    """Return a gateway that obeys the table, its lease under way."""
    from leverframe.gateway import Gateway
    from leverframe.nouns.tables import Variant

    gateway = Gateway()
    if not gateway._held.offer(text.encode().split(b"\n"), time.monotonic() + 3600.0):
        raise ValueError(gateway._held.refused)
    return Loaded(
        "None",
        "gateway.route(feature, subject=subject, tenant=tenant, region=region)",
        {"gateway": gateway},
        lambda decision: decision.variant is Variant.CANDIDATE,
    )
