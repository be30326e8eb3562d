"""What do users get, asked as a user would?

A gateway is asked in OpenAI's form; what it says of itself is read from its headers, or from the body where a proxy
keeps headers back. A page is fetched; a command is an executable of one folder and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from leverframe.nouns.exercises import Asked, Said

TIMEOUT_SECONDS = 10.0
COMMAND_SECONDS = 20.0
LONGEST_EXCERPT = 2000
SAID = ("number", "reason", "served", "fallback")


class Probes:
    """The ways to ask. `secrets` holds the gateways' keys by the names of environment variables."""

    def __init__(self, secrets: Mapping[str, str], folder: Path | None = None) -> None:
        self._secrets, self._folder = secrets, folder
        self._client = httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False)

    def ask(self, address: str, key_env: str, asked: Asked) -> Said:
        """Ask a gateway for a completion."""
        if key_env and not self._secrets.get(key_env):
            return Said(fault=f"the environment variable {key_env} holds no key")
        headers = {"x-leverframe-tenant": asked.tenant, "x-leverframe-subject": asked.subject}
        if key_env:
            headers["authorization"] = f"Bearer {self._secrets[key_env]}"
        body = {"model": asked.model, "messages": [{"role": "user", "content": asked.text}], "max_tokens": 64}
        try:
            answer = self._client.post(f"{address}/chat/completions", json=body, headers=headers)
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            return Said(fault=f"{type(fault).__name__}: {fault}")
        return _read(answer)

    def fetch(self, url: str) -> Said:
        """Fetch a page that users are sent to."""
        try:
            answer = self._client.get(url, follow_redirects=True)
        except (httpx2.HTTPError, httpx2.InvalidURL) as fault:
            return Said(fault=f"{type(fault).__name__}: {fault}")
        return Said(status=answer.status_code, excerpt=answer.text[:LONGEST_EXCERPT])

    def run(self, command: str, known: Mapping[str, str]) -> Said:
        """Run an executable of the folder, with `known` in its environment; exit code 0 is status 200, else 500."""
        path = self._folder / command if self._folder else None
        if path is None or not path.is_file() or path.resolve().parent != path.parent.resolve():
            return Said(fault=f"there is no probe {command}; leverframe serve --probes names the folder of probes")
        environment = {"PATH": os.environ.get("PATH", ""), **known}
        try:
            done = subprocess.run(
                [str(path)], capture_output=True, text=True, timeout=COMMAND_SECONDS, env=environment, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            return Said(fault=f"{command}: {fault}")
        said = (done.stdout + done.stderr).strip()[:LONGEST_EXCERPT]
        return Said(status=500 if done.returncode else 200, excerpt=said)


def _read(answer: httpx2.Response) -> Said:
    text = answer.text
    told = _told_in(text)
    known = {name: answer.headers.get(f"x-leverframe-{name}") or told.get(name, "") for name in SAID}
    return Said(status=answer.status_code, excerpt=_content(text)[:LONGEST_EXCERPT], **known)


def _content(text: str) -> str:
    """Return what the model has said, where it is a completion; else the whole text."""
    try:
        return str(json.loads(text)["choices"][0]["message"]["content"])
    except (ValueError, LookupError, TypeError):
        return text


def _told_in(text: str) -> dict[str, str]:
    """Return what a body says of the decision, wherever a proxy has put it."""
    try:
        document = json.loads(text)
    except ValueError:
        return {}
    found: dict[str, str] = {}
    _gather(document, found)
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
