"""Does the process start as it is told, and end as it is asked?"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from tests.openai_gateway.conftest import wait_until
from tests.openai_gateway.control_plane import ControlPlane, Served
from tests.openai_gateway.world import SEARCH, V8, table

from leverframe.gateway.current_file import read_units
from leverframe.nouns.documents import to_document
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.openai_gateway.app import Settings, build, upstreams_of

CHILD = """
import sys
from pathlib import Path
from leverframe.openai_gateway.app import Settings, run
address, token_file, prompts, port = sys.argv[1:]
run(Settings(control_plane=address, token_file=Path(token_file), prompts=Path(prompts), port=int(port)))
"""


@pytest.fixture
def plane() -> Iterator[ControlPlane]:
    plane = ControlPlane(table())
    with Served(plane.app()) as served:
        plane.address = served.address
        yield plane


@pytest.fixture
def settings(plane: ControlPlane, prompts: Path, tmp_path: Path) -> Settings:
    token = tmp_path / "token"
    token.write_text("token\n")
    return Settings(control_plane=plane.address, token_file=token, prompts=prompts, port=free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_connected(client: httpx2.Client) -> bool:
    with suppress(httpx2.HTTPError):
        return client.get("/health/live").json()["connected"]
    return False


def test_sigterm_sends_what_is_left_and_says_goodbye(plane: ControlPlane, settings: Settings):
    told = [settings.control_plane, str(settings.token_file), str(settings.prompts), str(settings.port)]
    process = subprocess.Popen([sys.executable, "-c", CHILD, *told], stderr=subprocess.PIPE, text=True)
    try:
        client = httpx2.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=10)
        wait_until(lambda: is_connected(client), seconds=30)
        question = {"model": f"feature:{SEARCH}", "messages": [{"role": "user", "content": "Where?"}]}
        calls = [client.post("/v1/chat/completions", json=question).headers["x-leverframe-call"] for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        said = process.communicate()[1]
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == [
        f"OpenAI's API is served at http://127.0.0.1:{settings.port}/v1",
        "the line to the control plane stands",
    ]
    assert [outcome["call"] for outcome in plane.outcomes] == calls
    assert plane.reports[-1]["goodbye"] is True
    assert plane.reports[-1]["instance"].endswith(f":{settings.port}")


def test_the_units_for_a_cold_start_are_read_from_a_file(tmp_path: Path):
    file = tmp_path / "current.json"
    file.write_text(json.dumps({SEARCH: to_document(V8)}))
    assert read_units(file) == {SEARCH: V8}
    assert read_units(None) == {}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"a": 7}', '{"a": {"prompt": 7}, "b": []}', '{"a": {"shoe": "43"}}']
)
def test_a_broken_file_of_units_is_named(tmp_path: Path, text: str):
    file = tmp_path / "current.json"
    file.write_text(text)
    with pytest.raises(Invalid, match=r"current\.json"):
        read_units(file)


def test_what_cannot_begin_says_why(settings: Settings):
    for wrong in (
        replace(settings, token_file=settings.token_file / "nowhere"),
        replace(settings, on_no_table={SEARCH: "current"}),
        replace(settings, control_plane="not an address"),
        replace(settings, upstreams={"openai": "ftp://there", "azure": ""}),
    ):
        with pytest.raises(Invalid) as refusal:
            build(wrong)
        assert all(fault.place and fault.because for fault in refusal.value.faults)
    with pytest.raises(Invalid, match=r"openai.*azure"):
        upstreams_of({"openai": "ftp://there", "azure": ""}, {})


def test_a_unit_reads_with_the_parts_that_it_has(tmp_path: Path):
    file = tmp_path / "current.json"
    file.write_text('{"a": {"model": "openai.gpt-4o"}}')
    assert read_units(file) == {"a": Unit(model="openai.gpt-4o")}
