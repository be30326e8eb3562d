"""What do users get, asked as a user would?

A gateway is asked in OpenAI's form; what it says of itself is read from its headers, or from the body where a proxy
keeps headers back. A page is fetched; a command is an executable of one folder and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2

from leverframe.nouns.exercises import Asked, Said

TIMEOUT_SECONDS = 10.0
WHOLE_SECONDS = 20.0
"""So long an answer may take to its end: a switch is thrown on its slice meanwhile."""
MOST_BYTES = 1_000_000
COMMAND_SECONDS = 20.0
LONGEST_EXCERPT = 2000
SAID = ("number", "reason", "served", "fallback")


class Probes:
    """The ways to ask. `secrets` holds the gateways' keys by the names of environment variables."""

    def __init__(
        self,
        secrets: Mapping[str, str],
        folder: Path | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._secrets, self._folder, self._monotonic = secrets, folder, monotonic
        self._client = httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def ask(self, address: str, key_env: str, asked: Asked) -> Said:
        """Ask a gateway for a completion."""
        if key_env and not self._secrets.get(key_env):
            return Said(fault=f"the environment variable {key_env} holds no key")
        named = {"x-leverframe-tenant": asked.tenant, "x-leverframe-subject": asked.subject}
        if key_env:
            named["authorization"] = f"Bearer {self._secrets[key_env]}"
        headers = {name: value.encode("utf-8", "replace") for name, value in named.items()}
        body = {"model": asked.model, "messages": [{"role": "user", "content": asked.text}], "max_tokens": 64}
        try:
            return _read(*self._answered("POST", f"{address}/chat/completions", json=body, headers=headers))
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            return Said(fault=f"{type(fault).__name__}: {fault}")

    def fetch(self, url: str) -> Said:
        """Fetch a page that users are sent to."""
        try:
            answer, text = self._answered("GET", url, follow_redirects=True)
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            return Said(fault=f"{type(fault).__name__}: {fault}")
        return Said(status=answer.status_code, excerpt=text[:LONGEST_EXCERPT])

    def _answered(self, method: str, url: str, **given: Any) -> tuple[httpx2.Response, str]:
        """Return an answer with its text, as far as that is read; raises HTTPError where it does not end in time."""
        ends_at, read = self._monotonic() + WHOLE_SECONDS, bytearray()
        with self._client.stream(method, url, **given) as answer:
            for some in answer.iter_bytes():
                read += some
                if len(read) >= MOST_BYTES:
                    break
                if self._monotonic() > ends_at:
                    raise httpx2.ReadTimeout(f"the answer did not end in {WHOLE_SECONDS:g} s")
        try:
            return answer, read.decode(answer.charset_encoding or "utf-8", "replace")
        except LookupError:
            return answer, read.decode("utf-8", "replace")

    def run(self, command: str, known: Mapping[str, str]) -> Said:
        """Run an executable of the folder, with `known` in its environment; exit code 0 is status 200, else 500."""
        path = self._folder / command if self._folder else None
        if path is None or not path.is_file() or not self._is_inside(path):
            return Said(fault=f"there is no probe {command}; leverframe serve --probes names the folder of probes")
        environment = {"PATH": os.environ.get("PATH", ""), **known}
        try:
            done = subprocess.run(
                [str(path)], capture_output=True, timeout=COMMAND_SECONDS, env=environment, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            return Said(fault=f"{command}: {fault}")
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()[:LONGEST_EXCERPT]
        return Said(status=500 if done.returncode else 200, excerpt=said)

    def _is_inside(self, path: Path) -> bool:
        return self._folder is not None and path.resolve().parent == self._folder.resolve()


def _read(answer: httpx2.Response, text: str) -> Said:
    told = _told_in(text)
    heard = {name: unquote(answer.headers.get(f"x-leverframe-{name}", "")) for name in SAID}
    known = {name: heard[name] or told.get(name, "") for name in SAID}
    return Said(status=answer.status_code, excerpt=_content(text)[:LONGEST_EXCERPT], **known)


def _content(text: str) -> str:
    """Return what the model has said, where it is a completion; else the whole text."""
    try:
        return str(json.loads(text)["choices"][0]["message"]["content"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return text


def _told_in(text: str) -> dict[str, str]:
    """Return what a body says of the decision, wherever a proxy has put it."""
    found: dict[str, str] = {}
    try:
        _gather(json.loads(text), found)
    except (ValueError, RecursionError):
        return {}
    return found


def _gather(document: Any, found: dict[str, str]) -> None:
    if isinstance(document, dict):
        for name, value in document.items():
            if name in SAID and isinstance(value, str):
                found.setdefault(name, value)
            _gather(value, found)
    elif isinstance(document, list):
        for value in document:
            _gather(value, found)
