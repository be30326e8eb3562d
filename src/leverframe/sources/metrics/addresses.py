"""What does an address answer, within a time and a size?

It is asked at the address that the signed policy names and nowhere else: a redirect is a fault, so that no token and
no question goes to another host.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx2

from leverframe.nouns.verdicts import SourceFailed

MOST_BYTES = 4_000_000


class NoAnswer(SourceFailed):
    """An address was asked, and did not answer in time or at all: to ask it again at once is to wait again."""


class Addresses:
    """A client for many addresses, for any thread."""

    def __init__(self, secrets: Mapping[str, str], monotonic: Callable[[], float]) -> None:
        self._secrets, self._monotonic = secrets, monotonic
        self._client = httpx2.Client(follow_redirects=False)

    def get(self, url: str, known: Mapping[str, str], token_env: str, seconds: float) -> tuple[int, Any]:
        """Return the status and the JSON that an address answers; raises SourceFailed where there is none in time."""
        headers = {"accept": "application/json", **self._authorization(token_env)}
        try:
            status, text = self._answered(url, known, headers, seconds)
        except httpx2.TimeoutException:
            raise NoAnswer(f"{origin_of(url)} did not answer in {seconds:g} s", permanent=False) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            raise NoAnswer(f"{origin_of(url)}: {type(fault).__name__}: {fault}", permanent=False) from None
        try:
            return status, json.loads(text)
        except (ValueError, RecursionError):
            kind = "no JSON" if status == 200 else f"HTTP {status}"
            raise SourceFailed(f"{origin_of(url)} answers {kind}", permanent=False) from None

    def _authorization(self, token_env: str) -> dict[str, str]:
        if not token_env:
            return {}
        if not self._secrets.get(token_env):
            raise SourceFailed(f"the environment variable {token_env} holds no token", permanent=True)
        return {"authorization": f"Bearer {self._secrets[token_env]}"}

    def _answered(
        self, url: str, known: Mapping[str, str], headers: Mapping[str, str], seconds: float
    ) -> tuple[int, bytes]:
        ends_at, read = self._monotonic() + seconds, bytearray()
        asked = httpx2.URL(url).copy_merge_params(known)
        with self._client.stream("GET", asked, headers=headers, timeout=seconds) as answer:
            if answer.is_redirect:
                to = answer.headers.get("location", "another address")
                raise SourceFailed(f"{origin_of(url)} redirects to {to:.200}; name that address", permanent=True)
            for some in answer.iter_bytes():
                read += some
                if len(read) > MOST_BYTES:
                    raise SourceFailed(f"{origin_of(url)} answers more than {MOST_BYTES:,} bytes", permanent=False)
                if self._monotonic() > ends_at:
                    raise httpx2.ReadTimeout("it did not end in time")
            return answer.status_code, bytes(read)


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address, without anything that is secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
