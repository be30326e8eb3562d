"""How does a gateway ask the control plane?"""

from __future__ import annotations

import encodings.idna  # noqa: F401  a fork while a thread imports it, on its first connection, would leave it locked
import http.client
import json
import random
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 5.0
FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0


class Unreachable(Exception):
    """The control plane gave no answer; asking again may help."""


class Denied(Exception):
    """The control plane answered with an error status."""

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        super().__init__(f"HTTP {status}: {_said(status, body)}")

    @property
    def permanent(self) -> bool:
        """Say whether the same request will never be taken: it is malformed, or too large."""
        return self.status in (400, 405, 413, 415, 422)


@dataclass(slots=True)
class Waits:
    """How long to wait before the next try: doubling, jittered, for ever."""

    tries: int = 0

    def next(self) -> float:
        """Return the seconds to wait now."""
        longest = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(self.tries, 16))
        self.tries += 1
        return longest * random.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin again: something has answered."""
        self.tries = 0


class Asker:
    """One kept connection to one address, with a token. For one thread."""

    def __init__(self, address: str, token: str, timeout: float = TIMEOUT_SECONDS) -> None:
        self._parts, self._token, self._timeout = read_address(address), token, timeout
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, document: Any = None) -> Any:
        """Return the answered document (None for no content); raises Unreachable, Denied."""
        return _document(self.ask_text(method, path, document))

    def ask_text(self, method: str, path: str, document: Any = None) -> bytes:
        """Return the answered bytes; raises Unreachable, Denied."""
        body = None if document is None else json.dumps(document, separators=(",", ":")).encode()
        reused = self._connection is not None
        try:
            status, answer = self._once(method, path, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError) as fault:
            if not reused:
                raise Unreachable(str(fault)) from None
            status, answer = self._again(method, path, body)
        except (OSError, http.client.HTTPException) as fault:
            raise Unreachable(f"{type(fault).__name__}: {fault}") from None
        if status >= 400:
            raise Denied(status, answer)
        return answer

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def abandon(self) -> None:
        """Let go of a connection that belongs to the parent process, without a word on it."""
        if self._connection is not None:
            drop_inherited(self._connection.sock)
            self._connection = None

    def _again(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        """Ask once more on a new connection: the kept one had been closed meanwhile."""
        try:
            return self._once(method, path, body)
        except (OSError, http.client.HTTPException) as fault:
            raise Unreachable(f"{type(fault).__name__}: {fault}") from None

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        if self._connection is None:
            self._connection = open_connection(self._parts, self._timeout)
        try:
            self._connection.request(method, self._parts.path + path, body, headers(self._token, body))
            response = self._connection.getresponse()
            answer = response.read()
        except BaseException:
            self.close()
            raise
        if response.will_close:
            self.close()
        return response.status, answer


def read_address(address: str) -> SplitResult:
    """Split an http or https address; raises ValueError for anything else."""
    parts = urlsplit(address.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{address!r} is not the address of a control plane, such as https://leverframe.example")
    return parts


def fetch(address: str, timeout: float = TIMEOUT_SECONDS) -> bytes:
    """Return what is at an http or https address; raises OSError, ValueError, HTTPException."""
    with urlopen(Request(address, headers={"Accept": "application/x-ndjson"}), timeout=timeout) as answer:
        return answer.read()


def open_connection(parts: SplitResult, timeout: float) -> http.client.HTTPConnection:
    """Return a connection that will open on its first request."""
    host = parts.hostname or ""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, parts.port, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, parts.port, timeout=timeout)


def headers(token: str, body: bytes | None = None) -> Mapping[str, str]:
    """Return the headers of a request."""
    known = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    return {**known, "Content-Type": "application/json"} if body is not None else known


def drop_inherited(sock: socket.socket | None) -> None:
    """Close this process's copy of a socket whose owner is the parent; the parent's line stays open."""
    if sock is None or sock.fileno() < 0:
        return
    socket.close(sock.detach())


def _said(status: int, body: bytes) -> str:
    """Return why it was denied, in the words of the problem document where there is one, and the way on."""
    if status == 401:
        return "the token is of no enrolled gateway; leverframe gateway enrol NAME prints one"
    try:
        problem = json.loads(body)
        said = (problem[part] for part in ("detail", "remedy") if problem.get(part))
        return "; ".join(said) or str(problem["title"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return body[:200].decode("utf-8", "replace").strip() or "nothing was said"


def _document(answer: bytes) -> Any:
    try:
        return json.loads(answer) if answer else None
    except ValueError:
        raise Unreachable("the answer is not JSON") from None
