"""When is a virtual minute (by night: ten) over?

When its questions are answered, the gateways' outcomes and the scores are acknowledged, the runner has stepped, and
every gateway obeys what the step has published.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import httpx2

from leverframe.client import Server
from leverframe.demo.scorer import Scorer
from leverframe.demo.traffic import Traffic

NIGHT_MINUTES = 10
"""All acts of the story are at times that this divides."""


class Lockstep:
    """The hand that moves the clock of a demo's control plane."""

    def __init__(
        self, address: str, mover: Server, gateways: Sequence[str], traffic: Traffic, scorer: Scorer
    ) -> None:
        self._mover, self._gateways = mover, gateways
        self._traffic, self._scorer = traffic, scorer
        self._client = httpx2.AsyncClient(timeout=30.0, trust_env=False)
        self.answered = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def go_on(self, now: datetime) -> timedelta:
        """Let a virtual minute pass, by night ten, and return it; raises RuntimeError where outcomes are lost."""
        minutes = NIGHT_MINUTES if self._traffic.is_night(now) else 1
        report = await self._traffic.minute(now, minutes)
        self.answered += len(report.answered)
        if report.asked:
            await asyncio.gather(*(self._flush(gateway) for gateway in self._gateways))
            await self._scorer.minute(report.answered)
        await asyncio.to_thread(self._mover.post, "/clock", {"minutes": minutes})
        return timedelta(minutes=minutes)

    async def _flush(self, gateway: str) -> None:
        answer = await self._client.post(f"{gateway}/flush")
        if not answer.is_success:
            raise RuntimeError(f"{gateway} could not hand on its outcomes")
