"""How does a program speak to a server of ours, as a person or by a token?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx2

TIMEOUT_SECONDS = 30.0
CSRF_HEADER = "x-leverframe-csrf"
SESSION_COOKIE = "leverframe_session"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Credentials:
    """A person's session (`cookie` and `csrf`), or a token; all empty: nobody."""

    name: str = ""
    cookie: str = ""
    csrf: str = ""
    expires_at: str = ""
    token: str = ""


class Problem(Exception):
    """The server said no: its RFC 9457 document, with every verdict and fault."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        self.status = int(self.document.get("status") or 0)
        self.title = str(self.document.get("title") or f"The server answered {self.status}")
        self.detail = str(self.document.get("detail") or "")
        self.remedy = str(self.document.get("remedy") or "")
        self.verdicts: list[dict[str, Any]] = list(self.document.get("verdicts") or ())
        self.faults: list[dict[str, Any]] = list(self.document.get("faults") or ())
        self.differs: list[str] = list(self.document.get("differs") or ())
        super().__init__(self.detail or self.title)


class Unreachable(Exception):
    """No server answered at this address."""

    def __init__(self, address: str, because: str) -> None:
        self.address, self.because = address, because
        super().__init__(f"No server answers at {address} ({because}).")


class Server:
    """One server at one address, asked as one person or one token."""

    def __init__(
        self, address: str, credentials: Credentials | None = None, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self.address = address
        self._credentials = credentials or Credentials()
        try:
            self._http = httpx2.Client(
                base_url=address,
                headers=_headers(self._credentials),
                timeout=TIMEOUT_SECONDS,
                transport=transport,
                verify=not address.casefold().startswith("http://"),  # reading all root certificates takes longest
            )
        except (httpx2.InvalidURL, ValueError) as error:
            raise Unreachable(address, str(error)) from None

    def get(self, path: str, **asked: Any) -> Any:
        """Return a resource's document; parameters that are empty are left out."""
        return self.ask("GET", path, asked=asked)

    def post(self, path: str, body: Mapping[str, Any] | None = None, **asked: Any) -> Any:
        """Make or do something; returns the server's document."""
        return self.ask("POST", path, body=body, asked=asked)

    def put(self, path: str, body: Mapping[str, Any] | None = None, **asked: Any) -> Any:
        """Put something in its place; returns the server's document."""
        return self.ask("PUT", path, body=body, asked=asked)

    def delete(self, path: str, body: Mapping[str, Any] | None = None, **asked: Any) -> Any:
        """Take something away; returns the server's document."""
        return self.ask("DELETE", path, body=body, asked=asked)

    def send(self, method: str, path: str, content: bytes, kind: str, **asked: Any) -> Any:
        """Send a file as it is, under its content type."""
        return self.ask(method, path, content=content, headers={"content-type": kind}, asked=asked)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        asked: Mapping[str, Any] | None = None,
    ) -> Any:
        """Ask and return the answer's document; raises Problem for a no and Unreachable where nobody answers."""
        return document_of(self.answer(method, path, body=body, content=content, headers=headers, asked=asked))

    def answer(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        asked: Mapping[str, Any] | None = None,
    ) -> httpx2.Response:
        """Ask and return the whole answer; raises Unreachable where nobody answers."""
        if body is None and content is None and method in UNSAFE:
            body = {}
        try:
            return self._http.request(
                method,
                path,
                params=_present(asked or {}),
                json=body if content is None else None,
                content=content,
                headers=dict(headers or {}) | _csrf(self._credentials, method),
            )
        except (httpx2.TransportError, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise Unreachable(self.address, _say(error)) from None

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()


def at(*parts: str) -> str:
    """Return a path of the server whose parts are quoted: what a person types never names another resource.

    Raises Problem for a part that is empty: without it the path names the whole list.
    """
    if not all(parts):
        raise Problem({"status": 422, "title": "This cannot be read", "detail": "an id or a name is empty"})
    return "/" + "/".join(_quoted(part) for part in parts)


def _quoted(part: str) -> str:
    """Quote one part of a path; `.` and `..` too, which clients resolve."""
    return part.replace(".", "%2E") if part in (".", "..") else quote(part, safe="")


def document_of(response: httpx2.Response) -> Any:
    """Return an answer's document, None where it has none; raises Problem unless the answer is a yes."""
    document = _read(response)
    if response.is_success:
        return document
    if isinstance(document, Mapping) and ("title" in document or "detail" in document):
        raise Problem({"status": response.status_code, **document})
    raise Problem(_foreign(response))


def _read(response: httpx2.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        if response.is_success:
            raise Problem(_foreign(response)) from None
        return None


def _foreign(response: httpx2.Response) -> dict[str, Any]:
    """Describe an answer that no Leverframe server gives, such as a proxy's page."""
    kind = response.headers.get("content-type", "nothing")
    return {
        "type": "foreign-answer",
        "title": f"The answer to {response.request.url} is not Leverframe's",
        "status": response.status_code,
        "detail": f"it answered {response.status_code} with {kind}",
        "remedy": "check the address: --server, or the environment variable LEVERFRAME_SERVER",
    }


def _headers(credentials: Credentials) -> dict[str, str]:
    headers = {"accept": "application/json"}
    if credentials.token:
        headers["authorization"] = f"Bearer {credentials.token}"
    elif credentials.cookie:
        headers["cookie"] = f"{SESSION_COOKIE}={credentials.cookie}"
    return headers


def _csrf(credentials: Credentials, method: str) -> dict[str, str]:
    needed = method in UNSAFE and credentials.csrf and not credentials.token
    return {CSRF_HEADER: credentials.csrf} if needed else {}


def _present(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value not in (None, "", ())}


def _say(error: Exception) -> str:
    return str(error) or type(error).__name__
