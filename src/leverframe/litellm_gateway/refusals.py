"""What does a client get that is turned away?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leverframe.gateway import problems
from leverframe.gateway.headers import FEATURE_MODEL, off_headers, say
from leverframe.nouns.tables import Decision
from leverframe.nouns.verdicts import Invalid

NO_RETRY = {"x-should-retry": "false"}


class Refusal(Exception):
    """A call that is not made: `body` is a problem document, or the parts of OpenAI's error."""

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        code: str = "",
        param: str | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status, self.kind, self.message, self.code, self.param = status, kind, message, code or kind, param
        self.body, self.headers = dict(body or {}), {**(headers or {}), **NO_RETRY}
        super().__init__(message)


def is_off(asked: str, decision: Decision, call: str = "") -> Refusal:
    """Turn away from a feature, or a model by its own name, that is off."""
    body = problems.feature_off(asked, decision)
    return Refusal(503, body["type"], body["detail"], body=body, headers=_filled(off_headers(decision, call)))


def no_prompt(feature: str, because: str, decision: Decision, call: str) -> Refusal:
    """Turn away from a unit whose prompt is not in the folder."""
    body = problems.no_prompt(feature, because)
    return Refusal(503, body["type"], because, body=body, headers=_filled(say(decision, call)))


def no_model(feature: str, because: str, decision: Decision, call: str) -> Refusal:
    """Turn away from a unit whose model this proxy has not got."""
    body = problems.no_model(feature, because)
    return Refusal(503, body["type"], because, body=body, headers=_filled(say(decision, call)))


def invalid(fault: Invalid) -> Refusal:
    """Turn away from what cannot be read, with all faults; `param` names the first."""
    said = " ".join(f"{each.place}: {each.because} {each.remedy}".strip() for each in fault.faults)
    return _bad_request(said, fault.faults[0].place)


def no_place(because: str, param: str) -> Refusal:
    """Turn away from a kind of call in which the feature's prompt has no place."""
    return _bad_request(because, param)


def unknown_feature(feature: str, decision: Decision) -> Refusal:
    """Turn away from a feature that the table does not know."""
    said = f"The model {FEATURE_MODEL + feature!r} does not exist here: no feature of this name is released."
    return Refusal(
        404,
        "invalid_request_error",
        said,
        code="model_not_found",
        param="model",
        body={"code": "model_not_found", "param": "model"},
        headers=_filled(say(decision, "")),
    )


def not_allowed(feature: str) -> Refusal:
    """Turn away from a key that names a feature in a header which it may not ask for by name."""
    said = f"This key may not call {FEATURE_MODEL}{feature}. Add it to the models of the key and its team."
    return Refusal(403, "key_model_access_denied", said, param="model", body={"feature": feature})


def _bad_request(message: str, param: str) -> Refusal:
    code = "invalid_request"
    return Refusal(400, "invalid_request_error", message, code=code, param=param, body={"code": code, "param": param})


def _filled(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}
