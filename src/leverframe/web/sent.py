"""What was sent: a form, JSON or YAML, as one checked body?"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError

from leverframe.nouns.verdicts import Fault, Invalid

MOST_BYTES = 16 * 1024 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Body(BaseModel):
    """A request body; unknown members are faults, but for what forms carry beside it."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)


class Reason(Body):
    """An act that needs only a reason."""

    because: str = ""


def listed(value: Any) -> Any:
    """Let a form write a list with commas between."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


B = TypeVar("B", bound=Body)


async def document(request: Request) -> Mapping[str, Any]:
    """Return what was sent as a mapping; raises Invalid for what cannot be read."""
    if request.headers.get("content-type", "").startswith(FORMS):
        typed = (await request.form()).multi_items()
        return {name: with_newlines(value) for name, value in typed if isinstance(value, str)}
    body = await raw(request)
    if not body.strip():
        return {}
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid([Fault("body", f"this is no JSON: {error}", "send one JSON object")]) from None
    if not isinstance(read, dict):
        raise Invalid([Fault("body", "the body is no JSON object", "send one JSON object")])
    return read


def with_newlines(text: str) -> str:
    """Return a text as it was before a browser sent it: a form's lines end in CR LF, whatever the page wrote."""
    return text.replace("\r\n", "\n")


async def raw(request: Request) -> bytes:
    """Return the body's bytes; raises Invalid for one that is too long."""
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise Invalid([Fault("body", f"the body has {len(body):,} bytes", f"send at most {MOST_BYTES:,}")])
    return body


def sent(model: type[B]) -> Callable[[Request], Awaitable[B]]:
    """Return a dependency that reads a body of this model; all its faults at once."""

    async def read(request: Request) -> B:
        found = await document(request)
        try:
            return model.model_validate(found)
        except ValidationError as error:
            raise Invalid(_fault(e) for e in error.errors(include_url=False)) from None

    return read


def _fault(error: Any) -> Fault:
    place = ".".join(str(part) for part in error["loc"]) or "body"
    return Fault(place, error["msg"][:1].lower() + error["msg"][1:], "see the API's description of this body")


def describes(model: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI says of a body that `sent` reads."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    content = {"application/json": {"schema": schema}, FORMS[0]: {"schema": schema}}
    return {"requestBody": {"content": content, "required": True}}
