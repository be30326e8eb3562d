"""What does the proxy in which we run know of a model's name?

Its router is asked at the moment of the call: models come and go while a proxy runs.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

log = logging.getLogger("leverframe.litellm_gateway")


def is_known(name: str) -> bool:
    """Say whether a call of this name would find a deployment; where there is no router, LiteLLM decides."""
    router = _router()
    if router is None or name in router.model_names:
        return True
    return bool(router.get_model_list(model_name=name))


def target_of(alias: str) -> str:
    """Return the model to which an alias leads; "" where the name is no alias."""
    router = _router()
    return (router.get_model_from_alias(alias) or "") if router is not None else ""


def deployments(name: str) -> tuple[str, ...]:
    """Return the `provider/model` of each deployment that may answer a name."""
    router = _router()
    return tuple(router.resolved_litellm_models(name)) if router is not None else ()


def stream_usage(data: Mapping[str, Any], name: str, call_type: str) -> Mapping[str, Any]:
    """Return what LiteLLM adds to a streamed request so that its cost is known; it did so for the name asked for.

    Its own function is asked, which is not part of its interface: without it such a stream is told with no cost.
    """
    module = sys.modules.get("litellm.proxy.common_request_processing")
    updates = getattr(module, "_stream_usage_tracking_updates", None)
    supports = getattr(module, "_model_deployments_support_stream_options", None)
    if data.get("stream") is not True or updates is None or supports is None:
        return {}
    try:
        return updates(
            data=data,
            general_settings=getattr(_server(), "general_settings", None) or {},
            route_type=call_type,
            supports_stream_options=lambda: supports(model=name, llm_router=_router(), team_id=None),
        )
    except Exception:
        log.debug("LiteLLM does not say how a stream's usage is asked for", exc_info=True)
        return {}


def _router() -> Any:
    return getattr(_server(), "llm_router", None)


def _server() -> Any:
    return sys.modules.get("litellm.proxy.proxy_server")
