"""Is there any door of this gateway at which a thrown switch is not asked?

The table names every route of the app, or its test fails: a new door needs a row, and with it these questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.openai_gateway.world import SEARCH, V8, ramping, table

from leverframe.gateway import Gateway
from leverframe.nouns.tables import RouteTable
from leverframe.openai_gateway.app import app_for
from leverframe.openai_gateway.mock_models import MockModels
from leverframe.openai_gateway.upstreams import EVERY_PLATFORM, Ask, Reply, Upstreams
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import parts_of

CHAT: dict[str, Any] = {"messages": [{"role": "user", "content": "Where is order 7?"}]}
CALL = {"call": f"lf1.{'a' * 20}.{'b' * 22}", "negative": True}

# what is asked of a door -> its method, its path, the body beside the model
TO_A_MODEL = {
    "chat": ("POST", "/v1/chat/completions", CHAT),
    "a stream of chat": ("POST", "/v1/chat/completions", {**CHAT, "stream": True}),
}
TO_NO_MODEL = {
    "feedback": ("POST", "/v1/feedback", CALL),
    "models": ("GET", "/v1/models", {}),
    "health": ("GET", "/health/live", {}),
    "metrics": ("GET", "/metrics", {}),
    "flush": ("POST", "/flush", {}),
}
NOT_SERVED = {
    "/v1/completions": {"prompt": "Where is order 7?"},
    "/v1/embeddings": {"input": "Where is order 7?"},
    "/v1/responses": {"input": "Where is order 7?"},
    "/v1/messages": {**CHAT, "max_tokens": 50},
    "/v1/moderations": {"input": "Where is order 7?"},
    "/v1/images/generations": {"prompt": "Where is order 7?"},
    "/v1/audio/speech": {"input": "Where is order 7?"},
    "/v1/batches": {"input_file_id": "file-7"},
    "/chat/completions": CHAT,
    f"/openai/deployments/{V8.model}/chat/completions": CHAT,
}
"""What other gateways serve, and this one does not: nothing is passed on unread."""

# how a client names what it wants -> the model of its body, its headers, the layers that stop it
ASKED = {
    "the feature as a model": (f"feature:{SEARCH}", {}, ("tenant", "feature", "model")),
    "the feature in a header": ("gpt-4o", {"x-leverframe-feature": SEARCH}, ("tenant", "feature", "model")),
    "the model by its own name": (V8.model, {}, ("tenant", "model")),
}
THROWN: Mapping[str, Callable[[RouteTable], RouteTable]] = {
    "tenant": lambda good: replace(good, thrown_tenants=frozenset({"acme"})),
    "feature": lambda good: replace(good, thrown_features=frozenset({SEARCH})),
    "model": lambda good: replace(good, thrown_models={V8.model: ()}),
}
STOPS = [
    (door, asked, layer, of)
    for door in TO_A_MODEL
    for asked, (_, _, layers) in ASKED.items()
    for layer in layers
    for of in ("current", "candidate")
]


class Counting:
    """The mock models, which note who is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._models = MockModels()

    async def open(self, ask: Ask) -> Reply:
        self.asked.append(ask.model)
        return await self._models.open(ask)

    async def close(self) -> None:
        await self._models.close()


class Edge:
    """One gateway with a table of its own and no control plane."""

    def __init__(self, obeyed: RouteTable, prompts: Path, folder: Path) -> None:
        snapshot = folder / "table.ndjson"
        snapshot.write_bytes(write_frame(obeyed.number, None, parts_of(obeyed)).text)
        self.upstream = Counting()
        upstreams = Upstreams({EVERY_PLATFORM: self.upstream})
        self.app = app_for(Gateway(snapshot=snapshot), prompts=prompts, upstreams=upstreams, lockstep=True)

    def ask(self, method: str, path: str, body: Mapping[str, Any], headers: Mapping[str, str]):
        said = {"x-leverframe-tenant": "acme", "x-leverframe-subject": "ana", "x-leverframe-region": "eu", **headers}
        with TestClient(self.app) as client:
            return client.request(method, path, json=dict(body) or None, headers=said)

    @property
    def doors(self) -> set[tuple[str, str]]:
        found = {(method, route.path) for route in self.app._app.routes for method in route.methods}  # pyright: ignore
        return {(method, path) for method, path in found if method != "HEAD"}


def test_the_tables_name_every_door(prompts: Path, tmp_path: Path):
    named = {(method, path) for method, path, _ in (*TO_A_MODEL.values(), *TO_NO_MODEL.values())}
    assert Edge(table(), prompts, tmp_path).doors == named


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("door", TO_A_MODEL)
def test_where_nothing_is_thrown_each_of_these_doors_leads_to_a_model(prompts, tmp_path, door: str, asked: str):
    (method, path, body), (model, headers, _) = TO_A_MODEL[door], ASKED[asked]
    edge = Edge(table(), prompts, tmp_path)
    assert edge.ask(method, path, {**body, "model": model}, headers).status_code == 200
    assert edge.upstream.asked == [V8.model]


@pytest.mark.parametrize(("door", "asked", "layer", "of"), STOPS)
def test_what_is_thrown_is_asked_at_every_door_and_no_model_is(prompts, tmp_path, door, asked, layer, of):
    (method, path, body), (model, headers, _) = TO_A_MODEL[door], ASKED[asked]
    good = ramping(100) if of == "candidate" else table()
    edge = Edge(THROWN[layer](good), prompts, tmp_path)
    said = edge.ask(method, path, {**body, "model": model}, headers)
    assert (said.status_code, said.json()["type"]) == (503, "feature-off")
    assert said.headers["x-leverframe-variant"] == "off"
    assert edge.upstream.asked == []


@pytest.mark.parametrize("door", TO_NO_MODEL)
def test_the_other_doors_lead_to_no_model_at_all(prompts, tmp_path, door: str):
    method, path, body = TO_NO_MODEL[door]
    edge = Edge(table(), prompts, tmp_path)
    assert edge.ask(method, path, body, {}).status_code < 300
    assert edge.upstream.asked == []


@pytest.mark.parametrize("path", NOT_SERVED)
def test_what_is_not_served_is_a_404_and_is_passed_on_to_nobody(prompts, tmp_path, path: str):
    edge = Edge(table(), prompts, tmp_path)
    assert edge.ask("POST", path, {**NOT_SERVED[path], "model": f"feature:{SEARCH}"}, {}).status_code == 404
    assert edge.upstream.asked == []
