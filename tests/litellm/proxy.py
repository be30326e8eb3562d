"""How is a real LiteLLM proxy run for a test?"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
from tests.litellm.world import FORMS, KEY

ROOT = Path(__file__).resolve().parents[2]
LITELLM = ROOT / ".venv-litellm" / "bin" / "litellm"
PATIENCE_SECONDS = 90.0


class Client:
    """Asks a proxy, by a connection that it keeps."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.http = httpx2.Client(base_url=address, timeout=30.0)

    @contextlib.contextmanager
    def another(self) -> Iterator[Client]:
        """Another client of the same proxy."""
        client = Client(self.address)
        yield client
        client.http.close()

    def ask(
        self, model: str, form: str = "chat", *, key: dict[str, Any] | None = None, body: Any = None, **headers: str
    ) -> httpx2.Response:
        """Ask for a model in one of the forms; `headers` are without their `x-leverframe-`."""
        path, least = FORMS[form]
        known = {"authorization": f"Bearer {a_key(**key) if key else KEY}"}
        known |= {f"x-leverframe-{name}": value for name, value in {"region": "eu", **headers}.items()}
        sent = {**least, **(body or {}), **({} if "{model}" in path else {"model": model})}
        return self.http.post(path.replace("{model}", model), json=sent, headers=known)


class Proxy(Client):
    """One proxy process, in a folder of its own. Its log is `proxy.log` there."""

    def __init__(self, folder: Path, config: dict[str, Any], environment: dict[str, str], *options: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.yaml").write_text(json.dumps(config), encoding="utf-8")
        shutil.copy(Path(__file__).with_name("keys.py"), folder)
        self.log = folder / "proxy.log"
        port = _free_port()
        super().__init__(f"http://127.0.0.1:{port}")
        command = [LITELLM, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port), *options]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LEVERFRAME_")}
        known = {**kept, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONUNBUFFERED": "1", **environment}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=folder, env=known, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def __enter__(self) -> Proxy:
        """Wait until it answers."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(httpx2.HTTPError):
                if self.http.get("/health/liveliness").status_code == 200:
                    return self
            self._wait(0.1)
        self._kill()
        raise AssertionError(f"the proxy does not answer:\n{self.log.read_text()[-4000:]}")

    def __exit__(self, *fault: object) -> None:
        self.http.close()
        if self.process.poll() is None:
            self.end()

    def end(self) -> int:
        """End it as a supervisor does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self._kill()
            raise

    def _wait(self, seconds: float) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def _kill(self) -> None:
        """End it and its workers at once: they are a session of their own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def a_key(**known: Any) -> str:
    """Return a key of which LiteLLM knows this much."""
    return f"{KEY}~{urlsafe_b64encode(json.dumps(known).encode()).decode()}"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
