"""Who answers for a model: the built-in mock, or a provider at an address?"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx2

from leverframe.nouns.units import platform_of

MOCK = "mock"
EVERY_PLATFORM = "*"
_TIMEOUT = httpx2.Timeout(120.0, connect=5.0)
_LIMITS = httpx2.Limits(max_connections=512, max_keepalive_connections=128)


class UpstreamFailed(Exception):
    """The upstream gave no answer, or broke off in the middle of one."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What goes to an upstream: `model` is the whole key, `document` the body without its model."""

    model: str
    document: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    authorization: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a whole `body`, or `chunks` of server-sent events where a stream was asked for.

    `simulated_ms` is latency that a mock pretends to have spent.
    """

    status: int
    body: bytes = b""
    chunks: AsyncGenerator[bytes] | None = None
    cost_usd: float = 0.0
    simulated_ms: float = 0.0
    retry_after: str = ""


class Upstream(Protocol):
    """Answers chat completions."""

    async def open(self, ask: Ask) -> Reply:
        """Begin an answer. Raises UpstreamFailed."""
        ...

    async def close(self) -> None:
        """Let go of what is held open."""
        ...


class Upstreams:
    """The upstream of each platform; `*` stands for all that are not named."""

    def __init__(self, by_platform: Mapping[str, Upstream]) -> None:
        self._by_platform = dict(by_platform)

    def of(self, model: str) -> Upstream:
        """Return the upstream of a model's platform. Raises UpstreamFailed where there is none."""
        platform = platform_of(model)
        found = self._by_platform.get(platform) or self._by_platform.get(EVERY_PLATFORM)
        if found is None:
            raise UpstreamFailed(f"No upstream is configured for the platform {platform}.")
        return found

    async def close(self) -> None:
        """Close them all."""
        for upstream in self._by_platform.values():
            await upstream.close()


class HttpUpstream:
    """An OpenAI-compatible API at an address such as `https://api.openai.com/v1`."""

    def __init__(self, address: str, key: str = "") -> None:
        self._address = address.rstrip("/") + "/chat/completions"
        self._key = key
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT, limits=_LIMITS)

    async def open(self, ask: Ask) -> Reply:
        """Send the request with the platform's own model name; a client's key is passed on if we have none."""
        request = self._client.build_request(
            "POST", self._address, content=self._body(ask), headers=self._headers(ask)
        )
        try:
            response = await self._client.send(request, stream=True)
            if ask.document.get("stream") and response.status_code < 400:
                return Reply(response.status_code, chunks=_pass_on(response), cost_usd=_cost(response))
            body = await response.aread()
        except httpx2.HTTPError as broken:
            raise UpstreamFailed(f"The upstream did not answer: {type(broken).__name__}.") from broken
        retry_after = response.headers.get("retry-after", "")
        return Reply(response.status_code, body=body, cost_usd=_cost(response), retry_after=retry_after)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _body(self, ask: Ask) -> bytes:
        own_name = ask.model.partition(".")[2] or ask.model
        return json.dumps({**ask.document, "model": own_name}).encode()

    def _headers(self, ask: Ask) -> dict[str, str]:
        authorization = f"Bearer {self._key}" if self._key else ask.authorization
        told = {**ask.headers, "content-type": "application/json", "accept-encoding": "identity"}
        return {**told, "authorization": authorization} if authorization else told


async def _pass_on(response: httpx2.Response) -> AsyncGenerator[bytes]:
    try:
        async for chunk in response.aiter_bytes():
            yield chunk
    except httpx2.HTTPError as broken:
        raise UpstreamFailed(f"The upstream broke off: {type(broken).__name__}.") from broken
    finally:
        await response.aclose()


def _cost(response: httpx2.Response) -> float:
    """Read what LiteLLM says that a call cost; other upstreams do not say."""
    try:
        return max(0.0, float(response.headers.get("x-litellm-response-cost", "0")))
    except ValueError:
        return 0.0
