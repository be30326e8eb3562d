"""What was thought of an answer?

POST /v1/feedback takes one entry or a list: a thumb `{"call": …, "negative": true}` or a score
`{"call": …, "metric": "groundedness", "value": 0.9}`. The call id is the answer's `x-leverframe-call`.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from leverframe.gateway import Gateway
from leverframe.nouns.outcomes import NAME, Feedback, bounds_of, is_countable
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.openai_gateway import answers
from leverframe.openai_gateway.requests import TooLarge, read_json

MOST = 1000
_CALL = re.compile(r"lf1\.[A-Za-z0-9_-]{1,2048}\.[A-Za-z0-9_-]{1,64}")


class FeedbackDoor:
    """POST /v1/feedback."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def take(self, request: Request) -> Response:
        """Take all entries, or none where one is at fault."""
        try:
            entries = read_entries(await read_json(request))
        except Invalid as fault:
            return answers.invalid(fault)
        except TooLarge:
            return answers.too_large()
        for entry in entries:
            self._gateway.feedback(entry.call, negative=entry.negative, metric=entry.metric, value=entry.value)
        return JSONResponse({"accepted": len(entries)}, status_code=202)


def read_entries(document: Any) -> list[Feedback]:
    """Read one entry or a list of them. Raises Invalid with every fault."""
    items = document if isinstance(document, list) else [document]
    if len(items) > MOST:
        raise Invalid([Fault("body", f"it has {len(items)} entries.", f"Send at most {MOST} at once.")])
    faults = [fault for place, item in enumerate(items) for fault in _faults(f"[{place}]", item)]
    if faults:
        raise Invalid(faults[:20])
    return [_entry(item) for item in items]


def _faults(place: str, item: Any) -> list[Fault]:
    if not isinstance(item, dict):
        return [Fault(place, "it must be an object.")]
    faults = []
    if not isinstance(item.get("call"), str) or not _CALL.fullmatch(item["call"]):
        faults.append(Fault(f"{place}.call", "it is not a call id.", "Send the answer's x-leverframe-call."))
    if isinstance(item.get("negative"), bool):
        return faults
    if item.get("negative") is not None:
        faults.append(Fault(f"{place}.negative", "it must be true or false."))
    return faults + _faults_of_score(place, item)


def _faults_of_score(place: str, item: dict[str, Any]) -> list[Fault]:
    faults = []
    if not isinstance(item.get("metric"), str) or not NAME.fullmatch(item["metric"]):
        faults.append(
            Fault(f"{place}.metric", "it is missing or not a plain name.", "Without a thumb, name a metric.")
        )
    low, high = bounds_of(str(item.get("metric")))
    if not is_countable(item.get("value")) or not low <= item["value"] <= high:
        faults.append(Fault(f"{place}.value", f"it must be a number from {low:,.0f} to {high:,.0f}."))
    return faults


def _entry(item: dict[str, Any]) -> Feedback:
    if isinstance(item.get("negative"), bool):
        return Feedback(item["call"], negative=item["negative"])
    return Feedback(item["call"], metric=item["metric"], value=float(item["value"]))
