"""What do providers answer? OpenAI's and Anthropic's APIs, as far as a proxy asks them, on 127.0.0.1.

How a model behaves is in its name: `fails` answers 500, `overloaded` breaks off in-band, `drops` closes the line in
the middle of an answer, `slow` takes a while over each part, any other answers. What was asked is kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

TEXT = "The refund takes five days."
USAGE = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
TOKENS = {"input_tokens": 1000, "output_tokens": 500}


class Upstream:
    """Every provider at once."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def app(self) -> Starlette:
        answers: dict[str, Callable[[dict[str, Any]], Any]] = {
            "/v1/chat/completions": chat,
            "/v1/completions": completion,
            "/v1/embeddings": embedding,
            "/v1/responses": response,
            "/v1/messages": message,
        }
        return Starlette(routes=[Route(path, self._door(path, of), methods=["POST"]) for path, of in answers.items()])

    @property
    def last(self) -> dict[str, Any]:
        return self.asked[-1]

    def models(self) -> list[str]:
        return [asked["body"]["model"] for asked in self.asked]

    def _door(self, path: str, of: Callable[[dict[str, Any]], Any]) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            body = await request.json()
            headers = {name: value for name, value in request.headers.items() if name.startswith("x-leverframe")}
            self.asked.append({"path": path, "body": body, "headers": headers})
            if body["model"] == "fails":
                return JSONResponse({"error": {"message": "The model failed.", "type": "server_error"}}, 500)
            answered = of(body)
            if not body.get("stream"):
                return JSONResponse(answered)
            return StreamingResponse(_paced(answered, body["model"]), media_type="text/event-stream")

        return answer


def chat(body: dict[str, Any]) -> Any:
    head = {"id": "chat-1", "created": 0, "model": body["model"]}
    if not body.get("stream"):
        said = {"role": "assistant", "content": TEXT}
        choice = {"index": 0, "finish_reason": "stop", "message": said}
        return {**head, "object": "chat.completion", "choices": [choice], "usage": USAGE}
    head["object"] = "chat.completion.chunk"
    delta = {"index": 0, "delta": {"role": "assistant", "content": "The "}, "finish_reason": None}
    end = {"index": 0, "delta": {}, "finish_reason": "stop"}
    failed = _data({"error": {"message": "Overloaded.", "type": "server_error", "code": "overloaded"}})
    last = [_data({**head, "choices": [end]}), b"data: [DONE]\n\n"]
    return [_data({**head, "choices": [delta]})] * 3, failed, last


def completion(body: dict[str, Any]) -> Any:
    choice = {"index": 0, "finish_reason": "stop", "text": TEXT}
    head = {"id": "text-1", "created": 0, "model": body["model"], "object": "text_completion"}
    if not body.get("stream"):
        return {**head, "choices": [choice], "usage": USAGE}
    failed = _data({"error": {"message": "Overloaded.", "type": "server_error", "code": "overloaded"}})
    part = _data({**head, "choices": [{"index": 0, "text": "The ", "finish_reason": None}]})
    return [part] * 3, failed, [_data({**head, "choices": [{**choice, "text": ""}]}), b"data: [DONE]\n\n"]


def embedding(body: dict[str, Any]) -> Any:
    vector = {"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}
    return {"object": "list", "model": body["model"], "data": [vector], "usage": USAGE}


def response(body: dict[str, Any]) -> Any:
    if not body.get("stream"):
        return _response(body["model"])
    created = {"type": "response.created", "sequence_number": 0, "response": _response(body["model"], "in_progress")}
    place = {"item_id": "m", "output_index": 0, "content_index": 0}
    delta = {"type": "response.output_text.delta", "sequence_number": 1, **place, "delta": "The "}
    failed = {"type": "response.failed", "sequence_number": 2, "response": _response(body["model"], "failed")}
    ended = {"type": "response.completed", "sequence_number": 2, "response": _response(body["model"])}
    return [_event(created), _event(delta), _event(delta)], _event(failed), [_event(ended)]


def message(body: dict[str, Any]) -> Any:
    head = {"id": "msg-1", "type": "message", "role": "assistant", "model": body["model"]}
    if not body.get("stream"):
        content = [{"type": "text", "text": TEXT}]
        return {**head, "content": content, "stop_reason": "end_turn", "stop_sequence": None, "usage": TOKENS}
    empty = {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": TOKENS}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "The "}}
    stop = {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": TOKENS}
    parts = [_event({"type": "message_start", "message": empty}), _event(block), _event(delta)]
    failed = _event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})
    ends = ({"type": "content_block_stop", "index": 0}, stop, {"type": "message_stop"})
    return parts, failed, [_event(end) for end in ends]


async def _paced(answered: Any, model: str) -> AsyncIterator[bytes]:
    parts, failed, last = answered
    for part in parts:
        yield part
        await asyncio.sleep(0.2 if model == "slow" else 0)
    if model == "drops":
        raise ConnectionError("the line is dropped")
    for part in [failed] if model == "overloaded" else last:
        yield part


def _response(model: str, status: str = "completed") -> dict[str, Any]:
    content = {"type": "output_text", "text": TEXT, "annotations": []}
    output = {"type": "message", "id": "m", "status": "completed", "role": "assistant", "content": [content]}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": model,
        "error": {"code": "server_error", "message": "Overloaded."} if status == "failed" else None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": [output],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            **TOKENS,
            "total_tokens": 1500,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def _data(document: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(document).encode() + b"\n\n"


def _event(document: dict[str, Any]) -> bytes:
    return b"event: " + document["type"].encode() + b"\n" + _data(document)
