"""What came of a feature's call, told once?

LiteLLM says it in several places, in no fixed order: the answer's headers are asked for, a stream ends, the cost is
logged, a failure is handled. The first failure counts; an answer counts when it is out and its cost is known, or when
the cost has been waited for long enough.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leverframe.clock import monotonic
from leverframe.gateway import Gateway
from leverframe.litellm_gateway.requests import Told

MOST_LIVE = 100_000
PATIENCE_SECONDS = 5.0
"""So long an answer that is out waits for its cost."""


@dataclass(slots=True)
class Live:
    """One call under way."""

    call: str
    began: float
    ended: float | None = None
    cost_usd: float | None = None
    is_stream: bool = False


def later(seconds: float, act: Callable[[], None]) -> None:
    """Act after so many seconds, on the loop that runs now."""
    asyncio.get_running_loop().call_later(seconds, act)


class Calls:
    """The feature calls under way in this process. For one event loop."""

    def __init__(self, gateway: Gateway, later: Callable[[float, Callable[[], None]], Any] = later) -> None:
        self._gateway, self._later = gateway, later
        self._live: dict[str, Live] = {}

    def __len__(self) -> int:
        return len(self._live)

    def begin(self, call: str) -> str:
        """Take a call up; return under which name it is under way. The oldest goes where there is no room."""
        name = secrets.token_hex(8)
        if len(self._live) >= MOST_LIVE:
            self._live.pop(next(iter(self._live)))
        self._live[name] = Live(call, monotonic())
        return name

    def streams(self, told: Told) -> None:
        """Say that the answer is a stream, which ends later than its cost may be known."""
        if live := self._live.get(told.live):
            live.is_stream = True

    def answered(self, told: Told) -> None:
        """Say that the whole answer is out, or that the client has left; its cost may still come."""
        live = self._live.get(told.live)
        if live is None or live.ended is not None:
            return
        live.ended = monotonic()
        if live.cost_usd is None:
            self._later(PATIENCE_SECONDS, lambda: self._tell(told.live))
        else:
            self._tell(told.live)

    def costed(self, told: Told, cost_usd: float) -> None:
        """Say what the call cost; the log entry of a stream may come before its end."""
        live = self._live.get(told.live)
        if live is None:
            return
        live.cost_usd = cost_usd
        if live.ended is not None or not live.is_stream:
            self._tell(told.live)

    def failed(self, told: Told) -> None:
        """Say that the unit gave no answer, or broke off in the middle of one."""
        self._tell(told.live, bad=("error",))

    def forget(self, told: Told) -> None:
        """Say that the call was turned away: nothing came of it."""
        self._live.pop(told.live, None)

    def tell_all(self) -> None:
        """Tell of every answer that is out and still waits for its cost: the process ends."""
        for name in [name for name, live in self._live.items() if live.ended is not None]:
            self._tell(name)

    def _tell(self, name: str, bad: tuple[str, ...] = ()) -> None:
        live = self._live.pop(name, None)
        if live is None:
            return
        took = 1000.0 * ((monotonic() if live.ended is None else live.ended) - live.began)
        self._gateway.record(live.call, latency_ms=took, cost_usd=live.cost_usd or 0.0, bad=bad)
