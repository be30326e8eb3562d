"""Which unit answers this chat completion, and what came of it?"""

from __future__ import annotations

from asyncio import CancelledError
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from leverframe.clock import monotonic
from leverframe.gateway import Gateway
from leverframe.gateway.decisions import Routed, decide, decide_for_model
from leverframe.gateway.events import Events
from leverframe.gateway.headers import FEATURE_MODEL, SCORE, Caller, read_caller, say, upstream_headers
from leverframe.gateway.prompts import NoPrompt, Prompts
from leverframe.nouns.tables import Reason
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.openai_gateway import answers
from leverframe.openai_gateway.requests import TooLarge, check_completion, read_json
from leverframe.openai_gateway.upstreams import Ask, Reply, UpstreamFailed, Upstreams

_PASSED_ON = frozenset({400, 413, 422, 429})
"""What an upstream says to the client itself; any other refusal is ours to answer for, as 502."""
_BROKEN_OFF = b'data: {"error": {"message": "The upstream broke off.", "type": "api_error", "code": "upstream"}}\n\n'


@dataclass(slots=True)
class Call:
    """One call under way: the feature or model that was asked for, what was decided, and when it began."""

    gateway: Gateway
    asked: str
    routed: Routed
    unit: Unit
    began: float
    recorded: bool = False

    def record(self, reply: Reply | None, *, bad: bool) -> None:
        """Record what came of it, with the whole time that it took; what is said first counts."""
        if self.recorded or not self.routed.call:
            return
        self.recorded = True
        took = (monotonic() - self.began) * 1000.0 + (reply.simulated_ms if reply else 0.0)
        cost = reply.cost_usd if reply else 0.0
        self.gateway.record(self.routed.call, latency_ms=took, cost_usd=cost, bad=("error",) if bad else ())


class Completions:
    """POST /v1/chat/completions."""

    def __init__(self, gateway: Gateway, prompts: Prompts, upstreams: Upstreams) -> None:
        self._gateway, self._prompts, self._upstreams = gateway, prompts, upstreams

    async def answer(self, request: Request) -> Response:
        """Answer one chat completion."""
        began = monotonic()
        try:
            document = check_completion(await read_json(request))
            caller = read_caller(request.headers, document.get("user"), model=document["model"])
        except Invalid as fault:
            return answers.invalid(fault)
        except TooLarge:
            return answers.too_large()
        asked = document["model"] if caller.feature is None else caller.feature
        routed = self._route(document["model"], caller)
        if routed is None:
            name = asked if caller.feature is None else f"{FEATURE_MODEL}{asked}"
            return answers.unknown_model(name, self._gateway.number)
        if routed.decision.unit is None:
            return answers.feature_off(asked, routed.decision, routed.call)
        call = Call(self._gateway, asked, routed, routed.decision.unit, began)
        return await self._serve(call, document, request.headers.get("authorization", ""))

    def _route(self, model: str, caller: Caller) -> Routed | None:
        if caller.feature is None:
            return decide_for_model(self._gateway, model, caller)
        routed = decide(self._gateway, caller.feature, caller)
        return None if routed.decision.reason is Reason.UNKNOWN_FEATURE else routed

    async def _serve(self, call: Call, document: dict[str, Any], authorization: str) -> Response:
        told = say(call.routed.decision, call.routed.call)
        told[SCORE] = "yes" if self._gateway.is_to_be_scored(call.routed.call) else "no"
        prompt = self._prompts.text(call.unit.prompt)
        if isinstance(prompt, NoPrompt):
            call.record(None, bad=True)
            return answers.no_prompt(call.asked, prompt.because, told)
        ask = Ask(call.unit.model, _with_prompt(document, prompt), upstream_headers(call.unit), authorization)
        try:
            reply = await self._upstreams.of(call.unit.model).open(ask)
        except UpstreamFailed as failure:
            call.record(None, bad=True)
            return answers.error(502, str(failure), code="upstream", headers=told)
        if reply.chunks is not None:
            return StreamingResponse(_stream(call, reply, reply.chunks), headers=told, media_type="text/event-stream")
        return _whole(call, reply, told)


def _with_prompt(document: Mapping[str, Any], prompt: str) -> dict[str, Any]:
    """Put the released prompt in front of the conversation; the model is set by the upstream."""
    sent = {key: value for key, value in document.items() if key != "model"}
    if prompt:
        sent["messages"] = [{"role": "system", "content": prompt}, *document["messages"]]
    return sent


def _whole(call: Call, reply: Reply, told: dict[str, str]) -> Response:
    call.record(reply, bad=reply.status >= 400)
    if reply.status >= 400 and reply.status not in _PASSED_ON:
        return answers.error(502, f"The upstream answered {reply.status}.", code="upstream", headers=told)
    if reply.retry_after:
        told = {**told, "retry-after": reply.retry_after}
    return Response(reply.body, status_code=reply.status, headers=told, media_type="application/json")


async def _stream(call: Call, reply: Reply, chunks: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Pass the events on; the outcome is recorded before the last one leaves: no client is ahead of it.

    An error event is an error, and so is an end without the last event. A client that leaves while it is answered
    ends this from outside, which says nothing against the answer.
    """
    events = Events()
    try:
        async with aclosing(chunks):
            async for chunk in chunks:
                events.read(chunk)
                if events.ended:
                    call.record(reply, bad=events.failed)
                yield chunk
    except (GeneratorExit, CancelledError):
        call.record(reply, bad=False)
        raise
    except UpstreamFailed:
        call.record(reply, bad=True)
        yield _BROKEN_OFF
    finally:
        call.record(reply, bad=True)
