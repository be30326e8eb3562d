"""What does a company run on a game day: a control plane, gateways, a proxy, and what stands around them?

Everything is a process of its own on real sockets, but for what others would run: the provider behind the proxy, the
front before it, and the help centre are apps of the test, so that they can be broken and mended.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from tests.game_day.relay import Relay
from tests.litellm.proxy import Proxy
from tests.litellm.upstream import Upstream
from tests.litellm.world import KEY
from tests.openai_gateway.control_plane import Served
from tests.soak.processes import Plane, until

from leverframe.client import SESSION_COOKIE, Credentials, Server, document_of
from leverframe.demo.cast import PEOPLE, Cast, adopt_units
from leverframe.demo.stage import free_port, wait_for
from leverframe.sources.policies import read_folder
from leverframe.store import Store, exercises, tables

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "acme"
PLANE = Path(__file__).with_name("plane.py")
PASSWORD = "correct horse battery staple"
EDGES, PROXY = ("edge-eu", "edge-uk"), "company-proxy"
LAST_RESORT = "bedrock.anthropic.claude-sonnet-4-5"
MODELS = (
    "openai.gpt-4o-2024-11",
    "anthropic.claude-sonnet-4-5",
    "bedrock.anthropic.claude-haiku-4-5",
    LAST_RESORT,
)
PATIENCE = httpx2.Timeout(30.0)


class Outside:
    """What the company does not run itself: the provider of its last resort, and its help centre's search."""

    def __init__(self) -> None:
        self.down, self.help_is_broken = False, False
        self._provider = Upstream().app()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"] == "/help":
            page = PlainTextResponse("no", 500) if self.help_is_broken else PlainTextResponse("3 results")
            await page(scope, receive, send)
        elif scope["type"] == "http" and self.down and scope["path"].startswith("/last-resort"):
            await PlainTextResponse("away", 503)(scope, receive, send)
        else:
            path = str(scope.get("path", "")).removeprefix("/last-resort")
            await self._provider({**scope, "path": path}, receive, send)


class Front:
    """An application before the proxy; `wired` is what it asks for instead of what it is asked for."""

    def __init__(self) -> None:
        self.wired: dict[str, str] = {}
        self.proxy = ""
        self._client = httpx2.AsyncClient(timeout=PATIENCE)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.json()
        body["model"] = self.wired.get(body["model"], body["model"])
        passed = {k: v for k, v in request.headers.items() if k not in ("host", "content-length")}
        answer = await self._client.post(f"{self.proxy}{request.url.path}", json=body, headers=passed)
        kept = {k: v for k, v in answer.headers.items() if k.startswith("x-") or k == "content-type"}
        await Response(answer.content, answer.status_code, kept)(scope, receive, send)


class SoonFree(Plane):
    """A control plane of which little is held for long."""

    __slots__ = ()

    def _command(self) -> list[str]:
        listens = (f"127.0.0.1:{port}" for port in (self.port, self.stream_port))
        return [sys.executable, str(PLANE), str(self.data), *listens]


class Company:
    """The processes, the people, and what can be broken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plane = SoonFree(folder / "plane", "", {"PROXY_PROBE_KEY": KEY})
        self.people: dict[str, Server] = {}
        self.sessions: dict[str, Credentials] = {}
        self.outside, self.front = Outside(), Front()
        self.lines: dict[str, Relay] = {}
        self.edges: dict[str, str] = {}
        self._open = ExitStack()

    @contextmanager
    def at_work(self) -> Iterator[Company]:
        """Start all of it, and end all of it."""
        with self._open:
            self._open.callback(self.plane.kill)
            outside = self._open.enter_context(Served(self.outside)).address
            self.plane.start()
            self._assemble(self._example(f"{outside}/help"))
            self._start_proxy(outside)
            for name in EDGES:
                self._start_edge(name)
            self.wait_for_all()
            yield self

    def command(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command as this person."""
        home = {"XDG_CONFIG_HOME": str(self.folder / name), "LEVERFRAME_SERVER": self.plane.address}

        def run(*command: str, said: str = "") -> subprocess.CompletedProcess[str]:
            given = [sys.executable, "-m", "leverframe.cli", *command]
            return subprocess.run(
                given,
                env={**os.environ, **home},
                input=said,
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )

        if not Path(home["XDG_CONFIG_HOME"]).exists():
            opened = run("login", "--name", name, "--password-stdin", said=PASSWORD)
            assert opened.returncode == 0, opened.stderr
        return run(*arguments)

    def game_day(self, name: str) -> Any:
        """Return the document of a game day."""
        return self.people["sol"].get(f"/game-days/{name}")

    def stands(self) -> tuple[str, list[str]]:
        """Return the newest number, and which switches are thrown on their slice."""
        with closing(Store(f"sqlite:///{self.plane.data / 'leverframe.db'}")) as store, store.read() as db:
            return str(tables.newest_number(db)), [each.switch for each in exercises.standing(db)]

    def wait_for_all(self) -> None:
        """Wait until every gateway obeys the newest table."""
        until(self._all_obey, "all gateways to obey the newest table")

    def _all_obey(self) -> bool:
        newest, _ = self.stands()
        enrolled = self.people["adi"].get("/gateways")["gateways"]
        return all(any(seen["number"] == newest for seen in each["seen"]) for each in enrolled)

    def _assemble(self, policy: Path) -> None:
        """Make the first administrator, load the policy, give everybody an account, write down what runs."""
        address, key = self.plane.address, self.plane.first_key()
        self._sit_down("adi", f"{address}/first-administrator?key={key}")
        self.people["adi"].post("/policy", {"files": read_folder(policy)})
        for name in PEOPLE:
            self.people["adi"].post("/accounts", {"name": name, "password": PASSWORD})
            self._sit_down(name, f"{address}/sessions")
        adopt_units(Cast(address, self.people), EXAMPLE / "units")

    def _sit_down(self, name: str, door: str) -> None:
        body = {"name": name, "password": PASSWORD}
        answer = httpx2.post(door, json=body, headers={"accept": "application/json"}, timeout=PATIENCE)
        told = document_of(answer)
        self.sessions[name] = Credentials(name, answer.cookies[SESSION_COOKIE], told["csrf"])
        self.people[name] = Server(self.plane.address, self.sessions[name])

    def _example(self, help_page: str) -> Path:
        """Write the example's policy down, every switch set, with a page that users are sent to and less patience."""
        folder = self.folder / "policy"
        for path, text in read_folder(EXAMPLE).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        _put(folder / "policy.yaml", "\nramps:\n", "\nramps:\n  receipt_seconds: 2\n")
        probe = f"    fallback: help-centre-search\n    probe: {{url: {help_page}, contains: results}}\n"
        _put(folder / "gateway-policies/kill-switches.yaml", "    fallback: help-centre-search\n", probe)
        _put(folder / "gateway-policies/kill-switches.yaml", "    ai_disabled: true\n", "    ai_disabled: false\n")
        return folder

    def _enrol(self, name: str, address: str, key_env: str = "") -> str:
        body = {"name": name, "targets": [], "address": f"{address}/v1", "key_env": key_env}
        return str(self.people["adi"].post("/gateways", body)["token"])

    def _start_proxy(self, outside: str) -> None:
        self.front_address = self._open.enter_context(Served(self.front)).address
        token = self._enrol(PROXY, self.front_address, "PROXY_PROBE_KEY")
        told = {
            "LEVERFRAME_CONTROL_PLANE": self.plane.address,
            "LEVERFRAME_GATEWAY_TOKEN": token,
            "LEVERFRAME_STATE_DIR": str(self.folder / "proxy-state"),
            "LEVERFRAME_PROMPTS": str(EXAMPLE / "prompts"),
        }
        config = {
            "model_list": [_model(name, outside) for name in MODELS],
            "router_settings": {"num_retries": 0},
            "litellm_settings": {"telemetry": False, "callbacks": "leverframe.litellm_gateway.plugin"},
            "general_settings": {"master_key": KEY},
        }
        self.front.proxy = self._open.enter_context(Proxy(self.folder / "proxy", config, told)).address

    def _start_edge(self, name: str) -> None:
        relay = self.lines[name] = Relay(self.plane.port, Relay(self.plane.stream_port))
        self._open.callback(relay.close)
        port = free_port()
        self.edges[name] = f"http://127.0.0.1:{port}"
        token = self.folder / f"{name}.token"
        token.touch(mode=0o600)
        token.write_text(self._enrol(name, self.edges[name]))
        given = {"--control-plane": relay.address, "--gateway-token": str(token), "--instance": name}
        given |= {"--prompts": str(EXAMPLE / "prompts"), "--listen": f"127.0.0.1:{port}"}
        given |= {"--state": str(self.folder / name)}
        command = [sys.executable, "-m", "leverframe.cli", "gateway", *(p for pair in given.items() for p in pair)]
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        self._open.callback(process.wait)
        self._open.callback(process.terminate)
        wait_for(f"{self.edges[name]}/health/live")


def _model(name: str, outside: str) -> dict[str, Any]:
    address = f"{outside}/last-resort/v1" if name == LAST_RESORT else f"{outside}/v1"
    asked = {"model": f"openai/{name}", "api_base": address, "api_key": "none", "max_retries": 0}
    return {"model_name": name, "litellm_params": asked}


def _put(file: Path, before: str, after: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{before!r} is {text.count(before)} times in {file.name}"
    file.write_text(text.replace(before, after), encoding="utf-8")
