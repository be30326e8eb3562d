"""How does one process of a LiteLLM proxy obey Leverframe?

The hooks hand everything on to it, and it answers in plain values; nothing of LiteLLM is known here. But for a
refusal, no exception of ours reaches the proxy: a bug is logged, and the call goes on, or the feature is off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from leverframe.gateway import Gateway
from leverframe.gateway.headers import NUMBER
from leverframe.gateway.prompts import Prompts
from leverframe.litellm_gateway.before import Before, after_a_bug
from leverframe.litellm_gateway.calls import Calls, later
from leverframe.litellm_gateway.models import Models
from leverframe.litellm_gateway.refusals import Refusal
from leverframe.litellm_gateway.requests import told_in
from leverframe.litellm_gateway.streams import Passing
from leverframe.litellm_gateway.switches import Switches

log = logging.getLogger("leverframe.litellm_gateway")

T = TypeVar("T")


class Edge:
    """One process: its gateway, and its calls under way."""

    def __init__(
        self,
        gateway: Gateway,
        prompts: Prompts,
        models: Models,
        later: Callable[[float, Callable[[], None]], Any] = later,
    ) -> None:
        self.gateway, self.calls = gateway, Calls(gateway, later)
        self._switches = Switches(gateway, models)
        self._before = Before(gateway, prompts, models, self._switches, self.calls)

    def before(self, data: dict[str, Any], call_type: str, key: Any) -> None:
        """Decide what a request becomes, in place. Raises Refusal, and nothing else."""
        if told_in(data) is not None:
            return
        try:
            self._before.decide(data, call_type, key)
        except Refusal:
            raise
        except Exception:
            log.exception("a request could not be decided")
            if refusal := after_a_bug(data, self.gateway):
                raise refusal from None

    def keep(self, deployments: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Keep the deployments that no switch stops. Raises Refusal, and nothing else."""
        try:
            return self._switches.keep(deployments)
        except Refusal:
            raise
        except Exception:
            log.exception("deployments could not be asked about; all are kept")
            return list(deployments)

    def check(self, names: Sequence[str]) -> None:
        """Let a deployment of these names be asked. Raises Refusal, and nothing else."""
        try:
            self._switches.check(names)
        except Refusal:
            raise
        except Exception:
            log.exception("a deployment could not be asked about; it is asked")

    def headers(self, data: Mapping[str, Any], response: Any) -> dict[str, str]:
        """Return the headers of an answer, whole, streamed or failed."""
        return _never_raise(self._headers, data, response) or {}

    def costed(self, entry: Mapping[str, Any]) -> None:
        """Read the cost of an answer from LiteLLM's log entry."""
        _never_raise(self._costed, entry)

    def failed(self, data: Mapping[str, Any], *, refusal: Refusal | None, of_the_unit: bool) -> None:
        """Take notice of a call that has failed: by our refusal, by the unit, or by the proxy's own limits."""
        _never_raise(self._failed, data, refusal, of_the_unit)

    async def watch(
        self, response: AsyncIterable[T], data: Mapping[str, Any], is_of_the_unit: Callable[[Exception], bool]
    ) -> AsyncGenerator[T, None]:
        """Pass a stream on, and take notice of how it ends."""
        passing = Passing()
        try:
            async for chunk in response:
                _never_raise(passing.read, chunk)
                yield chunk
        except (GeneratorExit, asyncio.CancelledError):
            _never_raise(self._answered, data, False)
            raise
        except Exception as fault:
            self.failed(data, refusal=None, of_the_unit=is_of_the_unit(fault))
            raise
        _never_raise(self._answered, data, passing.failed)

    def close(self, timeout: float) -> None:
        """Tell what is left, say goodbye, and end."""
        self.calls.tell_all()
        self.gateway.close(timeout)

    def _headers(self, data: Mapping[str, Any], response: Any) -> dict[str, str]:
        told = told_in(data)
        if told is None:
            return {NUMBER: str(self.gateway.number)}
        if _is_stream(response):
            self.calls.streams(told)
        elif response is not None:
            self.calls.answered(told)
        if "feature" not in told and (group := _group(response)):
            told["served"] = group
        return told.headers

    def _costed(self, entry: Mapping[str, Any]) -> None:
        told = told_in(entry.get("litellm_params"), entry)
        if told is None:
            return
        if entry.get("stream") is True:
            self.calls.streams(told)
        self.calls.costed(told, _number(entry.get("response_cost")))

    def _failed(self, data: Mapping[str, Any], refusal: Refusal | None, of_the_unit: bool) -> None:
        told = told_in(data)
        if told is None:
            return
        if refusal is not None:
            told.say(refusal.headers)
        if of_the_unit:
            self.calls.failed(told)
        else:
            self.calls.forget(told)

    def _answered(self, data: Mapping[str, Any], failed: bool) -> None:
        told = told_in(data)
        if told is None:
            return
        if failed:
            self.calls.failed(told)
        else:
            self.calls.answered(told)


def _never_raise(act: Callable[..., Any], *given: Any) -> Any:
    try:
        return act(*given)
    except Exception:
        log.exception("what came of a call could not be noted")
        return None


def _is_stream(response: Any) -> bool:
    return hasattr(response, "__aiter__")


def _group(response: Any) -> str:
    """Return the model group that LiteLLM says has answered: of a plain call it may be a fallback of its own."""
    hidden = getattr(response, "_hidden_params", None)
    headers = hidden.get("additional_headers") if isinstance(hidden, Mapping) else None
    group = headers.get("x-litellm-model-group") if isinstance(headers, Mapping) else None
    return group if isinstance(group, str) else ""


def _number(cost: Any) -> float:
    return float(cost) if isinstance(cost, int | float) else 0.0
