"""What runs inside a gateway?

`Gateway` holds the newest route table, answers one request at a time, and keeps working when everything else is
down. Standard library and xxhash only.
"""

from __future__ import annotations

from leverframe.gateway.calls import gateway_key, read_call, sign_call
from leverframe.gateway.gateway import Gateway

__all__ = ["Gateway", "gateway_key", "read_call", "sign_call"]
