"""How does a person do one thing, and look at one thing, by page, by HTTP and on the command line?

Page is a browser without scripts: it opens the page, finds the form, fills it and sends it with the form's own csrf.
HTTP is JSON with the session's csrf. CLI is `leverframe …` at a terminal of one's own.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import httpx2
from tests.rows.pages import Form, PageText, fill
from tests.served import Served

from leverframe.actions import accounts
from leverframe.cli.app import run
from leverframe.cli.credentials import keep
from leverframe.client import CSRF_HEADER, SESSION_COOKIE, Credentials

HTML, JSON = {"accept": "text/html"}, {"accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do, as each door takes it.

    `body` is sent as JSON, or as it is where it is a file; `typed` is what is typed into the page's form, the body's
    own members if it is None; `command` is the command line, in which `{file}` is a file that holds `text`, and
    `{folder}` one that holds `folder`. `page` is where the form stands.
    """

    method: str
    path: str
    command: str
    body: Mapping[str, Any] | bytes = field(default_factory=dict)
    typed: Mapping[str, str] | None = None
    page: str = ""
    text: bytes = b""
    folder: Mapping[str, str] = field(default_factory=dict)

    @property
    def action(self) -> str:
        path = self.path.partition("?")[0]
        return path if self.method == "POST" else f"{path}?_method={self.method}"

    @property
    def own_page(self) -> str:
        parts = self.path.split("/")
        return self.page or "/".join(parts[: 4 if parts[1] == "switches" else 3])

    @property
    def fields(self) -> dict[str, str]:
        given = self.typed if self.typed is not None else self.body
        return {} if isinstance(given, bytes) else {name: str(value) for name, value in given.items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a door said: whether it was a yes, its status (the CLI's is its exit code), its words, its document."""

    is_yes: bool
    status: int
    words: str
    document: Any = None


class Page:
    """The page, without scripts."""

    name = "page"

    def do(self, house: Served, who: str, deed: Deed, scratch: FilePath) -> Answer:
        """Open the page, fill its form and send it; who is offered no form sends one of their own making."""
        with _browser(house, who) as browser:
            form, wrong = self._filled(browser, deed)
            sent = browser.post(deed.action, **_encoded(form, deed))
            assert sent.status_code >= 400 or not wrong, wrong
            return _read_page(browser.get(sent.headers["location"]) if sent.status_code == 303 else sent)

    def _filled(self, browser: httpx2.Client, deed: Deed) -> tuple[Form, list[str]]:
        opened = browser.get(deed.own_page)
        assert opened.status_code < 500, opened.text
        form = PageText(opened.text).form_to(deed.action)
        if form is None:
            log_out = PageText(browser.get("/calls").text).form_to("/sessions/end")
            assert log_out is not None
            fields = {"csrf": log_out.fields["csrf"], **deed.fields}
            return Form(deed.action, fields=fields), [f"{deed.own_page} has no form {deed.action}"]
        return form, list(fill(form, deed.fields))

    def look(self, house: Served, who: str, path: str) -> Answer:
        """Open a page; nobody (`who` is empty) has no session."""
        with _browser(house, who) as browser:
            return _read_page(browser.get(path))


def _encoded(form: Form, deed: Deed) -> dict[str, Any]:
    if isinstance(deed.body, bytes):
        return {"data": form.fields, "files": {"file": ("results.json", deed.body, "application/json")}}
    return {"data": form.fields}


def _read_page(answer: httpx2.Response) -> Answer:
    where = answer.headers.get("location", "")
    words = PageText(answer.text).words if "text/html" in answer.headers.get("content-type", "") else answer.text
    return Answer(answer.status_code == 200, answer.status_code, f"{words} {where}".strip())


def _browser(house: Served, who: str) -> httpx2.Client:
    cookies = {SESSION_COOKIE: house.cookie(who)} if who else {}
    return httpx2.Client(base_url=house.address, headers=HTML, cookies=cookies, timeout=30.0, verify=False)


def _program(house: Served, who: str) -> httpx2.Client:
    session = accounts.open_session(house.built.house, who) if who else None
    cookies = {SESSION_COOKIE: session.key} if session else {}
    headers = {**JSON, **({CSRF_HEADER: session.csrf} if session else {})}
    return httpx2.Client(base_url=house.address, headers=headers, cookies=cookies, timeout=30.0, verify=False)


class Http:
    """The HTTP API, as JSON."""

    name = "HTTP"

    def do(self, house: Served, who: str, deed: Deed, scratch: FilePath) -> Answer:
        """Send it."""
        with _program(house, who) as client:
            if isinstance(deed.body, bytes):
                return _read_json(client.request(deed.method, deed.path, content=deed.body))
            return _read_json(client.request(deed.method, deed.path, json=dict(deed.body)))

    def look(self, house: Served, who: str, path: str) -> Answer:
        """Get it; nobody (`who` is empty) has no session."""
        with _program(house, who) as client:
            return _read_json(client.get(path))


def _read_json(answer: httpx2.Response) -> Answer:
    kind = answer.headers.get("content-type", "")
    document = answer.json() if "json" in kind else answer.text
    words = json.dumps(document, ensure_ascii=False) if "json" in kind else answer.text
    return Answer(answer.is_success, answer.status_code, words, document)


class Cli:
    """The command line."""

    name = "CLI"

    def do(self, house: Served, who: str, deed: Deed, scratch: FilePath) -> Answer:
        """Run the command; what it reads from a file is written into one first."""
        file, folder = scratch / "sent.yaml", scratch / "sent"
        file.write_bytes(deed.text or (deed.body if isinstance(deed.body, bytes) else b""))
        for name, text in deed.folder.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        return self.look(house, who, deed.command.format(file=file, folder=folder))

    def look(self, house: Served, who: str, command: str) -> Answer:
        """Run a command at a person's own terminal; nobody (`who` is empty) has not logged in."""
        with _terminal(house, who) as screen:
            code = run(_words(command))
        return Answer(code == 0, code, " ".join(screen.getvalue().split()))


def _words(command: str) -> list[str]:
    """Split a command line; an argument of several words stands between apostrophes."""
    parts = command.split("'")
    return [w for n, part in enumerate(parts) for w in ([part] if n % 2 else part.split())]


@contextlib.contextmanager
def _terminal(house: Served, who: str) -> Iterator[io.StringIO]:
    screen, home = io.StringIO(), house.day.folder.parent / "homes" / (who or "nobody")
    desk = {"XDG_CONFIG_HOME": str(home), "LEVERFRAME_SERVER": house.address, "COLUMNS": "220", "NO_COLOR": "1"}
    with (
        _environment({**desk, "TZ": "Europe/London"}),
        contextlib.redirect_stdout(screen),
        contextlib.redirect_stderr(screen),
    ):
        if who:
            session = accounts.open_session(house.built.house, who)
            keep(house.address, Credentials(who, session.key, session.csrf, session.expires_at.isoformat()))
        yield screen


@contextlib.contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.pop("LEVERFRAME_TOKEN", None)
    os.environ.update(variables)
    time.tzset()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        time.tzset()


PAGE, HTTP, CLI = Page(), Http(), Cli()
DOORS = (PAGE, HTTP, CLI)
Door = Page | Http | Cli
