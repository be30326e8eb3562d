"""How well is an answer grounded in its sources?

A synthetic scorer reads each answer and posts the share of its sentences that carry their source: one batch a
virtual minute. It sees the text and the call id, never which unit served.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import httpx2

from leverframe.demo.traffic import Answered

METRIC = "groundedness"
_SENTENCE = re.compile(r"[^.\[\]]+(?P<source>\[[^\]]+ \d+\.\d+\])?\.")
_OPENING = re.compile(r"^.*?(About “[^”]*”:|Here is some general information\.)\s*", re.DOTALL)


def groundedness(text: str) -> float | None:
    """Return the share of sentences with a source, 0 to 1; None where there is no sentence to judge."""
    sentences = list(_SENTENCE.finditer(_OPENING.sub("", text)))
    if not sentences:
        return None
    return sum(sentence["source"] is not None for sentence in sentences) / len(sentences)


class Scorer:
    """Posts scores to an address: `/v1/feedback` of a gateway, or `/feedback` of the control plane."""

    def __init__(self, address: str, token: str = "") -> None:
        self._address = address
        headers = {"authorization": f"Bearer {token}"} if token else {}
        self._client = httpx2.AsyncClient(headers=headers, timeout=30.0, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def minute(self, answers: Sequence[Answered]) -> int:
        """Score one minute's answers in one batch; returns how many were posted. Raises httpx2.HTTPError."""
        scored = [(answer.call, groundedness(answer.text)) for answer in answers]
        entries = [{"call": call, "metric": METRIC, "value": value} for call, value in scored if value is not None]
        if entries:
            response = await self._client.post(self._address, json=entries)
            response.raise_for_status()
        return len(entries)
