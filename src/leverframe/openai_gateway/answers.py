"""In which form does a client get what is not an answer?

Errors take OpenAI's shape, which its clients read; a feature that is off is a problem document (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from leverframe.gateway import problems
from leverframe.gateway.headers import NUMBER, off_headers
from leverframe.nouns.tables import Decision, Number
from leverframe.nouns.verdicts import Invalid
from leverframe.openai_gateway.requests import LARGEST_BODY

PROBLEM = "application/problem+json"


def error(
    status: int, message: str, *, code: str, param: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer in OpenAI's error shape."""
    kind = "invalid_request_error" if status < 500 else "api_error"
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))


def invalid(fault: Invalid) -> Response:
    """Answer 400 with all faults; `param` names the first."""
    first = fault.faults[0]
    return error(
        400,
        " ".join(f"{each.place}: {each.because} {each.remedy}".strip() for each in fault.faults),
        code="invalid_request",
        param=first.place,
    )


def too_large() -> Response:
    """Answer 413."""
    return error(413, f"The body is larger than {LARGEST_BODY} bytes, the most that is read.", code="body_too_large")


def unknown_model(model: str, number: Number) -> Response:
    """Answer 404 as OpenAI does for a model that does not exist, and by which table that is so."""
    return error(
        404,
        f"The model {model!r} does not exist here. GET /v1/models lists those that do.",
        code="model_not_found",
        param="model",
        headers={"x-should-retry": "false", NUMBER: str(number)},
    )


def feature_off(feature: str, decision: Decision, call: str) -> Response:
    """Answer 503 with what users get instead."""
    return problem(problems.feature_off(feature, decision), off_headers(decision, call))


def no_prompt(feature: str, because: str, headers: Mapping[str, str]) -> Response:
    """Answer 503: the unit names a prompt that this gateway has not got."""
    return problem(problems.no_prompt(feature, because), headers)


def problem(body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    """Answer with a problem document."""
    return JSONResponse(body, status_code=body["status"], headers=dict(headers), media_type=PROBLEM)
