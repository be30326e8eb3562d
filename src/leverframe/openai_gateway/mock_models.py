"""What do the built-in mock models answer?

A mock model reads its system prompt and answers by it, so that a change of prompt can be seen and measured
without any provider. The same model, prompt and question always give the same answer. In the prompt text:

- a line `style: cites the policy` is reflected in each answer; without one, the prompt's first line is;
- a comment `<!-- mock: groundedness=0.72 negative=0.12 -->` sets how the model behaves under this prompt:

  groundedness  the chance that a sentence of the answer carries its source, as `[policy-index@2026-05 4.2]`; 0.85
  negative      the chance that the answer misses the question, as users will notice; 0.04
  error         the chance that the model fails with status 500; 0
  latency       the median latency in milliseconds that is reported; nothing sleeps; 1100
  cost          the cost of a call in US dollars; by default it follows from the length of both texts

An answer that meets the question names it (`About “Where is order 48213?”`), one that misses it does not: people
and scorers judge by the text alone.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import xxhash

from leverframe.openai_gateway.upstreams import Ask, Reply

_MARKER = re.compile(r"<!--\s*mock:(?P<pairs>[^>]*?)-->")
_PAIR = re.compile(r"(?P<key>[a-z_]+)\s*=\s*(?P<value>\d+(?:\.\d+)?)")
_STYLE = re.compile(r"^\s*style:\s*(?P<style>.+?)\s*$", re.MULTILINE | re.IGNORECASE)
_DOLLARS_PER_INPUT_CHARACTER, _DOLLARS_PER_OUTPUT_CHARACTER = 0.75e-6, 3.75e-6
_SENTENCES = (
    "The steps are on the page that was linked in your confirmation",
    "Requests made within 30 days are accepted without a reason",
    "A refund goes back to the card that was used",
    "The parcel can be handed over at any partner shop",
    "Gift cards and opened software are excluded",
    "You will get a message as soon as it has arrived",
    "An exchange is treated as a new order",
    "Business customers write to their own contact",
)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a mock model behaves under one prompt."""

    style: str
    groundedness: float = 0.85
    negative: float = 0.04
    error: float = 0.0
    latency: float = 1100.0
    cost: float | None = None


class MockModels:
    """All models, answered by the mock."""

    async def open(self, ask: Ask) -> Reply:
        """Answer at once; the latency and cost are reported, not spent."""
        system, question = _system(ask.document), _question(ask.document)
        behaviour = behaviour_of(system)
        dice = random.Random(_seed(ask.model, system, question))
        latency = behaviour.latency * math.exp(dice.gauss(0.0, 0.35))
        if dice.random() < behaviour.error:
            return Reply(status=500, simulated_ms=latency, body=b'{"error": {"message": "The mock model failed."}}')
        text = compose(behaviour, question, ask.headers.get("x-leverframe-index", ""), dice)
        reply = Reply(status=200, simulated_ms=latency, cost_usd=_cost(behaviour, system, question, text))
        return _fill(reply, ask, text, prompt_characters=len(system) + len(question))

    async def close(self) -> None:
        """Nothing is held open."""


@lru_cache(maxsize=1024)
def behaviour_of(system: str) -> Behaviour:
    """Read the style and the mock marker of a system prompt."""
    found = _STYLE.search(system)
    first = next((line.strip("# ").strip() for line in system.splitlines() if line.strip("-# ")), "")
    behaviour = Behaviour(style=found["style"] if found else first[:120])
    marker = _MARKER.search(system)
    pairs = {pair["key"]: float(pair["value"]) for pair in _PAIR.finditer(marker["pairs"])} if marker else {}
    known = {
        key: value for key, value in pairs.items() if key in ("groundedness", "negative", "error", "latency", "cost")
    }
    return replace(behaviour, **known)


def compose(behaviour: Behaviour, question: str, index: str, dice: random.Random) -> str:
    """Write an answer of eight sentences, each with or without its source."""
    opening = f"({behaviour.style}) " if behaviour.style else ""
    missed = dice.random() < behaviour.negative
    opening += "Here is some general information. " if missed else f"About “{question[:160]}”: "
    source = index or "policy"
    sentences = (
        f"{sentence} [{source} {number}.{dice.randint(1, 9)}]."
        if dice.random() < behaviour.groundedness
        else f"{sentence}."
        for number, sentence in enumerate(dice.sample(_SENTENCES, k=len(_SENTENCES)), start=1)
    )
    return opening + " ".join(sentences)


def _system(document: Mapping[str, Any]) -> str:
    first = document["messages"][0]
    return _content(first) if first.get("role") in ("system", "developer") else ""


def _question(document: Mapping[str, Any]) -> str:
    said = (message for message in reversed(document["messages"]) if message.get("role") == "user")
    return " ".join(_content(next(said, {})).split())


def _content(message: Mapping[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _seed(model: str, system: str, question: str) -> int:
    return xxhash.xxh3_64_intdigest("\x00".join((model, system, question)).encode("utf-8", "replace"))


def _cost(behaviour: Behaviour, system: str, question: str, text: str) -> float:
    if behaviour.cost is not None:
        return behaviour.cost
    read = (len(system) + len(question)) * _DOLLARS_PER_INPUT_CHARACTER
    return read + len(text) * _DOLLARS_PER_OUTPUT_CHARACTER


def _fill(reply: Reply, ask: Ask, text: str, *, prompt_characters: int) -> Reply:
    usage = _usage(prompt_characters, len(text))
    simulated = {"latency_ms": round(reply.simulated_ms, 1), "cost_usd": round(reply.cost_usd, 6)}
    head = {"id": "chatcmpl-mock", "created": 0, "model": ask.model, "system_fingerprint": "leverframe-mock"}
    if ask.document.get("stream"):
        options = ask.document.get("stream_options") or {}
        return replace(reply, chunks=_chunks(head, text, usage if options.get("include_usage") else None))
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "logprobs": None,
        "message": {"role": "assistant", "content": text},
    }
    body = {**head, "object": "chat.completion", "choices": [choice], "usage": usage, "mock": simulated}
    return replace(reply, body=json.dumps(body).encode())


def _usage(prompt_characters: int, answer_characters: int) -> dict[str, int]:
    read, written = prompt_characters // 4, answer_characters // 4
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


async def _chunks(head: Mapping[str, Any], text: str, usage: Mapping[str, int] | None) -> AsyncGenerator[bytes]:
    head = {**head, "object": "chat.completion.chunk"}
    words = text.split(" ")
    for start in range(0, len(words), 8):
        piece = " ".join(words[start : start + 8]) + (" " if start + 8 < len(words) else "")
        delta = {"role": "assistant", "content": piece} if start == 0 else {"content": piece}
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    if usage is not None:
        yield _event({**head, "choices": [], "usage": usage})
    yield b"data: [DONE]\n\n"


def _event(document: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"
