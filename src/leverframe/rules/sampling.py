"""Which calls is a scorer to score?

A share of all calls, drawn by the call id: everybody who knows it draws the same, on any machine and at any time,
and neither arm is drawn more often than the other. The bucket of `live score` and the call id lies below the share's
bound (docs/reference/buckets.md).
"""

from __future__ import annotations

from leverframe.rules.routing import bound, bucket

SALT = "live score"


def is_sampled(call_id: str, percent: float) -> bool:
    """Say whether a call is among the share (0 to 100) that is scored; what has no call id is not."""
    return bool(call_id) and bucket(SALT, call_id) < bound(percent)
