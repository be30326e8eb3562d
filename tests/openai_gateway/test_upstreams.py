"""What goes to a provider, and what do users get when it fails?"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import openai
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from tests.openai_gateway.conftest import wait_until
from tests.openai_gateway.control_plane import Served
from tests.openai_gateway.world import SEARCH, V8, table

MESSAGES = [{"role": "user", "content": "Where is order 7?"}]


class Provider:
    """A provider of the OpenAI API that keeps what it is asked, and answers as it is told."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.status, self.breaks_off, self.address = 200, False, ""
        self.waits, self.last = False, ["data: [DONE]\n\n"]
        self.goes_on = threading.Event()
        self.goes_on.set()

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])

    async def _complete(self, request: Request) -> Response:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        if self.status >= 400:
            refusal = {"error": {"message": "no", "type": "x", "param": None, "code": "no"}}
            return JSONResponse(refusal, self.status, headers={"retry-after": "7"})
        if body.get("stream"):
            return StreamingResponse(self._events(), media_type="text/event-stream")
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "From afar."}}
        whole = {"id": "1", "object": "chat.completion", "created": 1, "model": body["model"], "choices": [choice]}
        return JSONResponse(whole, headers={"x-litellm-response-cost": "0.002"})

    async def _events(self):
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        for word in ("From ", "afar."):
            choices = [{"index": 0, "delta": {"content": word}, "finish_reason": None}]
            yield f"data: {json.dumps({**chunk, 'choices': choices})}\n\n"
        if self.breaks_off:
            raise ConnectionError("the provider fell over")
        if self.waits:
            await asyncio.Event().wait()
        await asyncio.to_thread(self.goes_on.wait, 20)
        for event in self.last:
            yield event


@pytest.fixture
def provider() -> Iterator[Provider]:
    it = Provider()
    with Served(it.app()) as served:
        it.address = f"{served.address}/v1/"
        yield it


@pytest.fixture
def edge(run_edge, provider: Provider):
    return run_edge(table(), upstreams={"openai": provider.address}, keys={"openai": "secret"})


def stream(edge):
    create = edge.openai.chat.completions.with_raw_response.create
    return create(model=f"feature:{SEARCH}", messages=MESSAGES, stream=True)


def test_the_provider_gets_the_prompt_first_its_own_model_name_and_the_headers(edge, provider: Provider):
    assert edge.ask().parse().choices[0].message.content == "From afar."
    (body,), (headers,) = provider.bodies, provider.headers
    assert body["model"] == "gpt-4o"
    assert body["messages"][0] == {
        "role": "system",
        "content": "style: cites the policy\nYou answer by the policy.\n",
    }
    assert body["messages"][1:] == MESSAGES
    assert headers["x-leverframe-index"] == V8.index
    assert headers["x-leverframe-code-ref"] == V8.code_ref
    assert headers["authorization"] == "Bearer secret"


def test_without_a_key_of_ours_the_clients_own_is_passed_on(run_edge, provider: Provider):
    run_edge(table(), upstreams={"openai": provider.address}).ask()
    assert provider.headers[0]["authorization"] == "Bearer test"


def test_the_cost_is_what_the_provider_says(edge):
    (outcome,) = edge.outcomes(edge.ask().headers["x-leverframe-call"])
    assert (outcome["cost_usd"], outcome["bad"]) == (0.002, [])


def test_a_stream_is_passed_on_and_counted_once(edge):
    raw = stream(edge)
    assert "".join(chunk.choices[0].delta.content for chunk in raw.parse()) == "From afar."
    (outcome,) = edge.outcomes(raw.headers["x-leverframe-call"])
    assert outcome["bad"] == []


def test_a_stream_that_breaks_off_is_an_error_to_client_and_record(edge, provider: Provider):
    provider.breaks_off = True
    raw = stream(edge)
    with pytest.raises(openai.APIError, match="broke off"):
        list(raw.parse())
    (outcome,) = edge.outcomes(raw.headers["x-leverframe-call"])
    assert outcome["bad"] == ["error"]


ERROR_EVENT = 'data: {"error": {"message": "The server had an error", "type": "server_error"}}\n\n'
LAST = [
    ([ERROR_EVENT], ["error"]),
    ([ERROR_EVENT, "data: [DONE]\n\n"], ["error"]),
    (['data: {"er', 'ror": {"message": "it had an error"}}\n\n'], ["error"]),
    ([], ["error"]),
    (["data: [DO", "NE]\n\n"], []),
]


@pytest.mark.parametrize(("last", "bad"), LAST)
def test_a_stream_is_judged_by_how_it_ends(edge, provider: Provider, last: list[str], bad: list[str]):
    provider.last = last
    raw = stream(edge)
    with pytest.raises(openai.APIError, match="had an error") if "error" in "".join(last) else nullcontext():
        assert "".join(chunk.choices[0].delta.content for chunk in raw.parse()) == "From afar."
    (outcome,) = edge.outcomes(raw.headers["x-leverframe-call"])
    assert outcome["bad"] == bad


TOLD = [(500, 502), (503, 502), (401, 502), (404, 502), (400, 400), (422, 422), (429, 429)]


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(("status", "told"), TOLD)
def test_a_refusal_of_the_provider_is_an_error_outcome(
    edge, provider: Provider, status: int, told: int, streams: bool
):
    provider.status = status
    with pytest.raises(openai.APIStatusError) as refusal:
        stream(edge) if streams else edge.ask()
    assert refusal.value.status_code == told
    assert refusal.value.response.headers.get("retry-after") == ("7" if told < 500 else None)
    (outcome,) = edge.outcomes(refusal.value.response.headers["x-leverframe-call"])
    assert outcome["bad"] == ["error"]


@pytest.mark.parametrize(
    "upstreams", [{"openai": "http://127.0.0.1:9/v1"}, {"anthropic": "mock"}], ids=["dead", "none"]
)
def test_no_provider_is_a_502_and_an_error_outcome(run_edge, upstreams: dict[str, str]):
    edge = run_edge(table(), upstreams=upstreams)
    with pytest.raises(openai.InternalServerError) as refusal:
        edge.ask()
    assert (refusal.value.status_code, refusal.value.code) == (502, "upstream")
    (outcome,) = edge.outcomes(refusal.value.response.headers["x-leverframe-call"])
    assert outcome["bad"] == ["error"]


def test_the_mock_stands_beside_a_provider_where_it_is_named(run_edge, provider: Provider):
    edge = run_edge(table(), upstreams={"bedrock": provider.address, "*": "mock"})
    assert edge.ask().parse().system_fingerprint == "leverframe-mock"
    assert provider.bodies == []


def test_a_client_that_leaves_in_mid_stream_is_recorded_and_is_no_error(edge, provider: Provider):
    provider.waits = True
    with edge.http.stream(
        "POST", "/v1/chat/completions", json={"model": f"feature:{SEARCH}", "messages": MESSAGES, "stream": True}
    ) as response:
        call = response.headers["x-leverframe-call"]
        next(response.iter_raw())
    wait_until(lambda: len(edge.outcomes(call)) == 1)
    assert edge.outcomes(call)[0]["bad"] == []


def test_a_kill_lets_an_answer_under_way_end_and_the_next_call_meets_it(edge, provider: Provider):
    provider.goes_on.clear()
    answer = iter(stream(edge).parse())
    first = next(answer).choices[0].delta.content
    edge.publish(replace(table(2), thrown_features=frozenset({SEARCH})))
    with pytest.raises(openai.InternalServerError) as refusal:
        stream(edge)
    assert refusal.value.response.json()["reason"] == "feature_thrown"
    provider.goes_on.set()
    assert first + "".join(chunk.choices[0].delta.content for chunk in answer) == "From afar."
    assert len(provider.bodies) == 1
