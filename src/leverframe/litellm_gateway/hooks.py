"""Which of LiteLLM's hooks do we answer?

The only file that knows LiteLLM. Three things are part of its contract: a hook counts only where the class itself
defines it, not where one is inherited; the names of parameters, for it calls by keyword; and that it swallows or
passes on what a hook raises, by the hook.
"""

from __future__ import annotations

import functools
from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

from litellm.exceptions import BudgetExceededError, GuardrailRaisedException  # pyright: ignore[reportMissingImports]
from litellm.integrations.custom_guardrail import CustomGuardrail  # pyright: ignore[reportMissingImports]
from litellm.integrations.custom_logger import CustomLogger  # pyright: ignore[reportMissingImports]
from litellm.proxy._types import ProxyException  # pyright: ignore[reportMissingImports]
from starlette.exceptions import HTTPException

from leverframe.litellm_gateway.edge import Edge
from leverframe.litellm_gateway.process import the_edge
from leverframe.litellm_gateway.refusals import Refusal

T = TypeVar("T")
NOT_OF_THE_UNIT = (HTTPException, ProxyException, GuardrailRaisedException, BudgetExceededError)
"""What the proxy itself says no with: limits, budgets, guardrails, and our own refusals."""


class TurnedAway(ProxyException):
    """A refusal in the form that LiteLLM hands to the client as it is, with its headers, on every route."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(
            message=refusal.message,
            type=refusal.kind,
            param=refusal.param,
            code=refusal.status,
            headers=dict(refusal.headers),
            openai_code=refusal.code,
            provider_specific_fields=refusal.body or None,
        )
        self.refusal = refusal


class TurnedAwayAtOnce(TurnedAway, GuardrailRaisedException):
    """The same inside the router, which neither retries nor waits after what a guardrail has refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.guardrail_name, self.status_code, self.blocked_content = "leverframe", refusal.status, False
        self.message, self.args = refusal.message, (refusal.message,)


class Hooks:
    """What both kinds of plug-in answer."""

    edge: Edge

    async def async_pre_call_hook(
        self, user_api_key_dict: Any, cache: Any, data: dict[str, Any], call_type: Any
    ) -> dict[str, Any]:
        """Decide before a call; raising refuses it."""
        return _before(self.edge, data, call_type, user_api_key_dict)

    async def async_filter_deployments(
        self,
        model: str,
        healthy_deployments: Any,
        messages: Any,
        request_kwargs: dict[str, Any] | None = None,
        parent_otel_span: Any = None,
    ) -> Any:
        """Leave out the deployments that a switch stops."""
        return _keep(self.edge, healthy_deployments)

    async def async_pre_call_deployment_hook(self, kwargs: dict[str, Any], call_type: Any) -> None:
        """Ask once more before one deployment is asked."""
        _check(self.edge, kwargs)

    async def async_post_call_response_headers_hook(
        self,
        data: dict[str, Any],
        user_api_key_dict: Any,
        response: Any,
        request_headers: dict[str, str] | None = None,
        litellm_call_info: dict[str, Any] | None = None,
    ) -> dict[str, str]:
        """Say what was served, and why."""
        return self.edge.headers(data, response)

    def async_post_call_streaming_iterator_hook(
        self, user_api_key_dict: Any, response: Any, request_data: dict[str, Any]
    ) -> AsyncGenerator[Any, None]:
        """See how a stream ends."""
        return self.edge.watch(response, request_data, _is_of_the_unit)

    async def async_post_call_failure_hook(
        self,
        request_data: dict[str, Any],
        original_exception: Exception,
        user_api_key_dict: Any,
        traceback_str: str | None = None,
    ) -> None:
        """Take notice of a call that failed."""
        _failed(self.edge, request_data, original_exception)

    async def async_log_success_event(
        self, kwargs: dict[str, Any], response_obj: Any, start_time: Any, end_time: Any
    ) -> None:
        """Learn what a call cost."""
        self.edge.costed(kwargs)


def answers_itself(kind: type[T]) -> type[T]:
    """Give a class the hooks as its own: LiteLLM passes over what a class only inherits."""
    for name, hook in vars(Hooks).items():
        if name.startswith("async_"):
            setattr(kind, name, hook)
    return kind


@answers_itself
class LeverframePlugin(CustomLogger):
    """The plug-in as a callback: it is asked at every call, and no key, team or request turns it off."""

    enforces_request_content = True

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge


@answers_itself
class LeverframeGuardrail(CustomGuardrail):
    """The plug-in as a guardrail: LiteLLM lists it, and chooses by key, team or request where it is asked."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.edge = the_edge()


@functools.cache
def the_plugin() -> LeverframePlugin:
    """Return this process's plug-in. Raises Invalid with every fault of the settings."""
    return LeverframePlugin(the_edge())


def _before(edge: Edge, data: dict[str, Any], call_type: Any, key: Any) -> dict[str, Any]:
    try:
        edge.before(data, str(getattr(call_type, "value", call_type)), key)
    except Refusal as refusal:
        raise TurnedAway(refusal) from None
    return data


def _keep(edge: Edge, deployments: Any) -> Any:
    if not isinstance(deployments, list):
        return deployments
    try:
        return edge.keep(deployments)
    except Refusal as refusal:
        raise TurnedAwayAtOnce(refusal) from None


def _check(edge: Edge, kwargs: Mapping[str, Any]) -> None:
    try:
        edge.check(_names(kwargs))
    except Refusal as refusal:
        raise TurnedAwayAtOnce(refusal) from None


def _names(kwargs: Mapping[str, Any]) -> list[str]:
    """Return every name under which a deployment is asked: its group, and its model with its provider."""
    model, provider = str(kwargs.get("model") or ""), kwargs.get("custom_llm_provider")
    bags = (kwargs.get("litellm_metadata"), kwargs.get("metadata"))
    groups = [str(bag.get("model_group") or "") for bag in bags if isinstance(bag, dict)]
    return [*groups, model, f"{provider}/{model}" if provider else ""]


def _failed(edge: Edge, data: Mapping[str, Any], fault: Exception) -> None:
    refusal = fault.refusal if isinstance(fault, TurnedAway) else None
    edge.failed(data, refusal=refusal, of_the_unit=_is_of_the_unit(fault))


def _is_of_the_unit(fault: Exception) -> bool:
    return not isinstance(fault, NOT_OF_THE_UNIT)
