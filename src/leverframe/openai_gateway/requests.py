"""Is this a request that can be served?"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from starlette.requests import Request

from leverframe.nouns.verdicts import Fault, Invalid

LARGEST_BODY = 4 * 1024 * 1024


class TooLarge(Exception):
    """The body is longer than we read (HTTP 413)."""


async def read_json(request: Request) -> Any:
    """Read the body as JSON. Raises TooLarge, Invalid."""
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY:
        raise TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLarge
    return parse_json(bytes(body))


def parse_json(body: bytes) -> Any:
    """Parse strict JSON that can be sent on: no NaN, no lone surrogates, no endless nesting. Raises Invalid."""
    try:
        text = body.decode("utf-8")
        document = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as fault:
        raise Invalid([Fault("body", f"it is not JSON that can be read ({_why(fault)}).")]) from fault
    return document


def check_completion(document: Any) -> dict[str, Any]:
    """Check the members that we use; the rest is the upstream's business. Raises Invalid."""
    if not isinstance(document, dict):
        raise Invalid([Fault("body", "it must be an object.")])
    faults = [*_faults_of_model(document), *_faults_of_messages(document), *_faults_of_stream(document)]
    if faults:
        raise Invalid(faults)
    return document


def _faults_of_model(document: dict[str, Any]) -> list[Fault]:
    model = document.get("model")
    if isinstance(model, str) and 0 < len(model) <= 256:
        return []
    return [Fault("model", "it is missing or not a name.", "Give feature:<id> or a model of /v1/models.")]


def _faults_of_messages(document: dict[str, Any]) -> list[Fault]:
    messages = document.get("messages")
    if not isinstance(messages, list) or not messages:
        return [Fault("messages", "it must be a list of at least one message.")]
    places = (place for place, message in enumerate(messages) if not isinstance(message, dict) or not _role(message))
    return [Fault(f"messages[{place}]", "it must be an object with a role.") for place in list(places)[:10]]


def _role(message: dict[str, Any]) -> bool:
    return isinstance(message.get("role"), str)


def _faults_of_stream(document: dict[str, Any]) -> list[Fault]:
    faults = []
    if not isinstance(document.get("stream"), bool | None):
        faults.append(Fault("stream", "it must be true or false."))
    if not isinstance(document.get("stream_options"), dict | None):
        faults.append(Fault("stream_options", "it must be an object."))
    return faults


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _why(fault: Exception) -> str:
    return "nested too deeply" if isinstance(fault, RecursionError) else str(fault)[:120]
