"""Does the plug-in hold what it promises where no proxy shows it: without a table, after a bug, at its end?"""

from __future__ import annotations

import asyncio
import copy
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.litellm.world import FALLBACK, SEARCH, V8, V8_TEXT, table, write_prompts

from leverframe.gateway import Gateway
from leverframe.gateway.prompts import Prompts
from leverframe.litellm_gateway.calls import MOST_LIVE, Calls
from leverframe.litellm_gateway.edge import Edge
from leverframe.litellm_gateway.forms import put_prompt
from leverframe.litellm_gateway.models import Models
from leverframe.litellm_gateway.refusals import Refusal
from leverframe.litellm_gateway.requests import Told, told_in
from leverframe.litellm_gateway.streams import Passing
from leverframe.nouns.tables import RouteTable
from leverframe.rules.framing import write_frame
from leverframe.rules.parts import parts_of


class Recording(Gateway):
    """A gateway that seals call ids, and keeps what it is told of them."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.told: list[tuple[str, float, tuple[str, ...]]] = []

    def call_id(self, *given: Any, **more: Any) -> str:
        return f"lf1.call-{len(self.told)}"

    def record(self, call_id: str, *, latency_ms: float, cost_usd: float = 0.0, bad: Any = ()) -> None:
        assert latency_ms >= 0
        self.told.append((call_id, cost_usd, tuple(bad)))


class Timer:
    """Acts when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self.waiting.append(act)

    def run(self) -> None:
        for act in self.waiting:
            act()


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.fixture
def make(tmp_path: Path, timer: Timer) -> Callable[..., Edge]:
    def edge(table: RouteTable | None = None, **given: Any) -> Edge:
        snapshot = None
        if table is not None:
            snapshot = tmp_path / "table.ndjson"
            snapshot.write_bytes(write_frame(table.number, None, parts_of(table)).text)
        gateway = Recording(snapshot=snapshot, **given).start()
        return Edge(gateway, Prompts(write_prompts(tmp_path / "prompts")), Models(), timer.later)

    return edge


def a_chat(model: str = f"feature:{SEARCH}", **headers: str) -> dict[str, Any]:
    named = {f"x-leverframe-{name}": value for name, value in headers.items()}
    return {
        "model": model,
        "messages": [{"role": "user", "content": "Where?"}],
        "metadata": {},
        "proxy_server_request": {"headers": named},
    }


def refused(edge: Edge, data: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        edge.before(data, "acompletion", None)
    return refusal.value


def test_without_a_table_a_feature_is_off_and_a_plain_model_passes(make):
    edge = make(fallbacks={SEARCH: FALLBACK})
    said = refused(edge, a_chat())
    assert (said.status, said.body["reason"], said.body["fallback"]) == (503, "no_table", FALLBACK)
    plain = a_chat("gpt-4o", tenant="acme")
    edge.before(plain, "acompletion", None)
    assert plain["model"] == "gpt-4o"
    assert edge.headers(plain, object())["x-leverframe-reason"] == "no_table"


def test_without_a_table_current_serves_where_it_was_declared(make):
    data = a_chat()
    make(on_no_table={SEARCH: "current"}, current={SEARCH: V8}).before(data, "acompletion", None)
    assert (data["model"], data["messages"][0]["content"]) == ("openai.gpt-4o", V8_TEXT)


class Broken:
    """A dictionary's stand-in that fails whoever looks into it."""

    def get(self, *given: object) -> object:
        raise RuntimeError("a bug")


def test_after_a_bug_of_ours_a_feature_is_off_and_a_plain_model_passes(make, caplog: pytest.LogCaptureFixture):
    edge = make(table())
    edge._before._prompts = Broken()  # pyright: ignore[reportAttributeAccessIssue]
    said = refused(edge, a_chat())
    assert (said.status, said.body["type"], said.body["reason"]) == (503, "feature-off", "error")
    assert (said.body["feature"], said.body["fallback"]) == (SEARCH, FALLBACK)
    by_header = refused(edge, a_chat("gpt-4o", feature=SEARCH))
    assert by_header.body["reason"] == "error"
    edge._before._switches = Broken()  # pyright: ignore[reportAttributeAccessIssue]
    plain = a_chat("gpt-4o")
    edge.before(plain, "acompletion", None)
    assert plain["model"] == "gpt-4o"
    assert "could not be decided" in caplog.text


def test_no_hook_raises_whatever_litellm_hands_over(make):
    edge = make(table())
    edge.calls = Broken()  # pyright: ignore[reportAttributeAccessIssue]
    told = {"metadata": {"leverframe": Told(served="a unit")}}
    edge.costed({"litellm_params": told})
    edge.costed({"litellm_params": None})
    edge.failed(told, refusal=None, of_the_unit=True)
    edge.failed({}, refusal=None, of_the_unit=True)
    assert edge.headers(told, object()) == {}
    assert edge.headers({"metadata": "none"}, None) == {"x-leverframe-number": str(edge.gateway.number)}
    edge._switches = Broken()  # pyright: ignore[reportAttributeAccessIssue]
    assert edge.keep([{"model_name": "a"}]) == [{"model_name": "a"}]
    edge.check(["a"])


def test_a_call_is_decided_once_where_callback_and_guardrail_are_both_loaded(make):
    edge, data = make(table()), a_chat()
    edge.before(data, "acompletion", None)
    before = copy.deepcopy(data)
    edge.before(data, "acompletion", None)
    assert data == before
    assert len(edge.calls) == 1


def test_what_is_told_survives_a_copy_and_is_never_a_clients(make):
    edge, data = make(table()), a_chat()
    edge.before(data, "acompletion", None)
    told = told_in(copy.deepcopy(data))
    assert told is not None
    assert told.live == data["metadata"]["leverframe"].live
    json.dumps(data["metadata"]["leverframe"])
    assert told_in({"metadata": {"leverframe": dict(told)}}) is None


def begun(edge: Edge) -> dict[str, Any]:
    data = a_chat()
    edge.before(data, "acompletion", None)
    return data


def costed(edge: Edge, data: dict[str, Any], cost: float | None = 0.25, **more: Any) -> None:
    edge.costed({"litellm_params": {"metadata": data["metadata"]}, "response_cost": cost, **more})


def test_an_answer_is_told_when_it_is_out_and_its_cost_is_known_in_either_order(make):
    edge = make(table())
    first, second = begun(edge), begun(edge)
    edge.headers(first, object())
    assert not edge.gateway.told
    costed(edge, first)
    costed(edge, second)
    edge.headers(second, object())
    assert [cost for _, cost, _ in edge.gateway.told] == [0.25, 0.25]
    assert len(edge.calls) == 0


def test_an_answer_whose_cost_never_comes_is_told_without_it(make, timer: Timer):
    edge = make(table())
    data = begun(edge)
    edge.headers(data, object())
    timer.run()
    assert [(cost, bad) for _, cost, bad in edge.gateway.told] == [(0.0, ())]
    costed(edge, data)
    assert len(edge.gateway.told) == 1


def test_what_waits_for_its_cost_is_told_when_the_process_ends(make):
    edge = make(table())
    edge.headers(begun(edge), object())
    begun(edge)
    edge.close(0.0)
    assert len(edge.gateway.told) == 1


async def a_stream(*chunks: Any, fails: Exception | None = None) -> AsyncIterator[Any]:
    for chunk in chunks:
        yield chunk
    if fails:
        raise fails


async def drain(edge: Edge, data: dict[str, Any], stream: AsyncIterator[Any]) -> list[Any]:
    return [chunk async for chunk in edge.watch(stream, data, lambda fault: True)]


def test_the_cost_of_a_stream_may_be_logged_before_its_end(make):
    edge = make(table())
    data = begun(edge)
    edge.headers(data, a_stream())
    costed(edge, data, stream=True)
    assert not edge.gateway.told
    assert asyncio.run(drain(edge, data, a_stream("a", "b"))) == ["a", "b"]
    assert [bad for _, _, bad in edge.gateway.told] == [()]


def test_a_stream_that_raises_is_an_error_and_raises_on(make):
    edge = make(table())
    data = begun(edge)
    with pytest.raises(ConnectionError):
        asyncio.run(drain(edge, data, a_stream("a", fails=ConnectionError())))
    edge.failed(data, refusal=None, of_the_unit=True)
    assert [bad for _, _, bad in edge.gateway.told] == [("error",)]


def test_what_the_proxy_itself_refuses_is_not_told(make):
    edge = make(table())
    data = begun(edge)
    edge.failed(data, refusal=None, of_the_unit=False)
    assert not edge.gateway.told
    assert len(edge.calls) == 0


def test_calls_that_never_end_do_not_fill_the_memory():
    calls = Calls(Recording(), lambda seconds, act: None)
    names = [calls.begin("lf1.call") for _ in range(MOST_LIVE + 10)]
    assert len(calls) == MOST_LIVE
    assert len(set(names)) == len(names)


STREAMS = {
    "a chat": ([{"choices": []}], False),
    "a chat that says an error": ([b'data: {"error": {"message": "no"}}\n\n'], True),
    "a response that failed": ([{"type": "response.failed"}], True),
    "a response's error event": ([type("Event", (), {"type": "error"})()], True),
    "messages to their end": ([b'data: {"type": "message_start"}\n\n', b'data: {"type": "message_stop"}\n\n'], False),
    "messages cut in two anywhere": (
        [b'data: {"type": "message_sta', b'rt"}\n\ndata: {"type": "message_stop"}\n'],
        False,
    ),
    "messages that stop short": ([b'data: {"type": "message_start"}\n\n'], True),
    "messages with an error": (
        [b'data: {"type": "message_start"}\n\n', b'event: error\ndata: {"type": "error"}\n\n'],
        True,
    ),
    "nothing that we know": ([object(), None, 7], False),
}


@pytest.mark.parametrize(("chunks", "failed"), STREAMS.values(), ids=STREAMS.keys())
def test_the_end_of_a_stream_is_read_from_what_passes_by(chunks: list[Any], failed: bool):
    passing = Passing()
    for chunk in chunks:
        passing.read(chunk)
    assert passing.failed is failed


def test_a_prompt_stands_where_each_form_reads_it():
    said: dict[str, Any] = {"system": "Be brief."}
    assert put_prompt(said, "First.", "anthropic_messages") == ""
    assert said["system"] == "First.\n\nBe brief."
    unknown: dict[str, Any] = {"input": "a query"}
    assert "no place" in put_prompt(unknown, "First.", "arerank")
    assert unknown == {"input": "a query"}
    assert put_prompt(unknown, "", "arerank") == ""


def test_a_switch_finds_a_model_by_every_name_that_the_proxy_has_for_it():
    models = Models({"azure.gpt-4o": ("eu", "us"), "openai.gpt-4o": ("eu",)})
    assert models.name_of("azure.gpt-4o") == "eu"
    assert models.name_of("mistral.large") == "mistral.large"
    assert {"azure.gpt-4o", "openai.gpt-4o"} <= models.keys_of(["eu"])
    assert models.keys_of(["bedrock/anthropic.claude"]) >= {"bedrock.anthropic.claude"}
